// The Live tab: switches its indicator with the microphone, stops it in time, and moves the bars and
// the dot on the map by the few numbers that live.py sends. gradio's recorder says nothing when the
// microphone is refused, so whether it is open is read off its buttons.
window.followVoice = (element, props, watch) => {
  const tab = element.closest("#live");
  const find = (selector) => tab.querySelector(selector);
  const stopButton = () => find("#live-sound :is(.stop-button, .spinner-button)");
  const places = [];
  let open = false;
  let reason = "stopped";
  let timers = [];

  const show = (state) => {
    element.dataset.state = state;
    find(".air [role=status]").textContent = props.states[state];
    find(".air .left").textContent = "";
  };

  const stop = (why) => {
    if (!open) return;
    reason = why;
    stopButton().click();
  };

  const start = () => {
    const begin = Date.now();
    reason = "stopped";
    places.length = 0;
    tab.classList.remove("moving");
    show("starting");
    const count = () => {
      const left = Math.max(0, props.limit - Math.round((Date.now() - begin) / 1000));
      const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (element.dataset.state === "on") {
        find(".air .left").textContent = props.left.replace("{}", clock);
      } else if (stopButton()?.matches(".spinner-button") && element.dataset.state !== "crowded") {
        show("crowded");
      }
    };
    timers = [setInterval(count, 500)];
    timers.push(setTimeout(() => stop("limit"), props.limit * 1000));
  };

  const end = () => {
    timers.forEach(clearTimeout);
    // Nothing was heard where the microphone was refused; why is told beside it.
    show(document.documentElement.dataset.microphone ? "off" : reason);
    tab.classList.add("faded");
  };

  const draw = () => {
    const moment = props.value;
    if (!moment || !open) return;
    if (element.dataset.state !== "on") show("on");
    find(".sentence span").innerHTML = moment.sentence;
    tab.classList.toggle("faded", !moment.shares);
    if (!moment.shares) return;
    tab.classList.add("moving");
    element.querySelectorAll(".bars li").forEach((item, index) => {
      item.classList.toggle("likeliest", index === moment.likeliest);
      item.querySelector(".bar").style.transform = `scaleX(${moment.shares[index]})`;
      item.querySelector(".share").textContent = moment.texts[index];
    });
    travel(moment.place, moment.likeliest);
    element.dataset.chunk = moment.chunk;
  };

  const travel = ([across, up], likeliest) => {
    const lines = tab.querySelectorAll("#live-trail line");
    places.unshift([100 * across, 100 * (1 - up)]);
    places.length = Math.min(places.length, lines.length + 1);
    lines.forEach((line, age) => {
      const [from, to] = [places[age + 1] ?? places.at(-1), places[age] ?? places.at(-1)];
      Object.entries({ x1: from[0], y1: from[1], x2: to[0], y2: to[1] }).forEach(([name, value]) =>
        line.setAttribute(name, value),
      );
      line.style.opacity = 0.8 * (1 - age / lines.length);
    });
    const dot = find("#live-trail .dot");
    [dot.style.left, dot.style.top] = [`${places[0][0]}%`, `${places[0][1]}%`];
    [...dot.children].forEach((symbol, index) => symbol.classList.toggle("now", index === likeliest));
  };

  // The template is drawn anew, unchanged, before the watcher is called; what was moved would be lost.
  watch("value", draw);
  new MutationObserver(() => {
    const found = Boolean(stopButton());
    if (found === open) return;
    open = found;
    (open ? start : end)();
  }).observe(tab, { childList: true, subtree: true });
  document.addEventListener("visibilitychange", () => document.hidden && stop("hidden"));
  // Another tab of the page takes away its size; so does, for a moment, a window that is resized.
  const look = () => tab.clientWidth || stop("hidden");
  new ResizeObserver(() => tab.clientWidth || setTimeout(look, 300)).observe(tab);
};
