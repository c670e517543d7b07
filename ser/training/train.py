"""From a folder of recordings to artifacts/: embed, evaluate, fit on everything, write."""

import hashlib
import sys
from pathlib import Path

import joblib
import numpy as np
import pooch
from tqdm import tqdm

from ser import artifacts, audio
from ser.classifier import EmotionClassifier
from ser.encoder import BUNDLED, POOLING, Encoder
from ser.errors import SerError
from ser.labels import LABELS
from ser.speaker import Adaptation
from ser.training import corpora, layout
from ser.training.evaluate import evaluate
from ser.training.utterance import Utterance

SEED = 0
CHUNK = 32  # clips embedded between two steps of the progress bar
# What the embeddings keep of each utterance beside its name, for `reevaluate`.
KEPT = ("corpus", "speaker", "sex", "emotion", "sentence", "licence", "intensity")
CACHE = Path(pooch.os_cache("ser")) / "embeddings"


def train(
    data: Path,
    checkpoint: str | Path = BUNDLED,
    out: Path = artifacts.FOLDER,
    tsv: Path | None = None,
) -> dict:
    """Make all artifacts from the labelled recordings in `data`; return the metrics.

    `corpora.table` tells which folders it knows by themselves and which need a `tsv`. Embeddings
    are cached by file content and encoder, so a second run, or one that goes on after an
    interruption, embeds only what is new. A clip that cannot be read is reported and left out.
    """
    found = corpora.table(data, tsv)
    encoder = Encoder(checkpoint)
    embeddings, utterances, unreadable = embed(encoder, found.utterances)
    for warning in (*found.warnings, *unreadable):
        print(f"Warning: {warning}", file=sys.stderr)
    description = {
        "made_by": "python -m ser train",
        "encoder": {
            "checkpoint": _portable(checkpoint, out),
            "fingerprint": encoder.fingerprint,
            "layers": list(encoder.layers),
            "pooling": list(POOLING),
        },
        "preprocessing": audio.PREPROCESSING,
        "labels": list(LABELS),
        "data": {
            "clips": len(utterances),
            "sha256": _data_hash(utterances),
            "corpora": sorted({(each.corpus, each.licence) for each in utterances}),
        },
        "seed": SEED,
    }
    with artifacts.replacing(out, description) as fresh:
        np.savez_compressed(
            fresh / artifacts.EMBEDDINGS,
            embeddings=embeddings,
            names=np.array([utterance.name for utterance in utterances]),
            **{key: np.array([getattr(each, key) for each in utterances]) for key in KEPT},
        )
        return _fit(embeddings, utterances, fresh)


def reevaluate(folder: Path = artifacts.FOLDER) -> dict:
    """Evaluate again from the embeddings that training kept, without a recording; write metrics."""
    artifacts.verify(folder)
    with np.load(folder / artifacts.EMBEDDINGS, allow_pickle=False) as kept:
        embeddings, names = kept["embeddings"], kept["names"].tolist()
        columns = [kept[key].tolist() for key in KEPT]
    utterances = [
        Utterance(Path(f"{name}.flac"), **dict(zip(KEPT, values, strict=True)))
        for name, *values in zip(names, *columns, strict=True)
    ]
    metrics = artifacts.read_json(folder / artifacts.METRICS)
    measured = evaluate(embeddings, utterances, SEED)
    metrics["protocols"] |= measured.pop("protocols")
    metrics |= measured
    artifacts.write_metrics(folder, metrics)
    return metrics


def embed(
    encoder: Encoder, utterances: list[Utterance]
) -> tuple[np.ndarray, list[Utterance], list[str]]:
    """Embed recordings, from the cache where it has them.

    Returns:
        float16 embeddings of shape (n, layers, 2, hidden size), the n utterances that could be
        read, and a warning for each that could not.
    """
    own = f"{encoder.fingerprint}{encoder.layers}{POOLING}{audio.PREPROCESSING}"
    folder = CACHE / hashlib.sha256(own.encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    kept, readable, unreadable = [], [], []
    with tqdm(total=len(utterances), desc="Embedding", unit="clip") as progress:
        for first in range(0, len(utterances), CHUNK):
            chunk = utterances[first : first + CHUNK]
            cached = [folder / f"{artifacts.sha256(each.path)}.npy" for each in chunk]
            clips = {}
            for utterance, path in zip(chunk, cached, strict=True):
                if not path.exists():
                    try:
                        clips[path] = audio.load(utterance.path)
                    except SerError as error:
                        unreadable.append(f"Left out: {error}")
            for path, embedding in zip(clips, encoder.embed(list(clips.values())), strict=True):
                with artifacts.whole(path) as file:
                    np.save(file, embedding.astype(np.float16))
            for utterance, path in zip(chunk, cached, strict=True):
                if path.exists():
                    kept.append(np.load(path, allow_pickle=False))
                    readable.append(utterance)
            progress.update(len(chunk))
    if not readable:
        raise SerError(f"None of the {len(utterances)} recordings could be read. {unreadable[0]}")
    return np.stack(kept), readable, unreadable


def _fit(embeddings: np.ndarray, utterances: list[Utterance], folder: Path) -> dict:
    metrics = evaluate(embeddings, utterances, SEED)
    emotions = [utterance.emotion for utterance in utterances]
    classifier = EmotionClassifier(SEED).fit(embeddings, emotions, corpora.speakers(utterances))
    atlas = layout.lay_out(classifier.out_of_fold, utterances, SEED)
    Adaptation.measure(embeddings, emotions).save(folder / artifacts.ADAPTATION)
    joblib.dump(classifier, folder / artifacts.CLASSIFIER, compress=3)
    atlas.save(folder / artifacts.ATLAS)
    artifacts.write_json(folder / artifacts.METRICS, metrics)
    return metrics


def _portable(checkpoint: str | Path, out: Path) -> str:
    """An encoder that lies among the artifacts moves with them."""
    path = Path(checkpoint).resolve()
    inside = path.is_relative_to(out.resolve())
    return path.relative_to(out.resolve()).as_posix() if inside else str(checkpoint)


def _data_hash(utterances: list[Utterance]) -> str:
    digest = hashlib.sha256()
    for utterance in utterances:
        digest.update(f"{utterance.name} {artifacts.sha256(utterance.path)}\n".encode())
    return digest.hexdigest()
