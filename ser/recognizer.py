"""Everything that answers a person, in one call: recording in, `Analysis` out."""

from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np

from ser import artifacts, audio
from ser.atlas import Atlas, Place
from ser.classifier import EmotionClassifier
from ser.encoder import Encoder
from ser.errors import SerError
from ser.labels import LABELS
from ser.speaker import STRANGER, Adaptation, Speaker


@dataclass(frozen=True)
class Analysis:
    """What the voice in a recording sounds like.

    Attributes:
        label: the most probable of LABELS.
        probabilities: by label, in the order of LABELS, sum 1.
        place: where it falls on the map.
        clip: what was heard, with remarks on its quality.
        speaker: what is known of who spoke, this recording included.
    """

    label: str
    probabilities: dict[str, float]
    place: Place
    clip: audio.Clip
    speaker: Speaker

    def to_json(self) -> dict:
        """Return the shape that the API and the CLI promise; durations in seconds.

        `clips_before` is the number of recordings of the speaker that the answer knew.
        """
        return {
            "label": self.label,
            "probabilities": self.probabilities,
            "duration": round(self.clip.duration, 3),
            "map": [self.place.x, self.place.y],
            "neighbours": [
                {"name": near.name, "emotion": near.emotion, "actor": near.actor}
                for near in self.place.neighbours
            ],
            "notes": list(self.clip.notes),
            "clips_before": self.speaker.clips - 1,
        }


@dataclass(frozen=True)
class Recognizer:
    """The encoder, the speakers' offsets, the classifier and the map that belong together.

    Attributes:
        metrics: how good they are, as training measured it.
    """

    encoder: Encoder
    adaptation: Adaptation
    classifier: EmotionClassifier
    atlas: Atlas
    metrics: dict

    @classmethod
    def load(cls, folder: str | Path = artifacts.FOLDER, device: str | None = None) -> "Recognizer":
        """Load the artifacts in `folder`, all verified; device as `Encoder` takes it.

        Raises:
            SerError: an artifact is missing, changed, or made with another encoder,
                preprocessing or scikit-learn; the message names the command that repairs it.
        """
        folder = Path(folder)
        manifest = artifacts.verify(folder)
        made = manifest["encoder"]
        bundled = folder / made["checkpoint"]
        encoder = Encoder(
            bundled if bundled.is_dir() else made["checkpoint"], device, made["layers"]
        )
        found = (encoder.fingerprint, audio.PREPROCESSING, list(LABELS))
        if found != (made["fingerprint"], manifest["preprocessing"], manifest["labels"]):
            raise SerError(
                f"The classifier in {folder} was made with another encoder, preprocessing or list "
                f"of emotions than {encoder.checkpoint} and this version have. {artifacts.REPAIR}"
            )
        return cls(
            encoder,
            Adaptation.load(folder / artifacts.ADAPTATION),
            joblib.load(folder / artifacts.CLASSIFIER),
            Atlas.load(folder / artifacts.ATLAS),
            artifacts.read_json(folder / artifacts.METRICS),
        )

    @property
    def device(self) -> str:
        """Where the encoder runs: cpu, cuda or mps."""
        return self.encoder.device.type

    def analyse(self, recording: audio.Recording, speaker: Speaker = STRANGER) -> Analysis:
        """Say which emotion a recording's voice carries, by what is known of its speaker so far.

        The answer's own `speaker` is what to give with the same person's next recording.
        Takes what `audio.load` takes and raises its SerErrors.
        """
        clip = audio.load(recording)
        embedding = self.encoder.embed([clip])
        adapted = self.adaptation.adapt(embedding, speaker)
        probabilities = self.classifier.probabilities(adapted)[0]
        return Analysis(
            label=LABELS[int(np.argmax(probabilities))],
            probabilities=dict(zip(LABELS, probabilities.tolist(), strict=True)),
            place=self.atlas.place(self.classifier.linear_probabilities(adapted)[0]),
            clip=clip,
            speaker=speaker.heard(embedding, self.classifier.linear_probabilities(embedding)),
        )

    def listen_neutral(self, recording: audio.Recording, speaker: Speaker = STRANGER) -> Speaker:
        """Return what is known of a speaker with one more recording, spoken neutrally.

        Takes what `audio.load` takes and raises its SerErrors.
        """
        return speaker.heard_neutral(self.encoder.embed([audio.load(recording)])[0])
