"""Detects whether a clip holds a voice: rain, hum and music carry no emotion.

Silero VAD, a small recurrent network with published weights (https://github.com/snakers4/silero-vad,
MIT), gives the probability of speech for each frame.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime

FRAME = 512  # samples at 16 kHz, 32 ms
CONTEXT = 64  # samples before a frame that the network also gets
BLOCK = 32  # frames in a pass, 1 s; most clips with a voice are decided in the first
STATE_SHAPE = (1, 1, 128)  # of the two states of its LSTM
LEVEL = 0.1  # root mean square of what the network gets; clips have 1
MIN_PROBABILITY = 0.3  # of speech in a frame that counts
MIN_FRAMES = 3  # 0.1 s


class VoiceDetector:
    """Counts the frames of a clip in which somebody speaks; threads may share it."""

    def __init__(self):
        """Load the weights that the package silero-vad ships.

        The package itself is not imported, since that would set torch to one thread.
        """
        folder = Path(find_spec("silero_vad").origin).parent / "data"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            folder / "silero_vad_16k_sequence.onnx", options, ["CPUExecutionProvider"]
        )

    def detect(self, waveform: np.ndarray) -> bool:
        """Return whether a clip's waveform, float32, 16 kHz, unit variance, holds a voice."""
        padded = np.pad(np.float32(LEVEL) * waveform, (CONTEXT, -len(waveform) % FRAME))
        frames = np.lib.stride_tricks.sliding_window_view(padded, CONTEXT + FRAME)[::FRAME]
        hidden = cell = np.zeros(STATE_SHAPE, np.float32)
        n_speech = 0
        for first in range(0, len(frames), BLOCK):
            probabilities, hidden, cell = self._session.run(
                ["speech_probs", "hn", "cn"],
                {"input": frames[first : first + BLOCK], "h": hidden, "c": cell},
            )
            n_speech += np.count_nonzero(probabilities >= MIN_PROBABILITY)
            if n_speech >= MIN_FRAMES:
                return True
        return False
