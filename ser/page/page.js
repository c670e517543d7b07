// Gradio's recorder says nothing when the microphone fails. This notes why on the page's root
// element, and page.css shows the explanation that belongs to it.
(() => {
  const root = document.documentElement;
  const reasons = {
    NotAllowedError: "refused",
    SecurityError: "refused",
    NotFoundError: "absent",
    OverconstrainedError: "absent",
  };
  const devices = navigator.mediaDevices;
  if (!devices?.getUserMedia) {
    root.dataset.microphone = "insecure";
    return;
  }
  const ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    try {
      const stream = await ask(constraints);
      delete root.dataset.microphone;
      return stream;
    } catch (error) {
      root.dataset.microphone = reasons[error.name] ?? "busy";
      throw error;
    }
  };
})();
