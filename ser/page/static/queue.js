// Gradio tells the place in line in words of its own, which page.css hides. This says it where the
// page says that it listens, once others are ahead.
(() => {
  const root = document.documentElement;
  const tell = () => {
    const told = document.querySelector("#answer .progress-text")?.textContent ?? "";
    const place = Number(/queue: (\d+)\//.exec(told)?.[1] ?? 0);
    const sentence = getComputedStyle(root).getPropertyValue("--in-line").replace("#", place);
    const before = root.style.getPropertyValue("--listening");
    if (place > 1 && before !== sentence) root.style.setProperty("--listening", sentence);
    if (place <= 1 && before) root.style.removeProperty("--listening");
  };
  new MutationObserver(tell).observe(document, {
    childList: true, characterData: true, subtree: true,
  });
})();
