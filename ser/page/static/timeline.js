// A click on a moment of a long recording, in its figure or its table, plays it from there, and its
// segment can be corrected.
(() => {
  const find = (selector) => document.querySelector(selector);
  const figure = () => find("#timeline-figure .js-plotly-plot");
  const player = () => find("#long-recording audio");

  // The menu shows what a segment was called before.
  const chooseAt = (seconds) => {
    const rows = [...document.querySelectorAll("#segments [data-segment]")];
    const chosen = rows.findLast((row) => Number(row.querySelector("[data-at]").dataset.at) <= seconds);
    rows.forEach((row) => row.toggleAttribute("aria-current", row === chosen));
    chosen?.setAttribute("aria-current", "true");
    chosen?.scrollIntoView({ block: "nearest" });
    const menu = find("#long-correction select");
    if (menu) menu.value = chosen?.dataset.label ?? "";
  };
  document.addEventListener("change", ({ target }) => {
    const chosen = find("#segments [aria-current]");
    if (chosen && target.closest?.("#long-correction")) chosen.dataset.label = target.value;
  });

  const playFrom = (seconds) => {
    chooseAt(seconds);
    const audio = player();
    if (!audio) return;
    audio.currentTime = seconds;
    audio.play();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#segments [data-at]");
    if (button) playFrom(Number(button.dataset.at));
  });

  // Gradio draws a new figure with every answer, without an event.
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest?.("#timeline-figure")) return;
    figure()?.removeAllListeners("plotly_click");
    figure()?.on("plotly_click", ({ points }) => playFrom(points.at(-1).customdata));
  }, true);

  // Events of a player do not bubble, but they can be captured on their way down.
  const onPlayer = (name, handle) => document.addEventListener(name, (event) => {
    if (event.target === player()) handle(event.target);
  }, true);

  // The server deletes the recording within minutes; a copy in the browser can be played for longer.
  let copy;
  onPlayer("loadedmetadata", async (audio) => {
    const source = audio.currentSrc;
    if (!source.startsWith("http")) return;
    const response = await fetch(source);
    if (!response.ok) return;
    const content = await response.blob();
    if (player()?.currentSrc !== source || !audio.paused) return;
    URL.revokeObjectURL(copy);
    audio.src = copy = URL.createObjectURL(content);
  });

  // The playback position as a fraction of the time axis; timeline.css draws a line there.
  onPlayer("timeupdate", (audio) => {
    const duration = find("#segments [data-duration]")?.dataset.duration;
    const fraction = duration ? Math.min(1, audio.currentTime / duration) : 0;
    find("#timeline-figure").style.setProperty("--played", fraction);
    find("#timeline-figure").classList.toggle("played", fraction > 0);
  });
})();
