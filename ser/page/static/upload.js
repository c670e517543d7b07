// Gradio accepts a file by the type that the browser derives from its name, which is none or "video"
// for webm, mp4, mov, mkv, 3gp, caf and amr, and rejects it in English. Here files are accepted by the
// list of `ser.audio.formats` and rejected with a message in the page's language.
(() => {
  // The element that shows the answer, by box.
  const answers = { recording: "answer", neutral: "enrolled", "act-recording": "act-answer", "long-recording": "long-answer" };
  const boxes = Object.keys(answers).map((id) => `#${id}`).join();
  const messages = UPLOADS.messages[document.documentElement.lang];
  const chooser = "input[type=file]";

  const rejection = (file) => {
    const name = file.name.toLowerCase();
    const audio = file.type.startsWith("audio/");
    if (!audio && !UPLOADS.suffixes.some((suffix) => name.endsWith(suffix))) return messages.kind;
    return file.size > UPLOADS.bytes ? messages.large : "";
  };

  const showMessage = (box, message) => {
    const answer = document.getElementById(answers[box.id]);
    answer.querySelector(".rejected")?.remove();
    if (!message) return;
    const note = document.createElement("p");
    note.className = "sorry rejected";
    note.role = "alert";
    note.textContent = message;
    answer.append(note);
  };

  document.addEventListener("click", ({ target }) => {
    const box = target.closest?.(boxes);
    if (!box) return;
    if (target.matches(chooser)) target.accept = UPLOADS.suffixes.concat("audio/*").join();
    else showMessage(box, "");
  }, true);

  document.addEventListener("change", (event) => {
    const { target } = event;
    const box = target.closest?.(boxes);
    const file = box && target.matches(chooser) && target.files[0];
    if (!file) return;
    const message = rejection(file);
    showMessage(box, message && message.replace("{}", file.name));
    if (message) {
      event.stopImmediatePropagation();
      target.value = "";
      return;
    }
    const transfer = new DataTransfer();
    transfer.items.add(new File([file], file.name, { type: "audio/x-recording" }));
    target.files = transfer.files;
  }, true);

  document.addEventListener("drop", (event) => {
    const box = event.target.closest?.(boxes);
    const input = box?.querySelector(chooser);
    if (!input || !event.dataTransfer.files.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    event.target.dispatchEvent(new DragEvent("dragleave", { bubbles: true }));
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }, true);
})();
