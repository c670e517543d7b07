"""Everything that answers a person, in one call: recording in, `Analysis` or `Timeline` out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import joblib
import numpy as np

from ser import artifacts, audio
from ser.atlas import Atlas, Place
from ser.classifier import EmotionClassifier
from ser.detector import VoiceDetector
from ser.encoder import Encoder
from ser.errors import SerError
from ser.labels import LABELS, NO_VOICE, SURE, UNSURE
from ser.listening import listen
from ser.speaker import STRANGER, Adaptation, Speaker
from ser.timeline import Timeline


@dataclass(frozen=True)
class Analysis:
    """What the voice in a recording sounds like.

    Attributes:
        verdict: SURE, UNSURE or NO_VOICE; what follows means little without a voice.
        label: the most probable of LABELS.
        probabilities: by label, in the order of LABELS, sum 1.
        place: where it falls on the map.
        clip: what was heard, with remarks on its quality.
        speaker: what is known of who spoke, this recording included if it holds a voice.
        clips_before: number of recordings of the speaker that the answer knew.
    """

    verdict: str
    label: str
    probabilities: dict[str, float]
    place: Place
    clip: audio.Clip
    speaker: Speaker
    clips_before: int

    def to_json(self) -> dict:
        """Return the shape that the API and the CLI promise; durations in seconds."""
        return {
            "label": self.label,
            "probabilities": self.probabilities,
            "duration": round(self.clip.duration, 3),
            "map": [self.place.x, self.place.y],
            "neighbours": [
                {"name": near.name, "emotion": near.emotion, "actor": near.actor}
                for near in self.place.neighbours
            ],
            "notes": [
                audio.NOTES[note].format(speech=self.clip.speech) for note in self.clip.notes
            ],
            "clips_before": self.clips_before,
            "verdict": self.verdict,
        }


@dataclass(frozen=True)
class Recognizer:
    """The encoder, the detector, the speakers' offsets, the classifier and the map of one training.

    Attributes:
        classifier, enrolled: for people in general, and for those of whom something is known.
        metrics: how good they are, as training measured it.
        unseen: float32, shape (n, 8), the probabilities of each of the map's clips by a classifier
            that did not hear its speaker.
        version: of them all, in hexadecimal; no other artifacts share it.
    """

    encoder: Encoder
    detector: VoiceDetector
    adaptation: Adaptation
    classifier: EmotionClassifier
    enrolled: EmotionClassifier
    atlas: Atlas
    metrics: dict
    unseen: np.ndarray
    version: str

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
            joblib.load(folder / artifacts.DETECTOR),
            Adaptation.load(folder / artifacts.ADAPTATION),
            *joblib.load(folder / artifacts.CLASSIFIER),
            Atlas.load(folder / artifacts.ATLAS),
            artifacts.read_json(folder / artifacts.METRICS),
            np.load(folder / artifacts.UNSEEN, allow_pickle=False),
            artifacts.sha256(folder / artifacts.MANIFEST)[:12],
        )

    @property
    def device(self) -> str:
        """Where the encoder runs: cpu, cuda or mps."""
        return self.encoder.device.type

    def on(self, device: str) -> "Recognizer":
        """Return the same recognizer with its encoder on another device, as `Encoder` takes it."""
        encoder = Encoder(self.encoder.checkpoint, device, self.encoder.layers)
        return replace(self, encoder=encoder)

    def classifier_for(self, speakers: Iterable[Speaker]) -> EmotionClassifier:
        """Return `enrolled` if something is known of every speaker, else `classifier`."""
        return self.enrolled if all(each.clips for each in speakers) else self.classifier

    def analyse(self, recording: audio.Recording, speaker: Speaker = STRANGER) -> Analysis:
        """Say which emotion a recording's voice carries, by what is known of its speaker so far.

        The answer's own `speaker` is what to give with the same person's next recording.
        Takes what `audio.load` takes and raises its SerErrors.
        """
        clip = audio.load(recording)
        return self.judge(clip, self.encoder.embed([clip])[0], speaker)

    def judge(
        self, clip: audio.Clip, embedding: np.ndarray, speaker: Speaker = STRANGER
    ) -> Analysis:
        """Say the same of a clip that is embedded already, shape (layers, 2, hidden size)."""
        embedding = embedding[None]
        adapted = self.adaptation.adapt(embedding, speaker)
        classifier = self.classifier_for([speaker])
        initial, [probabilities] = classifier.answer(embedding, adapted)
        verdict = SURE if probabilities.max() >= classifier.sure else UNSURE
        if not self.detector.hears(embedding)[0]:
            verdict = NO_VOICE
        supposed = initial
        if speaker.clips:
            supposed = self.classifier.initial_probabilities(embedding)
        return Analysis(
            verdict=verdict,
            label=LABELS[int(np.argmax(probabilities))],
            probabilities=dict(zip(LABELS, probabilities.tolist(), strict=True)),
            place=self.atlas.place(initial[0]),
            clip=clip,
            speaker=speaker if verdict == NO_VOICE else speaker.heard(embedding, supposed),
            clips_before=speaker.clips,
        )

    def listen_neutral(self, recording: audio.Recording, speaker: Speaker = STRANGER) -> Speaker:
        """Return what is known of a speaker with one more recording, spoken neutrally.

        Takes what `audio.load` takes and raises its SerErrors, and one if there is no voice.
        """
        embedding = self.encoder.embed([audio.load(recording)])
        if not self.detector.hears(embedding)[0]:
            raise SerError(
                "No voice was heard, only other sounds. Say the sentence closer to the microphone.",
                "no voice",
            )
        return speaker.heard_neutral(embedding)

    def timeline(self, recording: audio.Recording) -> Iterator[float | Timeline]:
        """Follow one voice through a recording of up to 30 minutes, see `ser.listening.listen`."""
        return listen(self, recording)
