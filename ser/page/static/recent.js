// Passes on what is chosen and marked in the list of recent recordings, and writes their times as
// the visitor's clock shows them.
window.recentRecordings = (list, trigger, watch) => {
  const MARKS = 2; // A third one takes the place of the earliest.
  let marked = [];

  const boxes = () => [...list.querySelectorAll("input")];

  const show = () => {
    const checked = boxes().filter((box) => box.checked).map((box) => Number(box.value));
    marked = [...marked.filter((number) => checked.includes(number)),
      ...checked.filter((number) => !marked.includes(number))];
    for (const time of list.querySelectorAll("time")) {
      time.textContent = new Date(time.dateTime).toLocaleTimeString(
        document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    }
  };

  list.addEventListener("click", ({ target }) => {
    const chosen = target.closest("button");
    if (!chosen) return;
    for (const button of list.querySelectorAll("button")) {
      button.setAttribute("aria-current", button === chosen);
    }
    trigger("click", { number: Number(chosen.name) });
    document.querySelector("#answer").scrollIntoView({ block: "nearest", behavior: "smooth" });
  });

  list.addEventListener("change", ({ target }) => {
    const number = Number(target.value);
    marked = marked.filter((one) => one !== number);
    if (target.checked) marked = [...marked, number].slice(-MARKS);
    for (const box of boxes()) box.checked = marked.includes(Number(box.value));
    trigger("select", { numbers: marked });
  });

  document.addEventListener("click", ({ target }) => {
    if (!target.closest("#compared button[name=close]")) return;
    marked = [];
    for (const box of boxes()) box.checked = false;
  });

  watch("value", show);
  show();
};
