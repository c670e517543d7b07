"""Fit what tells speakers apart (ser/timeline/speaker_projection.py) to labelled corpora."""

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

# The last speakers of corpora by name, so many of each, that nothing which tells speakers apart is
# fitted to or chosen by: `python -m ser.evaluation conversations` scores it on them.
HELD_OUT = {"crema_d": 20, "nemo": 4}
CLIPS = 16  # of a speaker, drawn at random: more speakers would help, more clips of them do not


def fit(encoder: Encoder, utterances: Sequence[Utterance], seed: int) -> SpeakerProjection:
    """Fit to some clips of each speaker but HELD_OUT; embeds them again, with other layers."""
    left_out = held_out(corpora.speakers(utterances))
    utterances = [u for u, out in zip(utterances, left_out, strict=True) if not out]
    names = corpora.speakers(utterances)
    rng, drawn = np.random.default_rng(seed), []
    for name in np.unique(names):
        drawn += rng.permutation(np.flatnonzero(names == name))[:CLIPS].tolist()
    embeddings, readable, _ = embed(encoder.with_layers(LAYERS), [utterances[row] for row in drawn])
    corpus = np.array([utterance.corpus for utterance in readable])
    return SpeakerProjection.fit(np.float32(embeddings), corpora.speakers(readable), corpus)


def held_out(speakers: np.ndarray) -> np.ndarray:
    """Return which clips are of HELD_OUT, by their speakers as `corpora.speakers` names them.

    speakers: of all clips of these corpora, strings of shape (n,).
    """
    names = np.unique(speakers)
    last = []
    for corpus, n in HELD_OUT.items():
        of_corpus = [name for name in names if name.split()[0] == corpus]
        # Of a part of a corpus none, or too few would be left.
        last += of_corpus[-n:] if len(of_corpus) > 2 * n else []
    return np.isin(speakers, last)


def refit(data: Sequence[Path], folder: Path = artifacts.FOLDER) -> None:
    """Fit again to folders with labelled corpora; replace that artifact alone in `folder`."""
    manifest = artifacts.read_json(folder / artifacts.MANIFEST)
    checkpoint = artifacts.checkpoint_of(folder, manifest)
    encoder = Encoder(checkpoint, layers=manifest["encoder"]["layers"])
    utterances = [u for path in data for u in corpora.table(path).utterances]
    with artifacts.replacing(folder, manifest) as fresh:
        arrays.save(fit(encoder, utterances, SEED), fresh / artifacts.SPEAKER_PROJECTION)
