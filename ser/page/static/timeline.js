// A click on a moment of a long recording, in its figure or its table, plays it from there.
(() => {
  const find = (selector) => document.querySelector(selector);
  const figure = () => find("#course .js-plotly-plot");
  const player = () => find("#long-recording audio");

  const hear = (seconds) => {
    const audio = player();
    if (!audio) return;
    audio.currentTime = seconds;
    audio.play();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#segments [data-at]");
    if (button) hear(Number(button.dataset.at));
  });

  // Gradio draws the figure anew with every answer, and nothing tells when.
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest?.("#course")) return;
    figure()?.removeAllListeners("plotly_click");
    figure()?.on("plotly_click", ({ points }) => hear(points.at(-1).customdata));
  }, true);

  // Events of a player do not bubble, but they can be captured on their way down.
  const ofPlayer = (name, act) => document.addEventListener(name, (event) => {
    if (event.target === player()) act(event.target);
  }, true);

  // The server deletes the recording within minutes; a copy in the browser can be heard for longer.
  let copy;
  ofPlayer("loadedmetadata", async (audio) => {
    const source = audio.currentSrc;
    if (!source.startsWith("http")) return;
    const response = await fetch(source);
    if (!response.ok) return;
    const content = await response.blob();
    if (player()?.currentSrc !== source || !audio.paused) return;
    URL.revokeObjectURL(copy);
    audio.src = copy = URL.createObjectURL(content);
  });

  // Where the player is, as a share of the time axis; long.css draws a line there.
  ofPlayer("timeupdate", (audio) => {
    const duration = find("#segments [data-duration]")?.dataset.duration;
    const share = duration ? Math.min(1, audio.currentTime / duration) : 0;
    find("#course").style.setProperty("--played", share);
    find("#course").classList.toggle("played", share > 0);
  });
})();
