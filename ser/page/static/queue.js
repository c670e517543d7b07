// Gradio shows the position in the queue in English, which page.css hides. This shows it in the
// page's language in place of the text for an analysis in progress, once others are ahead.
(() => {
  const root = document.documentElement;
  const update = () => {
    const progress = document.querySelector(":is(#answer, #act-answer) .progress-text")?.textContent ?? "";
    const position = Number(/queue: (\d+)\//.exec(progress)?.[1] ?? 0);
    const template = getComputedStyle(root).getPropertyValue("--queue-position");
    const text = template.replace("#", position);
    const shown = root.style.getPropertyValue("--in-progress");
    if (position > 1 && shown !== text) root.style.setProperty("--in-progress", text);
    if (position <= 1 && shown) root.style.removeProperty("--in-progress");
  };
  new MutationObserver(update).observe(document, {
    childList: true, characterData: true, subtree: true,
  });
})();
