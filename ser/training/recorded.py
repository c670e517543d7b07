"""Recorded sounds without a voice: what the recognizer makes of rain, traffic and machines."""

from pathlib import Path

import numpy as np
from tqdm import tqdm

from ser import audio
from ser.errors import SerError
from ser.labels import NO_VOICE, SURE
from ser.recognizer import Recognizer
from ser.training.augment import surroundings

PIECE = 4 * audio.SAMPLING_RATE  # samples that are analysed at a time


def measure(recognizer: Recognizer, folder: Path) -> dict:
    """Analyse the sounds in a folder as `augment.surroundings` takes it, in pieces of 4 s.

    What is refused before it is embedded, as silent, counts as no voice.

    Returns:
        `noise_answered` and `noise_refused`, shares of the pieces that get a sure answer and that
        are taken for no voice, and `noise`, the number of pieces.
    """
    verdicts = []
    for waveform in tqdm(surroundings(folder).noises, desc="Noise", unit="file"):
        for piece in np.array_split(waveform, max(1, round(len(waveform) / PIECE))):
            try:
                verdicts.append(recognizer.analyse((audio.SAMPLING_RATE, piece)).verdict)
            except SerError:
                verdicts.append(NO_VOICE)
    return {
        "noise_answered": verdicts.count(SURE) / len(verdicts),
        "noise_refused": verdicts.count(NO_VOICE) / len(verdicts),
        "noise": len(verdicts),
    }
