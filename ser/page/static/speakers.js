// Passes on the name that is given to a speaker of a long recording, and who is the same person.
window.changeSpeakers = (element, trigger, watch) => {
  const FIELDS = "input, select";
  const number = (field) => Number(field.closest("[data-speaker]").dataset.speaker);
  let focused;

  element.addEventListener("change", ({ target }) => {
    if (target.matches("input")) {
      trigger("submit", { speaker: number(target), name: target.value });
    } else {
      trigger("select", { speaker: number(target), into: Number(target.value) });
    }
  });
  element.addEventListener("focusin", ({ target }) => {
    focused = [...element.querySelectorAll(FIELDS)].indexOf(target);
  });
  element.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget) focused = undefined;
  });
  // The rows follow every change, but for what was typed or chosen in them.
  watch("value", () => {
    for (const input of element.querySelectorAll("input")) input.value = input.defaultValue;
    for (const menu of element.querySelectorAll("select")) menu.value = "";
    if (focused !== undefined && document.activeElement === document.body) {
      element.querySelectorAll(FIELDS)[focused]?.focus();
    }
  });
};
