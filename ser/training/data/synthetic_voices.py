"""Make the page's synthetic examples with espeak-ng: python -m ser.training.data.synthetic_voices FOLDER

They stand in for actors where RAVDESS is not at hand. Nobody speaks in them and no emotion is
meant: voice, pitch and pace are all that differ.
"""

import io
import subprocess
import sys
from pathlib import Path

import soundfile

from ser.audio import loading

SENTENCE = "Kids are talking by the door."
VOICES = {  # espeak-ng's voice, pitch (0-99) and words a minute
    "slow": ("en-us+f3", 20, 100),
    "flat": ("en-gb+m3", 35, 140),
    "lively": ("en-us", 80, 170),
    "hurried": ("en-us", 99, 220),
}


def make(folder: Path) -> None:
    """Write NAME.flac, 16 kHz mono, for each of VOICES into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (voice, pitch, pace) in VOICES.items():
        command = ["espeak-ng", "-v", voice, "-p", str(pitch), "-s", str(pace), "--stdout"]
        spoken = subprocess.run([*command, SENTENCE], stdout=subprocess.PIPE, check=True).stdout
        waveform = loading.decode(io.BytesIO(spoken))
        soundfile.write(folder / f"{name}.flac", waveform, loading.SAMPLING_RATE, subtype="PCM_16")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
