"""Embedded utterances: what classifiers are fitted to and scored on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ser import arrays, artifacts
from ser.errors import SerError
from ser.models.encoder import Encoder
from ser.models.linear import Projection
from ser.training.classifier.training_set import ProjectedCorpora
from ser.training.data.corpora import speakers
from ser.training.data.utterance import Utterance
from ser.training.embedding import embed

SEED = 0  # of every random choice in training and evaluation
COLUMNS = ("corpus", "speaker", "sex", "emotion", "sentence", "licence", "intensity")


@dataclass(frozen=True)
class LabelledEmbeddings:
    """Embeddings of n utterances by one encoder.

    Attributes:
        utterances: n of them, of one or several corpora.
        embeddings: shape (n, layers, 2, hidden size).
        others: other corpora that classifiers are fitted to beside this one.
    """

    utterances: tuple[Utterance, ...]
    embeddings: np.ndarray
    others: ProjectedCorpora | None = None

    @property
    def emotions(self) -> np.ndarray:
        """The utterances' labels, shape (n,)."""
        return np.array([utterance.emotion for utterance in self.utterances])

    @property
    def speakers(self) -> np.ndarray:
        """Corpus and speaker of the utterances, strings of shape (n,)."""
        return speakers(self.utterances)

    @property
    def recordings(self) -> list[bytes]:
        """The content of each embedding: equal to the last bit for one recording of two names."""
        return [embedding.tobytes() for embedding in self.embeddings]

    def subset(self, rows: np.ndarray) -> "LabelledEmbeddings":
        """Return some utterances, by row number."""
        return replace(
            self,
            utterances=tuple(self.utterances[row] for row in rows),
            embeddings=self.embeddings[rows],
        )

    def select_layers(self, layers: Sequence[int]) -> "LabelledEmbeddings":
        """Return the embeddings of some of the layers."""
        return replace(
            self,
            embeddings=self.embeddings[:, layers],
        )


def embed_labelled(
    encoder: Encoder, utterances: Sequence[Utterance]
) -> tuple[LabelledEmbeddings, list[str]]:
    """Embed recordings.

    Returns:
        the utterances that could be read, and a warning for each that could not.
    """
    embeddings, readable, unreadable = embed(encoder, utterances)
    return LabelledEmbeddings(tuple(readable), embeddings), unreadable


def project(
    corpora: Sequence[LabelledEmbeddings], fine_tuned_on: Sequence[str], seed: int
) -> ProjectedCorpora | None:
    """Reduce corpora to their principal components; None if there are none.

    fine_tuned_on: names of those that the encoder was fine-tuned on.
    """
    if not corpora:
        return None
    embeddings = np.concatenate([labelled.embeddings for labelled in corpora])
    projection = Projection.fit(embeddings, seed)
    utterances = [utterance for labelled in corpora for utterance in labelled.utterances]
    return ProjectedCorpora(
        projection,
        np.float16(projection(embeddings)),
        np.array([utterance.emotion for utterance in utterances]),
        np.array([utterance.corpus for utterance in utterances]),
        speakers(utterances),
        np.intersect1d([utterance.corpus for utterance in utterances], fine_tuned_on),
    )


def save(labelled: LabelledEmbeddings, folder: Path) -> None:
    """Write what `load` reads: the embeddings, and the other corpora if there are any."""
    columns = {
        column: np.array([getattr(utterance, column) for utterance in labelled.utterances])
        for column in ("name", *COLUMNS)
    }
    np.savez_compressed(
        folder / artifacts.EMBEDDINGS,
        embeddings=labelled.embeddings,
        **columns,
    )
    if labelled.others:
        arrays.save(labelled.others, folder / artifacts.OTHER_CORPORA)


def load(folder: Path) -> LabelledEmbeddings:
    """Read what training kept; the utterances' paths are their names alone.

    Raises:
        SerError: a file is missing, or lacks arrays, as those of earlier versions do.
    """
    path, others = folder / artifacts.EMBEDDINGS, folder / artifacts.OTHER_CORPORA
    try:
        with np.load(path, allow_pickle=False) as content:
            content = dict(content)
        columns = [content[column].tolist() for column in COLUMNS]
        return LabelledEmbeddings(
            tuple(
                Utterance(Path(f"{name}.flac"), **dict(zip(COLUMNS, values, strict=True)))
                for name, *values in zip(content["name"].tolist(), *columns, strict=True)
            ),
            content["embeddings"],
            arrays.load(ProjectedCorpora, others) if others.exists() else None,
        )
    except (FileNotFoundError, KeyError) as error:
        raise SerError(
            f"{path} is missing or was made by an earlier version. Make it anew with: "
            f"python -m ser train --data FOLDER --out {folder}"
        ) from error
