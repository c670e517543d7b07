"""Train on folders of labelled recordings: embed, evaluate, fit to all, write artifacts/."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ser import arrays, artifacts
from ser.audio import loading
from ser.errors import SerError
from ser.labels import LABELS
from ser.models.encoder import BUNDLED, POOLING, Encoder
from ser.training import labelled_embeddings
from ser.training.classifier import fitting, layer_selection, map_layout, speaker_separation
from ser.training.data import corpora
from ser.training.data.utterance import content_hash
from ser.training.labelled_embeddings import (
    SEED,
    LabelledEmbeddings,
    embed_labelled,
    project,
)

# Of labelled embeddings and a seed; returns metrics and out-of-fold probabilities (n, 8).
Evaluate = Callable[[LabelledEmbeddings, int], tuple[dict, np.ndarray]]


def train(
    evaluate: Evaluate,
    data: Sequence[Path],
    checkpoint: str | Path = BUNDLED,
    out: Path = artifacts.FOLDER,
    metadata: Path | None = None,
    device: str | None = None,
) -> dict:
    """Write all artifacts for labelled recordings; return the metrics.

    Embeddings are cached by file content and encoder, so a second run, or one that resumes after an
    interruption, embeds only what is new. A clip that cannot be read is reported and left out. Of
    an encoder of many layers one hidden state is selected, and the layers above are not used.

    Args:
        data: folders, the first with the home corpus, which is shown on the map and scored; each
            other one with a further corpus. `corpora.table` reads them.
        metadata: for recordings of no known corpus in the first folder.

    Raises:
        SerError: a folder cannot be used, the first corpus is in another folder too, or there are
            too few recordings.
    """
    home, *others = [
        corpora.table(folder, metadata if folder == data[0] else None) for folder in data
    ]
    names = [{utterance.corpus for utterance in table.utterances} for table in (home, *others)]
    if repeated := {name for of_table in names[1:] for name in of_table & names[0]}:
        raise SerError(
            f"{', '.join(sorted(repeated))} is in more than one folder of --data, so its speakers "
            "would be trained on and tested. Give each corpus once."
        )
    encoder = Encoder(checkpoint, device)
    labelled, warnings = embed_labelled(encoder, home.utterances)
    further, unreadable = [], [*home.warnings, *warnings]
    for table in others:
        corpus, warnings = embed_labelled(encoder, table.utterances)
        further.append(corpus)
        unreadable += [*table.warnings, *warnings]
    for warning in unreadable:
        print(f"Warning: {warning}", file=sys.stderr)
    # Other corpora are reduced before the folds are made, so the layer is selected on one of them.
    layers = layer_selection.select(further[0] if further else labelled)
    if further:
        labelled = labelled.select_layers(layers)
        further = [corpus.select_layers(layers) for corpus in further]
        labelled = replace(labelled, others=project(further, encoder.fine_tuned_on, SEED))
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
            "other_corpora": sorted(
                {(u.corpus, u.licence) for corpus in further for u in corpus.utterances}
            ),
        },
        "seed": SEED,
    }
    with artifacts.replacing(out, description) as folder:
        labelled_embeddings.save(labelled, folder)
        metrics, out_of_fold = evaluate(labelled, SEED)
        np.save(folder / artifacts.OUT_OF_FOLD, out_of_fold)
        artifacts.write_json(folder / artifacts.METRICS, metrics)
        if not further:
            labelled = labelled.select_layers(layers)
        _fit(labelled, folder)
        of_all = [u for table in (home, *others) for u in table.utterances]
        projection = speaker_separation.fit(encoder, of_all, SEED)
        arrays.save(projection, folder / artifacts.SPEAKER_PROJECTION)
    return metrics


def _fit(training_set: LabelledEmbeddings, folder: Path) -> None:
    """Fit the models to all utterances and write them to a folder."""
    models = fitting.fit(training_set, SEED)
    embedding_map = map_layout.lay_out(models.out_of_fold, training_set.utterances, SEED)
    arrays.save(models.classifier, folder / artifacts.CLASSIFIER)
    arrays.save(models.adaptation, folder / artifacts.ADAPTATION)
    arrays.save(embedding_map, folder / artifacts.MAP)


def _portable(checkpoint: str | Path, out: Path) -> str:
    """Return the checkpoint, relative to the artifacts if it is among them, so that they move."""
    path = Path(checkpoint).resolve()
    inside = path.is_relative_to(out.resolve())
    return path.relative_to(out.resolve()).as_posix() if inside else str(checkpoint)
