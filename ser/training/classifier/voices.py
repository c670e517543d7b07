"""Fit what tells speakers apart (ser/timeline/speaker_projection.py) to labelled corpora."""

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ser import arrays, artifacts
from ser.models.encoder import Encoder
from ser.timeline.speaker_projection import LAYERS, SpeakerProjection
from ser.training.data import corpora
from ser.training.data.utterance import Utterance
from ser.training.embedding import embed
from ser.training.labelled_embeddings import SEED

CLIPS = 16  # of a speaker, drawn at random: more speakers would help, more clips of them do not


def fit(encoder: Encoder, utterances: Sequence[Utterance], seed: int) -> SpeakerProjection:
    """Fit to some clips of each speaker, which the encoder embeds again, with other layers."""
    names = corpora.speakers(utterances)
    drawn = []
    for name in np.unique(names):
        # The same clips of a speaker whoever else is in the set, so that the cache has them.
        rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        drawn += rng.permutation(np.flatnonzero(names == name))[:CLIPS].tolist()
    embeddings, readable, _ = embed(encoder.with_layers(LAYERS), [utterances[row] for row in drawn])
    corpus = np.array([utterance.corpus for utterance in readable])
    return SpeakerProjection.fit(np.float32(embeddings), corpora.speakers(readable), corpus)


def refit(data: Sequence[Path], folder: Path = artifacts.FOLDER) -> None:
    """Fit again to folders with labelled corpora; replace that artifact alone in `folder`."""
    manifest = artifacts.read_json(folder / artifacts.MANIFEST)
    described = manifest["encoder"]
    bundled = folder / described["checkpoint"]
    checkpoint = bundled if bundled.is_dir() else described["checkpoint"]
    encoder = Encoder(checkpoint, layers=described["layers"])
    utterances = [u for path in data for u in corpora.table(path).utterances]
    with artifacts.replacing(folder, manifest) as fresh:
        arrays.save(fit(encoder, utterances, SEED), fresh / artifacts.SPEAKER_PROJECTION)
