"""Select the hidden state of a large encoder that is used, by cross-validation.

In large models the middle layers rather than the last ones predict emotion best, and which of them
differs from model to model. An evaluation selects within the training part of each fold, so that no
score depends on test clips.
"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from ser.models.linear import flat_rows
from ser.training.labelled_embeddings import LabelledEmbeddings

MAX_USED_TOGETHER = 3  # hidden states; a small encoder has no more
N_FOLDS = 3  # of speakers
C = 0.003  # inverse regularisation of the logistic regression


# As for fitting.fit_classifier.
@threadpool_limits.wrap(limits=1)
def select(training_set: LabelledEmbeddings) -> list[int]:
    """Return the layers to use, as indices into the embeddings' layers.

    Up to MAX_USED_TOGETHER all of them; else the one on which a linear model has the highest
    unweighted accuracy for speakers that it was not trained on.
    """
    embeddings = training_set.embeddings
    n_layers = embeddings.shape[1]
    if n_layers <= MAX_USED_TOGETHER:
        return list(range(n_layers))
    accuracies = []
    for layer in range(n_layers):
        predicted = cross_val_predict(
            make_pipeline(StandardScaler(), LogisticRegression(C=C, class_weight="balanced")),
            flat_rows(embeddings[:, layer]),
            training_set.emotions,
            groups=training_set.speakers,
            cv=GroupKFold(N_FOLDS),
        )
        accuracies.append(
            recall_score(training_set.emotions, predicted, average="macro", zero_division=0)
        )
    return [int(np.argmax(accuracies))]
