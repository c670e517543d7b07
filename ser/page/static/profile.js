// A voice profile to and from the server within events, so that it is no file there.
window.voiceProfile = (element, trigger, maxBytes) => {
  element.addEventListener("click", ({ target }) => {
    if (target.closest("button")) element.querySelector("input").click();
  });
  element.addEventListener("change", ({ target }) => {
    const [file] = target.files;
    const reader = new FileReader();
    reader.onloadend = () => {
      target.value = ""; // The same file may be chosen again.
      trigger("upload", { name: file.name, content: reader.result?.split(",")[1] ?? "" });
    };
    // One byte too many tells that a file is too large.
    if (file) reader.readAsDataURL(file.slice(0, maxBytes + 1));
  });
};

window.saveProfile = (content, name) => {
  const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  if (bytes.length) saveFile(new Blob([bytes], { type: "application/octet-stream" }), name);
  return ""; // The page keeps no copy.
};
