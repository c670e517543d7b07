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
  // What browsers do for calls (echo, noise, gain) changes how a voice sounds, and they mix the
  // channels for it: where one is inverted, nothing of the voice is left.
  const asRecorded = ({ audio, ...others }) => ({
    ...others,
    audio: audio && {
      ...audio,
      channelCount: { ideal: 2 },
      echoCancellation: false, noiseSuppression: false, autoGainControl: false,
    },
  });
  devices.getUserMedia = async (constraints) => {
    try {
      const stream = await ask(asRecorded(constraints));
      delete root.dataset.microphone;
      return stream;
    } catch (error) {
      root.dataset.microphone = reasons[error.name] ?? "busy";
      throw error;
    }
  };
})();
