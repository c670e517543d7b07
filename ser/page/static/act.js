// The button that had the focus is gone when a step of a round is drawn. This moves the focus to the
// action that is next, so that a round can be acted with the keyboard alone.
window.focusAct = (element, watch) => {
  watch("value", () => {
    const act = document.querySelector("#act");
    const lost = document.activeElement === document.body || act.contains(document.activeElement);
    if (!lost || !act.offsetParent) return;
    // Gradio shows the emptied recorder a moment later.
    setTimeout(() => {
      const next = act.querySelector("button.primary") ?? act.querySelector(".record-button");
      next?.focus({ preventScroll: true });
    }, 50);
  });
};
