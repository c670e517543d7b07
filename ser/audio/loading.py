"""Any recording -> `Clip`: the one preprocessing of training, page and command line.

`load` is all of it. `decode` is its first half, for those who change the waveform before
`clip.normalise`; long recordings are read with `blocks` and cut up with `clip.to_clip`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import soxr

from ser.audio import channels, ffmpeg
from ser.audio.clip import (
    FULL_SCALE,
    SAMPLING_RATE,
    TRIM_DB,
    TRIM_FRAME,
    TRIM_HOP,
    Clip,
    remove_dc,
    trimmed_clip,
)
from ser.audio.decoding import MAX_DURATION, Recording
from ser.audio.sandbox import open_recording
from ser.errors import ErrorKind, SerError

DECODER = 2  # version of decoding and resampling; raise it when they give other samples
# All that the encoder's input depends on. Artifacts and caches made with another one are not used.
PREPROCESSING = {
    "decoder": DECODER,
    "block": ffmpeg.BLOCK,
    "mix_frame": channels.FRAME,
    "mix_speech_range": channels.SPEECH_RANGE,
    "mix_range_tolerance": channels.RANGE_TOLERANCE,
    "mix_inverted": channels.INVERTED,
    "mix_silence": channels.SILENCE,
    "sampling_rate": SAMPLING_RATE,
    "trim_db": TRIM_DB,
    "trim_frame": TRIM_FRAME,
    "trim_hop": TRIM_HOP,
}


@dataclass(frozen=True)
class Block:
    """A part of a recording, mono, float32.

    Attributes:
        samples: as recorded, shape (samples,).
        waveform: at 16 kHz, shape (samples,); may end somewhat earlier than `samples`.
        defects: of the recording's file, keys of NOTES; known with the last block.
    """

    samples: np.ndarray
    waveform: np.ndarray
    defects: tuple[str, ...] = ()


def load(recording: Recording) -> Clip:
    """Decode, mix, resample, trim and normalise a recording.

    Args:
        recording: path of an audio file, binary file-like object, or `(sampling_rate, array)`
            with an array of shape (samples,) or (samples, channels) of any real dtype;
            integers are scaled by their dtype's range.

    Raises:
        SerError: nothing was recorded, it cannot be decoded, it is silent, shorter than 0.3 s
            or longer than 5 minutes.
    """
    return load_with_waveform(recording)[0]


def load_with_waveform(recording: Recording) -> tuple[Clip, np.ndarray]:
    """Return what `load` and `decode` return, decoding once."""
    waveform, peak, clipped_fraction, defects = _decode(recording)
    return trimmed_clip(waveform, peak, clipped_fraction, defects), waveform


def decode(recording: Recording) -> np.ndarray:
    """Decode a whole recording to a float32 mono waveform at 16 kHz, DC removed, shape (samples,).

    Takes and raises what `load` does, except that silence and short recordings pass.
    """
    return _decode(recording)[0]


def blocks(recording: Recording, max_duration: float = MAX_DURATION) -> Iterator[Block]:
    """Decode a recording block by block, so that memory does not grow with its length.

    Yields about 10 s at a time, and at last what the resampler held back.

    Raises:
        SerError: as `load`, but for more than `max_duration` seconds instead of 5 minutes; silence
            and short recordings pass.
    """
    if recording is None:
        raise SerError(
            "There is no recording. Record your voice or choose an audio file.",
            ErrorKind.NO_RECORDING,
        )
    with open_recording(recording, max_duration) as sound:
        resampler = soxr.ResampleStream(sound.sampling_rate, SAMPLING_RATE, 1, dtype="float32")
        n_resampled = 0
        for samples in sound.blocks:
            block = Block(samples, resampler.resample_chunk(samples))
            n_resampled += len(block.waveform)
            yield block
        tail = resampler.resample_chunk(np.zeros(0, np.float32), last=True)
        if not n_resampled + len(tail):
            raise SerError(
                "The recording holds no sound at all. Record or export it again.",
                ErrorKind.NO_SAMPLES,
            )
        yield Block(np.zeros(0, np.float32), tail, tuple(sound.defects))


def _decode(recording: Recording) -> tuple[np.ndarray, float, float, tuple[str, ...]]:
    """Return the waveform as `decode` does, its peak, its clipped fraction and the defects."""
    waveforms, peak, n_clipped, n_samples = [], 0.0, 0, 0
    for block in blocks(recording):
        magnitude = np.abs(block.samples)
        peak = max(peak, float(magnitude.max(initial=0)))
        n_clipped += int((magnitude >= FULL_SCALE).sum())
        n_samples += magnitude.size
        waveforms.append(block.waveform)
    return remove_dc(np.concatenate(waveforms)), peak, n_clipped / n_samples, block.defects
