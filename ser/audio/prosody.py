"""Pitch, level and rate of syllables of a clip: what two recordings can be compared by.

Not with `librosa.pyin`: numba may load a cache of it that several processes wrote at once, and the
process dies (https://github.com/numba/numba/issues/10128); it takes ten times as long, too.
"""

from dataclasses import dataclass

import numpy as np

from ser.audio.clip import SAMPLING_RATE, Clip

MAX_DURATION = 10  # s of a clip that are measured, from its start
HOP = 160  # samples between frames
MIN_PITCH, MAX_PITCH = 60, 600  # Hz
WINDOW = 640  # samples that are compared with later ones, and over which the level is smoothed
APERIODICITY = 0.15  # of a frame, below which it is voiced
SPEECH_RANGE = 25  # dB below the loudest frame, within which frames are speech
MIN_VOICED = 10  # frames without which a clip has no pitch
MIN_DIP = 3  # dB by which the level falls on either side of a syllable
VOICING_DISTANCE = 5  # frames from a syllable's peak within which it is voiced


@dataclass(frozen=True)
class Prosody:
    """How a clip is spoken.

    Attributes:
        pitch: median fundamental frequency in Hz; None if hardly anything is voiced.
        level: of the recording's trimmed part, in dB relative to full scale.
        rate: syllables a second, pauses included.
    """

    pitch: float | None
    level: float
    rate: float


def measure(clip: Clip) -> Prosody:
    """Measure the prosody of a clip, its pitch and rate in the first MAX_DURATION seconds."""
    waveform = clip.waveform[: MAX_DURATION * SAMPLING_RATE]
    pitches = fundamental_frequency(waveform)
    voiced = np.isfinite(pitches)
    pitch = float(np.median(pitches[voiced])) if voiced.sum() >= MIN_VOICED else None
    syllables = len(syllable_nuclei(waveform, voiced))
    return Prosody(pitch, clip.rms_dbfs, syllables / (len(waveform) / SAMPLING_RATE))


def fundamental_frequency(waveform: np.ndarray) -> np.ndarray:
    """Estimate the pitch of a 16 kHz waveform every HOP samples, by YIN.

    De Cheveigné & Kawahara (2002), https://doi.org/10.1121/1.1458024, steps 2-5: the shortest lag
    at which the normalised difference has a minimum below APERIODICITY. On 60 clips of RAVDESS, the
    median pitch differs by 0.25 semitones (median) from that of `librosa.pyin`.

    Returns:
        Hz, float64, shape (frames,), NaN where a frame is unvoiced or no speech; frame i begins at
        sample i * HOP.
    """
    shortest, longest = SAMPLING_RATE // MAX_PITCH, SAMPLING_RATE // MIN_PITCH
    length = WINDOW + longest + 1  # one lag further, to see whether the last one is a minimum
    if len(waveform) < length:
        return np.full(0, np.nan)
    frames = np.lib.stride_tricks.sliding_window_view(waveform, length)[::HOP].astype(np.float64)
    energy = np.cumsum(np.pad(frames**2, ((0, 0), (1, 0))), axis=1)
    energy = energy[:, WINDOW:] - energy[:, :-WINDOW]  # of the window at each lag
    size = 2 ** (length - 1).bit_length()  # A circular correlation is right at these lags.
    spectra = np.fft.rfft(frames, size) * np.fft.rfft(frames[:, :WINDOW], size).conj()
    correlation = np.fft.irfft(spectra, size)[:, : longest + 2]
    difference = np.maximum(energy[:, :1] + energy - 2 * correlation, 0)[:, 1:]
    lags = np.arange(1, longest + 2)
    normalised = difference * lags / np.maximum(np.cumsum(difference, axis=1), 1e-12)
    before, at, after = (
        normalised[:, shortest - 2 + i :][:, : len(lags) - shortest] for i in range(3)
    )
    minimum = (at < before) & (at <= after) & (at < APERIODICITY)
    speech = energy[:, 0] > energy[:, 0].max() / 10 ** (SPEECH_RANGE / 10)
    rows = np.flatnonzero(minimum.any(axis=1) & speech)
    columns = minimum.argmax(axis=1)[rows]
    low, middle, high = (values[rows, columns] for values in (before, at, after))
    pitches = np.full(len(frames), np.nan)
    # The lowest point of the parabola through the minimum and the values next to it.
    shift = (low - high) / (2 * (low - 2 * middle + high))
    pitches[rows] = SAMPLING_RATE / (shortest + columns + shift)
    return pitches


def syllable_nuclei(waveform: np.ndarray, voiced: np.ndarray) -> np.ndarray:
    """Return the frames of a 16 kHz waveform in which syllables are loudest, shape (n,).

    De Jong & Wempe (2009), https://doi.org/10.3758/BRM.41.2.385: peaks of the level, with dips
    before and after, in voiced speech. Of the seven syllables of RAVDESS's sentences this finds
    7.0 on average, with a standard deviation of 1.9 between recordings.

    voiced: whether the frames of `fundamental_frequency` are, shape (frames,).
    """
    # Only the comparison of two recordings needs it, and it takes a second to import.
    from scipy.signal import find_peaks

    window = np.hanning(WINDOW)
    power = np.convolve(np.square(waveform, dtype=np.float64), window / window.sum(), "same")[::HOP]
    levels = 10 * np.log10(power + 1e-12)
    lowest = np.percentile(levels, 99) - SPEECH_RANGE
    peaks, _ = find_peaks(levels, height=lowest, prominence=MIN_DIP)
    # A frame of the level is centred on its sample, one of the pitch begins there.
    frames = np.flatnonzero(voiced) + WINDOW // 2 // HOP
    return np.array(
        [peak for peak in peaks if (np.abs(frames - peak) <= VOICING_DISTANCE).any()], dtype=int
    )
