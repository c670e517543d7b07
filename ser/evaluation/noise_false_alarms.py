"""Recorded sounds without a voice: what the recognizer makes of rain, traffic and machines."""

from pathlib import Path

import numpy as np
from tqdm import tqdm

from ser.audio import loading
from ser.errors import SerError
from ser.labels import CONFIDENT, NO_VOICE
from ser.recognizer import Recognizer
from ser.training.augmentation import load_noise_bank

PIECE = 4 * loading.SAMPLING_RATE  # samples that are analysed at a time


def measure(recognizer: Recognizer, folder: Path) -> dict:
    """Analyse the sounds in a folder as `augment.load_noise_bank` takes it, in pieces of 4 s.

    What is refused before it is embedded, as silent, counts as no voice.

    Returns:
        `noise_answered` and `noise_refused`, shares of the pieces that get a sure answer and that
        are taken for no voice, and `noise`, the number of pieces.
    """
    verdicts = []
    for waveform in tqdm(load_noise_bank(folder).noises, desc="Noise", unit="file"):
        for piece in np.array_split(waveform, max(1, round(len(waveform) / PIECE))):
            try:
                verdicts.append(recognizer.analyse((loading.SAMPLING_RATE, piece)).verdict)
            except SerError:
                verdicts.append(NO_VOICE)
    return {
        "noise_accepted": verdicts.count(CONFIDENT) / len(verdicts),
        "noise_rejected": verdicts.count(NO_VOICE) / len(verdicts),
        "n_noise": len(verdicts),
    }
