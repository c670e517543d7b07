"""From a folder of recordings to artifacts/: embed, evaluate, fit on everything, write."""

import hashlib
import sys
from pathlib import Path

import joblib
import numpy as np

from ser import artifacts
from ser.audio import loading
from ser.errors import SerError
from ser.evaluation import noise_false_alarms
from ser.evaluation.evaluate import evaluate
from ser.labels import LABELS
from ser.models.classifier import EmotionClassifier
from ser.models.encoder import BUNDLED, POOLING, Encoder
from ser.models.speaker import SpeakerAdaptation
from ser.models.voice_detector import VoiceDetector
from ser.recognizer import Recognizer
from ser.training.classifier import enrolment, layer_selection, map_layout
from ser.training.data import corpora
from ser.training.data.utterance import Utterance
from ser.training.embedding import embed
from ser.training.generated_sounds import Sounds, in_noise

SEED = 0
# What the embeddings keep of each utterance beside its name, for `reevaluate`.
KEPT = ("corpus", "speaker", "sex", "emotion", "sentence", "licence", "intensity")


def train(
    data: Path,
    checkpoint: str | Path = BUNDLED,
    out: Path = artifacts.FOLDER,
    tsv: Path | None = None,
    device: str | None = None,
) -> dict:
    """Make all artifacts from the labelled recordings in `data`; return the metrics.

    `corpora.table` tells which folders it knows by themselves and which need a `tsv`. Embeddings
    are cached by file content and encoder, so a second run, or one that goes on after an
    interruption, embeds only what is new. A clip that cannot be read is reported and left out.
    Of an encoder of many layers one hidden state is chosen, and the layers above are not used.
    """
    found = corpora.table(data, tsv)
    encoder = Encoder(checkpoint, device)
    directions = encoder.directions
    embeddings, utterances, unreadable = embed(encoder, found.utterances)
    copies = embed(encoder, utterances, in_noise(SEED))[0]
    sounds = Sounds.embed(encoder, SEED)
    for warning in (*found.warnings, *unreadable):
        print(f"Warning: {warning}", file=sys.stderr)
    emotions = [utterance.emotion for utterance in utterances]
    chosen = layer_selection.choose(embeddings, emotions, corpora.speakers(utterances))
    if len(chosen) < len(encoder.layers):
        # Without the layers above it.
        encoder = Encoder(checkpoint, device, [encoder.layers[each] for each in chosen])
    description = {
        "made_by": "python -m ser train",
        "encoder": {
            "checkpoint": _portable(checkpoint, out),
            "fingerprint": encoder.fingerprint,
            "layers": list(encoder.layers),
            "taught": list(encoder.fine_tuned_on),
            "pooling": list(POOLING),
        },
        "preprocessing": loading.PREPROCESSING,
        "labels": list(LABELS),
        "data": {
            "clips": len(utterances),
            "sha256": data_hash(utterances),
            "corpora": sorted({(each.corpus, each.licence) for each in utterances}),
        },
        "seed": SEED,
    }
    with artifacts.replacing(out, description) as fresh:
        np.savez_compressed(
            fresh / artifacts.EMBEDDINGS,
            embeddings=embeddings,
            in_noise=copies,
            directions=directions,
            names=np.array([utterance.name for utterance in utterances]),
            **{key: np.array([getattr(each, key) for each in utterances]) for key in KEPT},
            sounds=sounds.embeddings,
            kinds=sounds.kinds,
        )
        return _fit(embeddings, copies, directions, chosen, utterances, sounds, fresh)


def reevaluate(folder: Path = artifacts.FOLDER, noise: Path | None = None) -> dict:
    """Evaluate again from the embeddings that training kept, without a recording.

    Writes the metrics and what is heard in each clip when its speaker is unseen.

    noise: folder of recorded sounds without a voice, to be told from voices too.
    """
    manifest = artifacts.verify(folder)
    embeddings, copies, directions, utterances = kept_embeddings(folder)
    with np.load(folder / artifacts.EMBEDDINGS, allow_pickle=False) as kept:
        sounds = Sounds(kept["sounds"], kept["kinds"])
    measured, unseen = evaluate(embeddings, copies, directions, utterances, sounds, SEED)
    if noise:
        measured["no_voice"] |= noise_false_alarms.measure(Recognizer.load(folder), noise)
    # Read last: other figures may have been measured in the meantime.
    metrics = artifacts.read_json(folder / artifacts.METRICS)
    metrics["protocols"] |= measured.pop("protocols")
    metrics |= measured
    with artifacts.replacing(folder, manifest) as fresh:
        np.save(fresh / artifacts.UNSEEN, unseen)
        artifacts.write_json(fresh / artifacts.METRICS, metrics)
    return metrics


def kept_embeddings(
    folder: Path,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[Utterance]]:
    """Return what training kept: embeddings of clips and of copies in noise, directions, of whom.

    The first are of shape (n, layers, 2, hidden size), the directions (k, layers, 2, hidden size).

    Raises:
        SerError: something is missing, as in earlier versions.
    """
    with np.load(folder / artifacts.EMBEDDINGS, allow_pickle=False) as kept:
        if not {"in_noise", "directions"} <= set(kept):
            raise SerError(
                f"{folder} was made by an earlier version, which kept less of the recordings. Make "
                f"it anew with: python -m ser train --data FOLDER --out {folder}"
            )
        heard = [kept[name] for name in ("embeddings", "in_noise", "directions")]
        names = kept["names"].tolist()
        columns = [kept[key].tolist() for key in KEPT]
    utterances = [
        Utterance(Path(f"{name}.flac"), **dict(zip(KEPT, values, strict=True)))
        for name, *values in zip(names, *columns, strict=True)
    ]
    return *heard, utterances


def data_hash(utterances: list[Utterance]) -> str:
    """Return the SHA-256 of the recordings' names and content in hexadecimal."""
    digest = hashlib.sha256()
    for utterance in utterances:
        digest.update(f"{utterance.name} {artifacts.sha256(utterance.path)}\n".encode())
    return digest.hexdigest()


def _fit(
    embeddings: np.ndarray,
    copies: np.ndarray,
    directions: np.ndarray,
    layers: list[int],
    utterances: list[Utterance],
    sounds: Sounds,
    folder: Path,
) -> dict:
    metrics, unseen = evaluate(embeddings, copies, directions, utterances, sounds, SEED)
    embeddings, copies, directions, others = (
        each[:, layers] for each in (embeddings, copies, directions, sounds.embeddings)
    )
    emotions = [utterance.emotion for utterance in utterances]
    classifier = EmotionClassifier(SEED).fit(
        embeddings, emotions, corpora.speakers(utterances), [copies], directions
    )
    embedding_map = map_layout.lay_out(classifier.out_of_fold, utterances, SEED)
    adaptation = SpeakerAdaptation.fit(embeddings, emotions)
    adaptation.save(folder / artifacts.ADAPTATION)
    enrolled = (
        enrolment.train(embeddings, copies, utterances, directions, adaptation, SEED) or classifier
    )
    detector = VoiceDetector(embeddings, others)
    # Both compare with the same clips, which are kept once.
    enrolled.initial.kernel = classifier.initial.kernel
    joblib.dump((classifier, enrolled), folder / artifacts.CLASSIFIER, compress=3)
    joblib.dump(detector, folder / artifacts.DETECTOR, compress=3)
    embedding_map.save(folder / artifacts.MAP)
    np.save(folder / artifacts.UNSEEN, unseen)
    artifacts.write_json(folder / artifacts.METRICS, metrics)
    return metrics


def _portable(checkpoint: str | Path, out: Path) -> str:
    """An encoder that lies among the artifacts moves with them."""
    path = Path(checkpoint).resolve()
    inside = path.is_relative_to(out.resolve())
    return path.relative_to(out.resolve()).as_posix() if inside else str(checkpoint)
