"""Train on a folder of labelled recordings: embed, evaluate, fit to all, write artifacts/."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ser import arrays, artifacts
from ser.audio import loading
from ser.labels import LABELS
from ser.models.encoder import BUNDLED, POOLING, Encoder
from ser.models.voice_detector import VoiceDetector
from ser.training import labelled_embeddings
from ser.training.classifier import enrolment, layer_selection, map_layout
from ser.training.data import corpora
from ser.training.data.utterance import content_hash
from ser.training.generated_sounds import Sounds
from ser.training.labelled_embeddings import SEED, LabelledEmbeddings, embed_labelled

# Of labelled embeddings, sounds and a seed; returns metrics and out-of-fold probabilities (n, 8).
Evaluate = Callable[[LabelledEmbeddings, Sounds, int], tuple[dict, np.ndarray]]


def train(
    evaluate: Evaluate,
    data: Path,
    checkpoint: str | Path = BUNDLED,
    out: Path = artifacts.FOLDER,
    metadata: Path | None = None,
    device: str | None = None,
) -> dict:
    """Write all artifacts for the labelled recordings in `data`; return the metrics.

    `corpora.table` reads them, with `metadata` for recordings of no known corpus. Embeddings are
    cached by file content and encoder, so a second run, or one that resumes after an interruption,
    embeds only what is new. A clip that cannot be read is reported and left out. Of an encoder of
    many layers one hidden state is selected, and the layers above are not used.
    """
    table = corpora.table(data, metadata)
    encoder = Encoder(checkpoint, device)
    labelled, unreadable = embed_labelled(encoder, table.utterances, SEED)
    sounds = Sounds.embed(encoder, SEED)
    for warning in (*table.warnings, *unreadable):
        print(f"Warning: {warning}", file=sys.stderr)
    layers = layer_selection.select(labelled)
    if len(layers) < len(encoder.layers):
        # Loaded again without the layers above, it has another fingerprint.
        encoder = Encoder(checkpoint, device, [encoder.layers[layer] for layer in layers])
    utterances = labelled.utterances
    description = {
        "made_by": "python -m ser train",
        "encoder": {
            "checkpoint": _portable(checkpoint, out),
            "fingerprint": encoder.fingerprint,
            "layers": list(encoder.layers),
            "fine_tuned_on": list(encoder.fine_tuned_on),
            "pooling": list(POOLING),
        },
        "preprocessing": loading.PREPROCESSING,
        "labels": list(LABELS),
        "data": {
            "clips": len(utterances),
            "sha256": content_hash(utterances),
            "corpora": sorted({(u.corpus, u.licence) for u in utterances}),
        },
        "seed": SEED,
    }
    with artifacts.replacing(out, description) as folder:
        np.savez_compressed(
            folder / artifacts.EMBEDDINGS,
            **labelled_embeddings.to_arrays(labelled),
            sounds=sounds.embeddings,
            kinds=sounds.kinds,
        )
        metrics, out_of_fold = evaluate(labelled, sounds, SEED)
        np.save(folder / artifacts.OUT_OF_FOLD, out_of_fold)
        artifacts.write_json(folder / artifacts.METRICS, metrics)
        _fit(labelled.select_layers(layers), sounds.embeddings[:, layers], folder)
    return metrics


def _fit(training_set: LabelledEmbeddings, sounds: np.ndarray, folder: Path) -> None:
    """Fit the models to all utterances and write them to a folder."""
    classifier, adaptation, out_of_fold = enrolment.fit(training_set, SEED)
    embedding_map = map_layout.lay_out(out_of_fold, training_set.utterances, SEED)
    arrays.save(classifier, folder / artifacts.CLASSIFIER)
    arrays.save(adaptation, folder / artifacts.ADAPTATION)
    arrays.save(embedding_map, folder / artifacts.MAP)
    arrays.save(
        VoiceDetector.fit(training_set.embeddings, sounds), folder / artifacts.VOICE_DETECTOR
    )


def _portable(checkpoint: str | Path, out: Path) -> str:
    """Return the checkpoint, relative to the artifacts if it is among them, so that they move."""
    path = Path(checkpoint).resolve()
    inside = path.is_relative_to(out.resolve())
    return path.relative_to(out.resolve()).as_posix() if inside else str(checkpoint)
