"""Which hidden state of a large encoder is used: the one that best tells emotions apart.

In large models emotion lies in the middle layers and not in the last, and where exactly differs
from model to model. The choice is made anew within every fold of an evaluation, so that scores
know nothing of the clips they are about.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import recall_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from threadpoolctl import threadpool_limits

from ser.models.linear import linear_model

FEW = 3  # hidden states, as a small encoder offers, are used together
FOLDS = 3  # of speakers


# As in ser/classifier.py: threads only wait for each other.
@threadpool_limits.wrap(limits=1)
def choose(embeddings: np.ndarray, emotions: Sequence[str], speakers: Sequence) -> list[int]:
    """Choose from embeddings of shape (n, layers, 2, hidden size) the layers to use.

    Returns:
        all of up to FEW layers; else the one on which a linear model has the highest unweighted
        accuracy for speakers it did not hear.
    """
    count = embeddings.shape[1]
    if count <= FEW:
        return list(range(count))
    accuracies = []
    for layer in range(count):
        flat = embeddings[:, layer].reshape(len(embeddings), -1).astype(np.float32)
        predicted = cross_val_predict(
            linear_model(), flat, emotions, groups=speakers, cv=GroupKFold(FOLDS)
        )
        accuracies.append(recall_score(emotions, predicted, average="macro", zero_division=0))
    return [int(np.argmax(accuracies))]
