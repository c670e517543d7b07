"""Measure false alarms: confident emotions in recorded rain, traffic, machines, birds, music."""

from pathlib import Path

from tqdm import tqdm

from ser.audio.clip import SAMPLING_RATE
from ser.errors import SerError
from ser.labels import CONFIDENT, NO_VOICE
from ser.recognizer import Recognizer
from ser.training.augmentation import load_noise_bank
from ser.training.generated_sounds import pieces


def measure(recognizer: Recognizer, folder: Path) -> dict:
    """Analyse the sounds that are kept for tests in a folder as `load_noise_bank` takes it.

    What preprocessing rejects, as silent, counts as no voice.

    Returns:
        `noise_accepted` and `noise_rejected`, the fractions of pieces with a confident answer and
        without a detected voice, and `n_noise`, the number of pieces.
    """
    verdicts = []
    for waveform in tqdm(load_noise_bank(folder, test=True).noises, desc="Noise", unit="file"):
        for piece in pieces(waveform):
            try:
                verdicts.append(recognizer.analyse((SAMPLING_RATE, piece)).verdict)
            except SerError:
                verdicts.append(NO_VOICE)
    return {
        "noise_accepted": verdicts.count(CONFIDENT) / len(verdicts),
        "noise_rejected": verdicts.count(NO_VOICE) / len(verdicts),
        "n_noise": len(verdicts),
    }
