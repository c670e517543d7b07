"""Predict the emotion of a recording, with all models of one training run."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ser import arrays, artifacts
from ser.audio import loading
from ser.audio.clip import NOTES, Clip
from ser.errors import ErrorKind, SerError
from ser.labels import CONFIDENT, LABELS, NO_VOICE, UNCERTAIN
from ser.models import personal
from ser.models.classifier import EmotionClassifier
from ser.models.embedding_map import EmbeddingMap, Placement
from ser.models.encoder import Encoder
from ser.models.speaker import UNKNOWN_SPEAKER, Features, Speaker, SpeakerAdaptation
from ser.models.voice_detector import VoiceDetector
from ser.timeline.speaker_projection import SpeakerProjection
from ser.timeline.speech import MAX_DURATION
from ser.timeline.timeline import Timeline
from ser.timeline.turns import analyse_turns
from ser.timeline.windows import analyse_windows


@dataclass(frozen=True)
class Analysis:
    """The emotion of the voice in a recording.

    Attributes:
        verdict: CONFIDENT, UNCERTAIN or NO_VOICE; the other results mean little without a voice.
        label: the most probable of LABELS.
        probabilities: by label, in the order of LABELS, sum 1.
        familiarity: how similar the recording is to those of the corpus on the map, 0-1.
        place: position on the map, and the nearest training clips.
        clip: the preprocessed recording, with notes on its quality.
        features: of the recording, to teach the speaker's model with.
        speaker: what to analyse the speaker's next recording with; it includes this one, without
            a label, if it holds a voice.
        clips_before: number of the speaker's clips that this result is adapted with.
    """

    verdict: str
    label: str
    probabilities: dict[str, float]
    familiarity: float
    place: Placement
    clip: Clip
    features: Features
    speaker: Speaker
    clips_before: int

    def to_json(self) -> dict:
        """Return what the API and the command line print; durations in seconds."""
        return {
            "label": self.label,
            "probabilities": self.probabilities,
            "duration": round(self.clip.duration, 3),
            "map": self.place.position.tolist(),
            "neighbours": [
                {"name": clip.name, "emotion": clip.emotion, "actor": clip.actor}
                for clip in self.place.neighbours
            ],
            "notes": [NOTES[note].format(speech=self.clip.speech) for note in self.clip.notes],
            "clips_before": self.clips_before,
            "verdict": self.verdict,
            "familiarity": round(self.familiarity, 3),
        }


@dataclass(frozen=True)
class Recognizer:
    """All models of one training run.

    Attributes:
        adaptation: subtracts a speaker's offset.
        speaker_projection: tells the speakers of a long recording apart.
        metrics: the content of metrics.json.
        out_of_fold_probabilities: float32, shape (n, 8), of the clips on the map, each predicted by
            a classifier that was not trained on its speaker.
        version: identifies the artifacts, hexadecimal.
    """

    encoder: Encoder
    voice_detector: VoiceDetector
    adaptation: SpeakerAdaptation
    classifier: EmotionClassifier
    speaker_projection: SpeakerProjection
    embedding_map: EmbeddingMap
    metrics: dict
    out_of_fold_probabilities: np.ndarray
    version: str

    @classmethod
    def load(cls, folder: str | Path = artifacts.FOLDER, device: str | None = None) -> "Recognizer":
        """Load the artifacts in `folder`, all verified; device as `Encoder` takes it.

        Raises:
            SerError: an artifact is missing, changed, or made with another encoder, preprocessing
                or list of labels; the message names the command that repairs it.
        """
        folder = Path(folder)
        manifest = artifacts.verify(folder)
        described = manifest["encoder"]
        encoder = Encoder(artifacts.checkpoint_of(folder, manifest), device, described["layers"])
        expected = (described["fingerprint"], manifest["preprocessing"], manifest["labels"])
        if expected != (encoder.fingerprint, loading.PREPROCESSING, list(LABELS)):
            raise SerError(
                f"The classifier in {folder} was made with another encoder, preprocessing or list "
                f"of emotions than {encoder.checkpoint} and this version have. {artifacts.REPAIR}"
            )
        return cls(
            encoder=encoder,
            voice_detector=VoiceDetector(),
            adaptation=arrays.load(SpeakerAdaptation, folder / artifacts.ADAPTATION),
            classifier=arrays.load(EmotionClassifier, folder / artifacts.CLASSIFIER),
            speaker_projection=arrays.load(
                SpeakerProjection, folder / artifacts.SPEAKER_PROJECTION
            ),
            embedding_map=arrays.load(EmbeddingMap, folder / artifacts.MAP),
            metrics=artifacts.read_json(folder / artifacts.METRICS),
            out_of_fold_probabilities=np.load(folder / artifacts.OUT_OF_FOLD, allow_pickle=False),
            version=artifacts.version_of(folder),
        )

    @property
    def device(self) -> str:
        """Device of the encoder: cpu, cuda or mps."""
        return self.encoder.device.type

    @property
    def emotions(self) -> tuple[str, ...]:
        """Those of LABELS that the classifier knows, in their order."""
        return tuple(LABELS[index] for index in self.classifier.classes)

    def to(self, device: str) -> "Recognizer":
        """Return a copy with its encoder on another device, as `Encoder` takes it."""
        encoder = Encoder(self.encoder.checkpoint, device, self.encoder.layers)
        return replace(self, encoder=encoder)

    def analyse(self, recording: loading.Recording, speaker: Speaker = UNKNOWN_SPEAKER) -> Analysis:
        """Predict the emotion of a recording's voice, adapted to its speaker's statistics.

        Takes what `loading.load` takes and raises its SerErrors. Analyse the speaker's next
        recording with the result's `speaker`.
        """
        return self.analyse_clip(loading.load(recording), speaker)

    def analyse_clip(self, clip: Clip, speaker: Speaker = UNKNOWN_SPEAKER) -> Analysis:
        """Analyse a preprocessed recording, as `analyse`."""
        return self.analyse_embedding(clip, self.encoder.embed([clip])[0], speaker)

    def analyse_embedding(
        self, clip: Clip, embedding: np.ndarray, speaker: Speaker = UNKNOWN_SPEAKER
    ) -> Analysis:
        """Analyse a clip that is embedded already, shape (layers, 2, hidden size)."""
        features = self.classifier.features(embedding[None])
        unadapted = predicted = self.classifier.predict_features(features, features.rows)
        if speaker.n_clips:
            predicted = personal.predict(self.classifier, self.adaptation, features, speaker)
        [probabilities] = predicted.probabilities
        verdict = CONFIDENT if probabilities.max() >= predicted.threshold else UNCERTAIN
        updated = speaker.update(features.rows[0], unadapted.pooled[0])
        if not self.voice_detector.detect(clip.waveform):
            verdict, updated = NO_VOICE, speaker
        return Analysis(
            verdict=verdict,
            label=LABELS[int(np.argmax(probabilities))],
            probabilities=dict(zip(LABELS, probabilities.tolist(), strict=True)),
            familiarity=float(predicted.familiarity[0]),
            place=self.embedding_map.place(predicted.pooled[0]),
            clip=clip,
            features=features,
            speaker=updated,
            clips_before=speaker.n_clips,
        )

    def enrol(self, recording: loading.Recording, speaker: Speaker = UNKNOWN_SPEAKER) -> Speaker:
        """Return a speaker's statistics with one more recording, which was spoken neutrally.

        Takes what `loading.load` takes and raises its SerErrors, and one if there is no voice.
        """
        return speaker.update_neutral(self._features_of_voice(recording).rows[0])

    def teach(
        self, recording: loading.Recording, emotion: str, speaker: Speaker = UNKNOWN_SPEAKER
    ) -> Speaker:
        """Return a speaker with one more recording, whose emotion, one of LABELS, is known.

        Takes what `loading.load` takes and raises its SerErrors, and one if there is no voice.
        """
        return speaker.teach(emotion, self._features_of_voice(recording))

    def _features_of_voice(self, recording: loading.Recording) -> Features:
        clip = loading.load(recording)
        if not self.voice_detector.detect(clip.waveform):
            raise SerError(
                "No voice was heard, only other sounds. Say the sentence closer to the microphone.",
                ErrorKind.NO_VOICE,
            )
        return self.classifier.features(self.encoder.embed([clip]))

    def timeline(
        self,
        recording: loading.Recording,
        speaker: Speaker = UNKNOWN_SPEAKER,
        n_speakers: int | None = 1,
    ) -> Iterator[float | Timeline]:
        """Analyse a recording of up to 30 minutes: of one voice second by second, else by turns.

        Takes, yields and raises what `analyse_windows` does.

        n_speakers: number of people who speak; None to have it found.
        """
        if n_speakers != 1:
            return self.turns(recording, speaker, n_speakers)
        models = self.encoder, self.voice_detector, self.adaptation, self.classifier
        return analyse_windows(recording, *models, speaker)

    def turns(
        self,
        recording: loading.Recording,
        speaker: Speaker = UNKNOWN_SPEAKER,
        n_speakers: int | None = None,
        max_duration: float = MAX_DURATION,
    ) -> Iterator[float | Timeline]:
        """Analyse a recording turn by turn, also of one voice, see `analyse_turns`."""
        return analyse_turns(
            recording,
            self.encoder,
            self.voice_detector,
            self.adaptation,
            self.classifier,
            self.speaker_projection,
            speaker,
            n_speakers,
            max_duration,
        )
