"""Effects of rooms, microphones, telephone lines, codecs and voices on a waveform.

Each takes and returns a waveform, float32, shape (samples,), mono 16 kHz, full scale 1, of the same
length unless its docstring says otherwise. SciPy, soxr, librosa, libsndfile and FFmpeg process the
sound.
"""

import io
from collections.abc import Sequence

import av
import librosa
import numpy as np
import soundfile
import soxr
from scipy import signal

from ser.audio.clip import SAMPLING_RATE

EQUALISER_BANDS = (125, 250, 500, 1000, 2000, 4000)  # Hz
EQUALISER_TAPS = 257  # samples
FILTER_ORDER = 6
STRETCH_FRAME = 512  # samples of the phase vocoder; longer frames blur consonants
TELEPHONE_RATE = 8000  # Hz


def speed(waveform: np.ndarray, factor: float) -> np.ndarray:
    """Change tempo and pitch by a factor, above 1 is faster and higher; the length changes."""
    rate = round(SAMPLING_RATE / factor)
    return soxr.resample(waveform, SAMPLING_RATE, rate).astype(np.float32)


def tempo(waveform: np.ndarray, factor: float) -> np.ndarray:
    """Change the tempo by a factor, above 1 is faster, at the same pitch; the length changes."""
    changed = librosa.effects.time_stretch(waveform, rate=factor, n_fft=STRETCH_FRAME)
    return changed.astype(np.float32)


def pitch(waveform: np.ndarray, semitones: float) -> np.ndarray:
    """Raise or lower the pitch at the same tempo."""
    changed = librosa.effects.pitch_shift(
        waveform, sr=SAMPLING_RATE, n_steps=semitones, n_fft=STRETCH_FRAME
    )
    return changed.astype(np.float32)


def reverberate(waveform: np.ndarray, impulse_response: np.ndarray | None) -> np.ndarray:
    """Convolve with a room's impulse response; None leaves the waveform unchanged."""
    if impulse_response is None:
        return waveform
    return signal.oaconvolve(waveform, impulse_response)[: len(waveform)].astype(np.float32)


def add_noise(waveform: np.ndarray, noise: np.ndarray, snr: float) -> np.ndarray:
    """Add noise of the waveform's length at a signal-to-noise ratio in dB."""
    power, noise_power = np.mean(np.square(waveform)), np.mean(np.square(noise))
    scale = np.sqrt(power / max(noise_power, np.finfo(np.float32).tiny)) * 10 ** (-snr / 20)
    return (waveform + scale * noise).astype(np.float32)


def equalise(waveform: np.ndarray, gains: Sequence[float]) -> np.ndarray:
    """Change each of EQUALISER_BANDS by a gain in dB, interpolated between them."""
    nyquist = SAMPLING_RATE / 2
    frequencies = np.concatenate([[0], EQUALISER_BANDS, [nyquist]]) / nyquist
    magnitudes = 10 ** (np.concatenate([gains[:1], gains, gains[-1:]]) / 20)
    taps = signal.firwin2(EQUALISER_TAPS, frequencies, magnitudes)
    return signal.oaconvolve(waveform, taps, mode="same").astype(np.float32)


def limit_band(waveform: np.ndarray, low: float, high: float) -> np.ndarray:
    """Apply a band-pass filter between two frequencies in Hz."""
    band = signal.butter(FILTER_ORDER, (low, high), "bandpass", fs=SAMPLING_RATE, output="sos")
    return signal.sosfilt(band, waveform).astype(np.float32)


def amplify(waveform: np.ndarray, gain: float) -> np.ndarray:
    """Scale the peak to a gain in dB relative to full scale; above 0 the waveform is clipped."""
    peak = max(float(np.abs(waveform).max()), np.finfo(np.float32).tiny)
    return np.clip(waveform * (10 ** (gain / 20) / peak), -1, 1).astype(np.float32)


def compress(waveform: np.ndarray, compression: float) -> np.ndarray:
    """Encode as MP3 and decode again; compression 0 (best) to 1, libsndfile's scale."""
    file = io.BytesIO()
    soundfile.write(
        file,
        np.clip(waveform, -1, 1),
        SAMPLING_RATE,
        format="MP3",
        bitrate_mode="CONSTANT",
        compression_level=compression,
    )
    file.seek(0)
    decoded, _ = soundfile.read(file, dtype="float32")
    return librosa.util.fix_length(decoded, size=len(waveform))


def opus(waveform: np.ndarray, bit_rate: int) -> np.ndarray:
    """Encode as Opus, at a bit rate in bit/s, and decode again."""
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=SAMPLING_RATE, layout="mono")
        stream.bit_rate = bit_rate
        samples = np.clip(waveform, -1, 1).astype(np.float32)[None]
        frame = av.AudioFrame.from_ndarray(samples, format="flt", layout="mono")
        frame.sample_rate, frame.pts = SAMPLING_RATE, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    file.seek(0)
    decoded, _ = soundfile.read(file, dtype="float32")
    return librosa.util.fix_length(decoded, size=len(waveform))


def mu_law(waveform: np.ndarray) -> np.ndarray:
    """Encode at 8 kHz in 8 bits as telephone networks do (ITU-T G.711), and decode again."""
    narrow = soxr.resample(waveform, SAMPLING_RATE, TELEPHONE_RATE)
    peak = max(float(np.abs(narrow).max()), 1.0)
    codes = librosa.mu_compress(narrow / peak, quantize=True)
    decoded = librosa.mu_expand(codes, quantize=True).astype(np.float32) * peak
    wide = soxr.resample(decoded, TELEPHONE_RATE, SAMPLING_RATE)
    return librosa.util.fix_length(wide, size=len(waveform))


def excerpt(sound: np.ndarray, n_samples: int, rng: np.random.Generator) -> np.ndarray:
    """Return n_samples of a sound from a random sample on, repeated where it is short."""
    return sound.take(np.arange(n_samples) + rng.integers(len(sound)), mode="wrap")


def from_direct_sound(response: np.ndarray) -> np.ndarray:
    """Cut off what precedes the direct sound, so that speech is not delayed; scale it to 1."""
    direct = int(np.abs(response).argmax())
    return response[direct:] / response[direct]
