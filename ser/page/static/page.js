// Gradio's recorder shows nothing when the microphone fails. This sets the reason on the page's root
// element, and page.css shows the message for it.
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
  const getUserMedia = devices.getUserMedia.bind(devices);
  // What browsers do for calls (echo, noise, gain) changes the sound of a voice, and it needs one
  // channel: where one of two is inverted, the mix is silent.
  const unprocessed = ({ audio, ...rest }) => ({
    ...rest,
    audio: audio && {
      ...audio,
      channelCount: { ideal: 2 },
      echoCancellation: false, noiseSuppression: false, autoGainControl: false,
    },
  });
  devices.getUserMedia = async (constraints) => {
    try {
      const stream = await getUserMedia(unprocessed(constraints));
      delete root.dataset.microphone;
      return stream;
    } catch (error) {
      root.dataset.microphone = reasons[error.name] ?? "busy";
      throw error;
    }
  };
})();
