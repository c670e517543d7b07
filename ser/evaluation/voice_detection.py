"""How often the voice detector is wrong: on voices of corpora, and on recorded sounds without one.

Rain, traffic, machines, birds and music have no emotion; what is confident about them is an error.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ser import artifacts
from ser.audio import loading
from ser.audio.clip import SAMPLING_RATE
from ser.errors import SerError
from ser.labels import CONFIDENT, NO_VOICE
from ser.recognizer import Recognizer
from ser.training.augmentation import load_noise_bank
from ser.training.data import corpora

PIECE = 4 * SAMPLING_RATE  # samples of a recorded sound that are analysed at a time


def measure(data: Sequence[Path], noise: Path, folder: Path = artifacts.FOLDER) -> dict:
    """Measure; write and return `no_voice` of metrics.json.

    What preprocessing rejects, as silent, counts as no voice.

    Args:
        data: folders, each with a corpus.
        noise: folder as `load_noise_bank` takes it; the sounds that are kept for tests are used.

    Returns:
        `voices`, by corpus `n` and `rejected`, the fraction of clips in which no voice is
        detected; `n_noise` pieces, and the fractions `noise_rejected`, in which no voice is
        detected, and `noise_accepted`, with a confident emotion.
    """
    recognizer = Recognizer.load(folder)
    voices = {}
    for path in data:
        utterances = corpora.table(path).utterances
        rejected = [
            not _holds_voice(recognizer, utterance.path)
            for utterance in tqdm(utterances, f"Voices of {path.name}", unit="clip")
        ]
        voices[utterances[0].corpus] = {
            "n": len(rejected),
            "rejected": float(np.mean(rejected)),
        }
    verdicts = [
        _verdict(recognizer, piece)
        for waveform in tqdm(load_noise_bank(noise, test=True).noises, "Noise", unit="file")
        for piece in np.array_split(waveform, max(1, round(len(waveform) / PIECE)))
    ]
    found = {
        "voices": voices,
        "n_noise": len(verdicts),
        "noise_rejected": verdicts.count(NO_VOICE) / len(verdicts),
        "noise_accepted": verdicts.count(CONFIDENT) / len(verdicts),
    }
    content = artifacts.read_json(folder / artifacts.METRICS)
    artifacts.write_metrics(folder, content | {"no_voice": found})
    return found


def _holds_voice(recognizer: Recognizer, path: Path) -> bool:
    try:
        return recognizer.voice_detector.detect(loading.load(path).waveform)
    except SerError:
        return False


def _verdict(recognizer: Recognizer, waveform: np.ndarray) -> str:
    try:
        return recognizer.analyse((SAMPLING_RATE, waveform)).verdict
    except SerError:
        return NO_VOICE
