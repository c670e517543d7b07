// The Live tab: shows the state of the microphone, stops it in time, and moves the bars and the dot on
// the map by the few numbers that live.py sends. Gradio's recorder sends no event when the microphone
// is refused, so whether it is open is read from its buttons.
window.updateLive = (element, props, watch) => {
  const tab = element.closest("#live");
  const find = (selector) => tab.querySelector(selector);
  const stopButton = () => find("#live-sound :is(.stop-button, .spinner-button)");
  const positions = []; // of the dot in percent of the map's width and height, the latest first
  let open = false;
  let stopReason = "stopped";
  let timers = [];

  const showState = (state) => {
    element.dataset.state = state;
    find(".state [role=status]").textContent = props.states[state];
    find(".state .left").textContent = "";
  };

  const stop = (reason) => {
    if (!open) return;
    stopReason = reason;
    stopButton().click();
  };

  const onStart = () => {
    const start = Date.now();
    stopReason = "stopped";
    positions.length = 0;
    tab.classList.remove("moving");
    showState("starting");
    const countDown = () => {
      const left = Math.max(0, props.limit - Math.round((Date.now() - start) / 1000));
      const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (element.dataset.state === "on") {
        find(".state .left").textContent = props.left.replace("{}", clock);
      } else if (stopButton()?.matches(".spinner-button") && element.dataset.state !== "crowded") {
        showState("crowded");
      }
    };
    timers = [setInterval(countDown, 500)];
    timers.push(setTimeout(() => stop("limit"), props.limit * 1000));
  };

  const onStop = () => {
    timers.forEach(clearTimeout);
    // Where the microphone was refused, its error message says why.
    showState(document.documentElement.dataset.microphone ? "off" : stopReason);
    tab.classList.add("faded");
  };

  const update = () => {
    const answer = props.value;
    if (!answer || !open) return;
    if (element.dataset.state !== "on") showState("on");
    find(".sentence span").innerHTML = answer.sentence;
    tab.classList.toggle("faded", !answer.probabilities);
    if (!answer.probabilities) return;
    tab.classList.add("moving");
    element.querySelectorAll(".bars li").forEach((item, index) => {
      item.classList.toggle("likeliest", index === answer.likeliest);
      item.querySelector(".bar").style.transform = `scaleX(${answer.probabilities[index]})`;
      item.querySelector(".probability").textContent = answer.texts[index];
    });
    moveDot(answer.position, answer.likeliest);
    element.dataset.chunk = answer.chunk;
  };

  const moveDot = ([x, y], likeliest) => {
    const lines = tab.querySelectorAll("#live-trail line");
    positions.unshift([100 * x, 100 * (1 - y)]);
    positions.length = Math.min(positions.length, lines.length + 1);
    lines.forEach((line, age) => {
      const from = positions[age + 1] ?? positions.at(-1), to = positions[age] ?? positions.at(-1);
      Object.entries({ x1: from[0], y1: from[1], x2: to[0], y2: to[1] }).forEach(([name, value]) =>
        line.setAttribute(name, value),
      );
      line.style.opacity = 0.8 * (1 - age / lines.length);
    });
    const dot = find("#live-trail .dot");
    [dot.style.left, dot.style.top] = [`${positions[0][0]}%`, `${positions[0][1]}%`];
    [...dot.children].forEach((symbol, index) => symbol.classList.toggle("now", index === likeliest));
  };

  // Gradio renders the unchanged template before it calls the watcher, which undoes earlier updates.
  watch("value", update);
  new MutationObserver(() => {
    const isOpen = Boolean(stopButton());
    if (isOpen === open) return;
    open = isOpen;
    (open ? onStart : onStop)();
  }).observe(tab, { childList: true, subtree: true });
  document.addEventListener("visibilitychange", () => document.hidden && stop("hidden"));
  // A tab that is not shown has no size; neither, for a moment, has one whose window is resized.
  const stopIfHidden = () => tab.clientWidth || stop("hidden");
  new ResizeObserver(() => tab.clientWidth || setTimeout(stopIfHidden, 300)).observe(tab);
};
