"""Voices are detected among generated sounds, and recorded noise where there is some."""

import io

import numpy as np
import pytest

from ser import arrays
from ser.audio import loading
from ser.audio.clip import SAMPLING_RATE
from ser.errors import SerError
from ser.labels import CONFIDENT, NO_VOICE
from ser.models.voice_detector import VoiceDetector
from ser.recognizer import Recognizer
from ser.training import generated_sounds

LENGTH = 4 * SAMPLING_RATE  # samples of a recorded noise


@pytest.fixture(scope="module")
def recognizer():
    return Recognizer.load(device="cpu")


def test_separates_voices_from_other_sounds():
    rng = np.random.default_rng(0)
    centre, deviations = rng.normal(size=24), rng.uniform(0.1, 10, 24)
    voices, sounds = ((centre * sign + rng.normal(size=(60, 24))) * deviations for sign in (1, -1))
    # There are far more clips of voices than of other sounds.
    detector = VoiceDetector.fit(np.tile(voices[:40], (20, 1)), sounds[:40])
    assert detector.weights.dtype == np.float32 and detector.weights.shape == (24,)
    found = detector.detect(np.concatenate([voices[40:], sounds[40:]]))
    assert found.shape == (40,) and found.dtype == bool
    assert found[:20].mean() > 0.9 and found[20:].mean() < 0.1


def test_saved_and_loaded(tmp_path):
    rows = np.random.default_rng(1).normal(size=(60, 24))
    detector = VoiceDetector.fit(rows[:40] + 1, rows[40:])
    arrays.save(detector, tmp_path / "detector.npz")
    loaded = arrays.load(VoiceDetector, tmp_path / "detector.npz")
    assert np.array_equal(loaded.detect(rows), detector.detect(rows))
    assert loaded.detect(rows[:1]).shape == (1,)


def test_generated_sounds_have_their_kind_length_and_peak(monkeypatch):
    monkeypatch.setattr(generated_sounds, "SOUNDS_PER_KIND", 5)
    sounds = list(generated_sounds.generate(0))
    kinds = [kind for kind, _ in sounds]
    assert set(kinds) == set(generated_sounds.KINDS)
    assert len(sounds) == generated_sounds.SOUNDS_PER_KIND * len(generated_sounds.KINDS)
    shortest, longest = generated_sounds.MIN_DURATION, generated_sounds.MAX_DURATION
    for _, waveform in sounds:
        assert waveform.dtype == np.float32 and np.isfinite(waveform).all()
        assert shortest <= len(waveform) / SAMPLING_RATE <= longest
        assert np.abs(waveform).max() == pytest.approx(generated_sounds.PEAK, rel=1e-3)
    again = generated_sounds.generate(0)
    assert all((a == b).all() for (_, a), (_, b) in zip(sounds, again, strict=True))


def test_folds_share_no_kind():
    kinds = np.repeat(list(generated_sounds.KINDS), 3)
    sounds = generated_sounds.Sounds(np.zeros((len(kinds), 1)), kinds, np.zeros((0, 1)))
    rows = np.array([sounds.fold(number, 6) for number in range(6)])
    assert (rows.sum(axis=0) == 1).all()
    assert all(
        len(np.unique(rows[:, kinds == kind], axis=1).T) == 1 for kind in generated_sounds.KINDS
    )


def test_recordings_of_voices_hold_a_voice(recognizer, clips):
    verdicts = [recognizer.analyse(path).verdict for path in clips]
    assert NO_VOICE not in verdicts


def test_a_voice_in_noise_is_detected(recognizer, speech):
    waveform = loading.decode(speech)
    rng = np.random.default_rng(0)
    noise = rng.normal(size=len(waveform)) * waveform.std() * 10 ** (-10 / 20)
    noisy = (SAMPLING_RATE, (waveform + noise).astype(np.float32))
    assert recognizer.analyse(noisy).verdict != NO_VOICE


@pytest.fixture(scope="module")
def sounds():
    """Sounds by kind, not those that the detector was trained on."""
    by_kind = {kind: [] for kind in generated_sounds.KINDS}
    for kind, waveform in generated_sounds.generate(1):
        by_kind[kind].append(waveform)
    return by_kind


@pytest.mark.parametrize("kind", generated_sounds.KINDS)
def test_generated_sounds_have_no_confident_emotion(recognizer, sounds, kind):
    analyses = [recognizer.analyse((SAMPLING_RATE, waveform)) for waveform in sounds[kind][:4]]
    assert CONFIDENT not in [analysis.verdict for analysis in analyses]


def test_noise_does_not_update_the_speaker(recognizer):
    rng = np.random.default_rng(0)
    analysis = recognizer.analyse((16_000, rng.normal(0, 0.1, 32_000)))
    assert analysis.verdict == NO_VOICE and analysis.to_json()["verdict"] == "no voice"
    assert analysis.speaker.n_clips == 0


def test_recorded_noise_has_no_confident_emotion(recognizer, shared):
    if not (shared / "noise").is_dir():
        pytest.skip("needs the folder of recorded noise")
    verdicts = []
    for path in sorted((shared / "noise").glob("*.opus")):
        waveform = loading.decode(io.BytesIO(path.read_bytes()))[:LENGTH]
        try:
            verdicts.append(recognizer.analyse((SAMPLING_RATE, waveform)).verdict)
        except SerError:
            verdicts.append(NO_VOICE)
    assert len(verdicts) > 90
    assert verdicts.count(CONFIDENT) <= 0.05 * len(verdicts)
    assert verdicts.count(NO_VOICE) >= 0.8 * len(verdicts)
