"""Synthesise the page's examples by espeak-ng: python -m ser.training.data.synthetic_voices FOLDER

The page offers them where RAVDESS is not available. They differ in voice, pitch and rate only; no
emotion is intended.
"""

import io
import subprocess
import sys
from pathlib import Path

import soundfile

from ser.audio import loading
from ser.audio.clip import SAMPLING_RATE

SENTENCE = "Kids are talking by the door."
VOICES = {  # espeak-ng's voice, pitch (0-99) and rate (words a minute)
    "slow": ("en-us+f3", 20, 100),
    "flat": ("en-gb+m3", 35, 140),
    "lively": ("en-us", 80, 170),
    "hurried": ("en-us", 99, 220),
}


def make(folder: Path) -> None:
    """Write NAME.flac, 16 kHz mono, for each of VOICES into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (voice, pitch, rate) in VOICES.items():
        command = ["espeak-ng", "-v", voice, "-p", str(pitch), "-s", str(rate), "--stdout"]
        wav = subprocess.run([*command, SENTENCE], stdout=subprocess.PIPE, check=True).stdout
        waveform = loading.decode(io.BytesIO(wav))
        soundfile.write(folder / f"{name}.flac", waveform, SAMPLING_RATE, subtype="PCM_16")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
