"""Voices are detected, other sounds are not, recorded ones where there are some."""

import io

import numpy as np
import pytest
import torch

from ser.audio import loading
from ser.audio.clip import SAMPLING_RATE
from ser.errors import SerError
from ser.labels import CONFIDENT, NO_VOICE
from ser.models.voice_detector import BLOCK, FRAME, VoiceDetector

SECONDS = np.arange(3 * SAMPLING_RATE) / SAMPLING_RATE
LENGTH = 4 * SAMPLING_RATE  # of recorded noise

SOUNDS = {
    "white noise": np.random.default_rng(0).normal(size=len(SECONDS)),
    "brown noise": np.cumsum(np.random.default_rng(1).normal(size=len(SECONDS))),
    "tone": np.sin(2 * np.pi * 440 * SECONDS),
    "mains hum": sum(np.sin(2 * np.pi * 50 * order * SECONDS) / order for order in (1, 2, 3, 5)),
    "beeps": np.sin(2 * np.pi * 1000 * SECONDS) * (SECONDS % 0.5 < 0.1),
    "siren": np.sin(2 * np.pi * (900 * SECONDS + 80 * np.sin(4 * SECONDS))),
    "clicks": 1.0 * (np.arange(len(SECONDS)) % 4000 == 0),
    "pulsing noise": np.random.default_rng(2).normal(size=len(SECONDS)) * np.sin(9 * SECONDS),
}


@pytest.fixture(scope="module")
def detector():
    return VoiceDetector()


def test_recordings_of_voices_hold_a_voice(detector, loaded):
    assert all(detector.detect(clip.waveform) for clip in loaded)


@pytest.mark.parametrize("level", [0.2, 5])
def test_the_level_matters_little(detector, loaded, level):
    assert all(detector.detect(np.float32(level) * clip.waveform) for clip in loaded)


def test_a_voice_after_a_pause_is_detected_and_no_block_decides_alone(detector, loaded):
    pause = np.random.default_rng(0).normal(0, 1e-3, 3 * BLOCK * FRAME).astype(np.float32)
    assert not detector.detect(pause)
    assert detector.detect(np.concatenate([pause, loaded[0].waveform]))


def test_a_voice_in_noise_is_detected(recognizer, speech):
    waveform = loading.decode(speech)
    rng = np.random.default_rng(0)
    noise = rng.normal(size=len(waveform)) * waveform.std() * 10 ** (-10 / 20)
    noisy = (SAMPLING_RATE, (waveform + noise).astype(np.float32))
    assert recognizer.analyse(noisy).verdict != NO_VOICE


@pytest.mark.parametrize("sound", SOUNDS)
def test_other_sounds_hold_none(detector, sound):
    waveform = SOUNDS[sound] / SOUNDS[sound].std()
    assert not detector.detect(waveform.astype(np.float32))
    assert not detector.detect(waveform[: FRAME // 2].astype(np.float32))


def test_noise_does_not_update_the_speaker(recognizer):
    rng = np.random.default_rng(0)
    analysis = recognizer.analyse((16_000, rng.normal(0, 0.1, 32_000)))
    assert analysis.verdict == NO_VOICE and analysis.to_json()["verdict"] == "no voice"
    assert analysis.speaker.n_clips == 0


def test_loading_leaves_the_number_of_torch_threads_as_it_was():
    before = torch.get_num_threads()
    VoiceDetector()
    assert torch.get_num_threads() == before


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
    assert verdicts.count(CONFIDENT) <= 0.02 * len(verdicts)
    assert verdicts.count(NO_VOICE) >= 0.8 * len(verdicts)
