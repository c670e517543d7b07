"""Voices are told from other sounds: made ones here, and recorded noise where there is some."""

import io
from pathlib import Path

import numpy as np
import pytest

from ser.audio import loading
from ser.errors import SerError
from ser.labels import CONFIDENT, NO_VOICE
from ser.models.voice_detector import VoiceDetector
from ser.recognizer import Recognizer
from ser.training import generated_sounds

NOISE = Path(__file__).parents[2] / "shared/noise"
LENGTH = 4 * loading.SAMPLING_RATE  # samples of a recorded noise


@pytest.fixture(scope="module")
def recognizer():
    return Recognizer.load(device="cpu")


def test_learns_what_is_a_voice():
    random = np.random.default_rng(0)
    centre = random.normal(size=(3, 2, 8))
    voices, others = (centre * sign + random.normal(size=(60, 3, 2, 8)) for sign in (1, -1))
    detector = VoiceDetector(voices[:40], others[:40])
    assert detector.detect(voices[40:]).mean() > 0.9
    assert detector.detect(others[40:]).mean() < 0.1


def test_sounds_are_what_they_should_be(monkeypatch):
    monkeypatch.setattr(generated_sounds, "EACH", 5)
    found = list(generated_sounds.generate(0))
    kinds = [kind for kind, _ in found]
    assert set(kinds) == set(generated_sounds.KINDS) and len(found) == generated_sounds.EACH * len(
        generated_sounds.KINDS
    )
    for _, waveform in found:
        assert waveform.dtype == np.float32 and np.isfinite(waveform).all()
        assert (
            generated_sounds.SHORTEST
            <= len(waveform) / loading.SAMPLING_RATE
            <= generated_sounds.LONGEST
        )
        assert np.abs(waveform).max() == pytest.approx(generated_sounds.PEAK, rel=1e-3)
    again = [waveform for _, waveform in generated_sounds.generate(0)]
    assert all((waveform == other).all() for (_, waveform), other in zip(found, again, strict=True))


def test_folds_share_no_kind():
    kinds = np.repeat(list(generated_sounds.KINDS), 3)
    heard = generated_sounds.Sounds(np.zeros((len(kinds), 1)), kinds)
    rows = np.array([heard.fold(number, 6) for number in range(6)])
    assert (rows.sum(axis=0) == 1).all()
    assert all(
        len(np.unique(rows[:, kinds == kind], axis=1).T) == 1 for kind in generated_sounds.KINDS
    )


def test_voices_are_voices(recognizer, clips):
    verdicts = [recognizer.analyse(path).verdict for path in clips]
    assert NO_VOICE not in verdicts


def test_a_voice_in_noise_stays_a_voice(recognizer, speech):
    waveform = loading.decode(speech)
    random = np.random.default_rng(0)
    noise = random.normal(size=len(waveform)) * waveform.std() * 10 ** (-10 / 20)
    noisy = (loading.SAMPLING_RATE, (waveform + noise).astype(np.float32))
    assert recognizer.analyse(noisy).verdict != NO_VOICE


@pytest.fixture(scope="module")
def made():
    """Sounds by kind, other ones than the detector learned from."""
    found = {kind: [] for kind in generated_sounds.KINDS}
    for kind, waveform in generated_sounds.generate(1):
        found[kind].append(waveform)
    return found


@pytest.mark.parametrize("kind", generated_sounds.KINDS)
def test_no_made_sound_has_a_sure_emotion(recognizer, made, kind):
    analyses = [
        recognizer.analyse((loading.SAMPLING_RATE, waveform)) for waveform in made[kind][:4]
    ]
    assert [each.verdict for each in analyses].count(CONFIDENT) == 0


def test_what_is_no_voice_tells_nothing_of_the_speaker(recognizer):
    random = np.random.default_rng(0)
    analysis = recognizer.analyse((16_000, random.normal(0, 0.1, 32_000)))
    assert analysis.verdict == NO_VOICE and analysis.to_json()["verdict"] == "no voice"
    assert analysis.speaker.n_clips == 0


@pytest.mark.skipif(not NOISE.is_dir(), reason="needs the folder of recorded noise")
def test_recorded_noise_has_no_sure_emotion(recognizer):
    verdicts = []
    for path in sorted(NOISE.glob("*.opus")):
        waveform = loading.decode(io.BytesIO(path.read_bytes()))[:LENGTH]
        try:
            verdicts.append(recognizer.analyse((loading.SAMPLING_RATE, waveform)).verdict)
        except SerError:
            verdicts.append(NO_VOICE)
    assert len(verdicts) > 90
    assert verdicts.count(CONFIDENT) <= 0.05 * len(verdicts)
    assert verdicts.count(NO_VOICE) >= 0.8 * len(verdicts)
