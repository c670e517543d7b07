"""Everything that answers a person, in one call: recording in, `Analysis` or `Timeline` out."""

# INTERIM: the committed artifacts name modules as they were; goes with plain arrays.
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import joblib
import numpy as np

from ser import artifacts
from ser.audio import loading
from ser.errors import SerError
from ser.labels import CONFIDENT, LABELS, NO_VOICE, UNCERTAIN
from ser.models import calibration, classifier, ensemble, kernel_ridge, linear, voice_detector
from ser.models.classifier import EmotionClassifier
from ser.models.embedding_map import EmbeddingMap, Placement
from ser.models.encoder import Encoder
from ser.models.speaker import UNKNOWN_SPEAKER, Speaker, SpeakerAdaptation
from ser.models.voice_detector import VoiceDetector
from ser.timeline.timeline import Timeline
from ser.timeline.windows import listen

calibration.Given = calibration.PrecomputedScores
for _old, _new in {
    "calibration": calibration,
    "classifier": classifier,
    "ensemble": ensemble,
    "kernel": kernel_ridge,
    "linear": linear,
    "detector": voice_detector,
}.items():
    sys.modules[f"ser.{_old}"] = _new


def _renamed(loaded):
    for each in loaded:
        each.calibration.threshold = each.calibration.__dict__.pop("sure")
    return loaded


@dataclass(frozen=True)
class Analysis:
    """What the voice in a recording sounds like.

    Attributes:
        verdict: CONFIDENT, UNCERTAIN or NO_VOICE; what follows means little without a voice.
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
    place: Placement
    clip: loading.Clip
    speaker: Speaker
    clips_before: int

    def to_json(self) -> dict:
        """Return the shape that the API and the CLI promise; durations in seconds."""
        return {
            "label": self.label,
            "probabilities": self.probabilities,
            "duration": round(self.clip.duration, 3),
            "map": self.place.position.tolist(),
            "neighbours": [
                {"name": near.name, "emotion": near.emotion, "actor": near.actor}
                for near in self.place.neighbours
            ],
            "notes": [
                loading.NOTES[note].format(speech=self.clip.speech) for note in self.clip.notes
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
        out_of_fold_probabilities: float32, shape (n, 8), of the clips on the map, each by a classifier
            that was
            not trained on their speakers.
        version: of them all, in hexadecimal; no other artifacts share it.
    """

    encoder: Encoder
    detector: VoiceDetector
    adaptation: SpeakerAdaptation
    classifier: EmotionClassifier
    enrolled: EmotionClassifier
    embedding_map: EmbeddingMap
    metrics: dict
    out_of_fold_probabilities: np.ndarray
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
        found = (encoder.fingerprint, loading.PREPROCESSING, list(LABELS))
        if found != (made["fingerprint"], manifest["preprocessing"], manifest["labels"]):
            raise SerError(
                f"The classifier in {folder} was made with another encoder, preprocessing or list "
                f"of emotions than {encoder.checkpoint} and this version have. {artifacts.REPAIR}"
            )
        return cls(
            encoder,
            joblib.load(folder / artifacts.DETECTOR),
            SpeakerAdaptation.load(folder / artifacts.ADAPTATION),
            *_renamed(joblib.load(folder / artifacts.CLASSIFIER)),
            EmbeddingMap.load(folder / artifacts.MAP),
            artifacts.read_json(folder / artifacts.METRICS),
            np.load(folder / artifacts.UNSEEN, allow_pickle=False),
            artifacts.sha256(folder / artifacts.MANIFEST)[:12],
        )

    @property
    def device(self) -> str:
        """Where the encoder runs: cpu, cuda or mps."""
        return self.encoder.device.type

    def to(self, device: str) -> "Recognizer":
        """Return the same recognizer with its encoder on another device, as `Encoder` takes it."""
        encoder = Encoder(self.encoder.checkpoint, device, self.encoder.layers)
        return replace(self, encoder=encoder)

    def classifier_for(self, speakers: Iterable[Speaker]) -> EmotionClassifier:
        """Return `enrolled` if something is known of every speaker, else `classifier`."""
        return self.enrolled if all(each.n_clips for each in speakers) else self.classifier

    def analyse(self, recording: loading.Recording, speaker: Speaker = UNKNOWN_SPEAKER) -> Analysis:
        """Say which emotion a recording's voice carries, by what is known of its speaker so far.

        The answer's own `speaker` is what to give with the same person's next recording.
        Takes what `audio.load` takes and raises its SerErrors.
        """
        clip = loading.load(recording)
        return self.analyse_embedding(clip, self.encoder.embed([clip])[0], speaker)

    def analyse_embedding(
        self, clip: loading.Clip, embedding: np.ndarray, speaker: Speaker = UNKNOWN_SPEAKER
    ) -> Analysis:
        """Say the same of a clip that is embedded already, shape (layers, 2, hidden size)."""
        embedding = embedding[None]
        adapted = self.adaptation.adapt(embedding, speaker)
        classifier = self.classifier_for([speaker])
        initial, [probabilities] = classifier.answer(embedding, adapted)
        verdict = CONFIDENT if probabilities.max() >= classifier.threshold else UNCERTAIN
        if not self.detector.detect(embedding)[0]:
            verdict = NO_VOICE
        expected_counts = initial
        if speaker.n_clips:
            expected_counts = self.classifier.initial_probabilities(embedding)
        return Analysis(
            verdict=verdict,
            label=LABELS[int(np.argmax(probabilities))],
            probabilities=dict(zip(LABELS, probabilities.tolist(), strict=True)),
            place=self.embedding_map.place(initial[0]),
            clip=clip,
            speaker=speaker if verdict == NO_VOICE else speaker.update(embedding, expected_counts),
            clips_before=speaker.n_clips,
        )

    def enrol(self, recording: loading.Recording, speaker: Speaker = UNKNOWN_SPEAKER) -> Speaker:
        """Return what is known of a speaker with one more recording, spoken neutrally.

        Takes what `audio.load` takes and raises its SerErrors, and one if there is no voice.
        """
        embedding = self.encoder.embed([loading.load(recording)])
        if not self.detector.detect(embedding)[0]:
            raise SerError(
                "No voice was heard, only other sounds. Say the sentence closer to the microphone.",
                "no voice",
            )
        return speaker.update_neutral(embedding)

    def timeline(self, recording: loading.Recording) -> Iterator[float | Timeline]:
        """Follow one voice through a recording of up to 30 minutes, see `ser.listening.listen`."""
        return listen(self, recording)
