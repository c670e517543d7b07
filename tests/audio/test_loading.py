"""Loading: a recording in any form becomes the same Clip; what cannot be loaded is explained."""

import io

import numpy as np
import pytest
import soundfile
from voices import encode

from ser.audio import loading
from ser.audio.clip import SAMPLING_RATE, to_clip
from ser.errors import SerError

RATE = SAMPLING_RATE


@pytest.fixture(scope="module")
def samples(speech):
    waveform, rate = soundfile.read(speech, dtype="float32")
    return rate, waveform


def correlation(first, second):
    """Largest normalised cross-correlation of two waveforms: codecs shift them a little."""
    size = len(first) + len(second)
    spectrum = np.fft.rfft(first, size) * np.conj(np.fft.rfft(second, size))
    return np.fft.irfft(spectrum).max() / np.linalg.norm(first) / np.linalg.norm(second)


def test_clip_is_mono_trimmed_and_normalised(samples):
    rate, waveform = samples
    silence = np.zeros(rate, np.float32)
    clip = loading.load((rate, np.concatenate([silence, waveform, silence]) + 0.02))
    assert clip.waveform.dtype == np.float32 and clip.waveform.ndim == 1
    assert abs(clip.waveform.mean()) < 1e-4
    assert abs(clip.waveform.var() - 1) < 1e-3
    assert abs(clip.duration - (len(waveform) / rate + 2)) < 0.01
    assert clip.start > 0.9
    assert clip.start + len(clip.waveform) / RATE < clip.duration - 0.9
    assert 0 < clip.speech_fraction < 0.8
    assert clip.notes == ()


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_formats_of_libsndfile(samples, suffix, tmp_path, speech):
    path = tmp_path / f"voice.{suffix}"
    soundfile.write(path, samples[1], samples[0])
    assert correlation(loading.decode(path), loading.decode(speech)) > 0.95


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [("m4a", "aac"), ("mp4", "aac"), ("aac", "aac"), ("webm", "libopus"), ("opus", "libopus")],
)
def test_formats_of_phones_and_browsers(samples, suffix, codec, tmp_path, speech):
    path = encode(*samples[::-1], tmp_path / f"voice.{suffix}", codec)
    assert correlation(loading.decode(path), loading.decode(speech)) > 0.95


def test_path_file_and_array_are_the_same(speech, samples):
    reference = loading.load(speech)
    for recording in (str(speech), io.BytesIO(speech.read_bytes()), samples):
        assert np.array_equal(loading.load(recording).waveform, reference.waveform)


@pytest.mark.parametrize("dtype", ["int16", "int32", "int64", "float32", "float64", "uint16"])
def test_arrays_of_any_dtype(samples, dtype):
    rate, waveform = samples
    reference = loading.load(samples)
    kind = np.dtype(dtype)
    if kind.kind == "f":
        array = waveform.astype(kind)
    else:
        top = 2.0 ** (8 * kind.itemsize - 1)
        array = (waveform.astype(np.float64) * (top * 0.999) + (kind.kind == "u") * top).astype(
            kind
        )
    clip = loading.load((rate, array))
    assert correlation(clip.waveform, reference.waveform) > 0.999
    assert abs(clip.peak - reference.peak) < 0.01
    assert abs(clip.rms_dbfs - reference.rms_dbfs) < 0.1


def test_channels_are_averaged(samples):
    rate, waveform = samples
    stereo = np.stack([waveform, waveform], axis=1)
    assert np.allclose(loading.decode((rate, stereo)), loading.decode(samples), atol=1e-6)
    one_sided = np.stack([waveform, 0 * waveform, 0 * waveform], axis=1)
    assert (
        correlation(loading.load((rate, one_sided)).waveform, loading.load(samples).waveform)
        > 0.999
    )


def test_notes_on_the_quality(samples):
    rate, waveform = samples
    assert "quiet" in loading.load((rate, waveform * 1e-3)).notes
    clipped = loading.load((rate, np.clip(waveform * 30, -1, 1)))
    assert "clipped" in clipped.notes
    assert clipped.clipped_fraction > 0.01
    loud = max(np.argmax(np.abs(waveform)), 2 * rate // 5)
    short = waveform[loud - 2 * rate // 5 : loud + 2 * rate // 5]
    short = loading.load((rate, short))
    assert short.notes == ("short",) and short.speech < 1


def test_long_recordings_are_decoded_in_bounds(samples):
    rate, waveform = samples
    clip = loading.load((rate, np.resize(waveform, 290 * rate)))
    assert abs(clip.duration - 290) < 0.01
    assert len(clip.waveform) > 280 * RATE


BAD = {
    "none": (None, "no recording"),
    "missing": ("nowhere.wav", "no file"),
    "empty": (io.BytesIO(b""), "empty"),
    "text": (io.BytesIO(b"this is not audio\n" * 500), "cannot be read"),
    "playlist": (io.BytesIO(b"#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n"), "cannot be read"),
    "silence": ((RATE, np.zeros(3 * RATE, np.int16)), "silent"),
    "constant": ((RATE, np.full(3 * RATE, 0.3)), "silent"),
    "short": ((RATE, np.sin(np.arange(RATE // 10))), "at least 0.3 s"),
    "no samples": ((RATE, np.zeros(0, np.float32)), "no sound"),
    "nan": ((RATE, np.full(RATE, np.nan)), "not numbers"),
    "infinity": ((RATE, np.append(np.ones(RATE), np.inf)), "not numbers"),
    "10 minutes": ((RATE, np.ones(600 * RATE, np.int8)), "5 minutes"),
    "shape": ((RATE, np.ones((10, 10, 10))), "shape"),
    "text array": ((RATE, np.array(["a", "b"])), "type"),
    "no rate": ((0, np.ones(RATE)), "at 0 Hz"),
    "absurd rate": ((10**9, np.ones(RATE)), "1000000000 Hz"),
    "channels": ((RATE, np.ones((100, 300))), "300 channels"),
    "no channels": ((RATE, np.ones((RATE, 0))), "0 channels"),
}


@pytest.mark.parametrize(("recording", "said"), BAD.values(), ids=BAD.keys())
def test_bad_recordings_are_explained(recording, said):
    with pytest.raises(SerError, match=said):
        loading.load(recording)


def test_clip_and_waveform_of_one_decoding(speech, monkeypatch):
    clip, waveform = loading.load(speech), loading.decode(speech)
    blocks, calls = loading.blocks, []
    monkeypatch.setattr(loading, "blocks", lambda *args: calls.append(args) or blocks(*args))
    same_clip, same_waveform = loading.load_with_waveform(speech)
    assert len(calls) == 1
    assert np.array_equal(same_waveform, waveform)
    assert np.array_equal(same_clip.waveform, clip.waveform) and same_clip.notes == clip.notes


def test_streamed_wav_of_unknown_length_is_read(speech):
    content = bytearray(speech.read_bytes())
    size = content.index(b"data") + 4
    content[size : size + 4] = b"\xff\xff\xff\xff"
    assert np.array_equal(loading.decode(io.BytesIO(content)), loading.decode(speech))


def test_ten_minutes_in_a_small_file(tmp_path):
    path = tmp_path / "long.flac"
    soundfile.write(path, np.zeros(601 * 8000, np.int16), 8000)
    with pytest.raises(SerError, match="5 minutes"):
        loading.load(path)


def test_a_part_becomes_the_same_clip_as_it_would_alone(samples):
    waveform = np.concatenate([block.waveform for block in loading.blocks(samples)])
    part = waveform[RATE // 2 : 5 * RATE // 2] + 0.01
    clip, alone = to_clip(part), loading.load((RATE, part))
    assert np.array_equal(clip.waveform, alone.waveform)
    assert (clip.start, clip.notes, clip.rms_dbfs) == (alone.start, alone.notes, alone.rms_dbfs)
    with pytest.raises(SerError, match="silent"):
        to_clip(0 * part)


def test_blocks_are_the_whole_recording_up_to_a_chosen_duration():
    minutes = 6
    tone = np.sin(np.arange(minutes * 60 * 8000) / 9).astype(np.float32)
    lengths = [
        (len(block.samples), len(block.waveform)) for block in loading.blocks((8000, tone), 1800)
    ]
    samples, resampled = map(sum, zip(*lengths, strict=True))
    assert (samples, resampled) == (len(tone), 2 * len(tone))
    assert max(length for _, length in lengths) <= 11 * RATE
    with pytest.raises(SerError, match="longer than 5 minutes. Choose a shorter part, a few"):
        list(loading.blocks((8000, tone)))
