"""Tell the speakers of a recording apart, by the features of its windows (speaker_projection.py).

Features, less their mean over the recording, which is of room and microphone, are compared by the
cosine: spherical k-means gives each window a speaker. The number of speakers, if nobody says it, is
the one whose clusters are the most probable in the two-covariance model (Brümmer & de Villiers,
"The speaker partitioning problem", Odyssey 2010), less a penalty for each.
"""

import numpy as np
from threadpoolctl import threadpool_limits

from ser.errors import SerError

MAX_SPEAKERS = 6
N_STARTS = 20  # of k-means, the best of which is taken
# Chosen on 22 recordings of 3 to 10 minutes with 1 to 4 speakers of CREMA-D and RAVDESS, other ones
# than are scored, by features that were fitted without them.
BETWEEN = 0.5  # factor of the training speakers' variance, which those of a recording fall short of
# Windows that all of a recording count for: their number says less than how far clusters are apart,
# because the windows of one emotion are not independent.
N_INDEPENDENT = 10
PENALTY = 20.0  # nats for each speaker
SEED = 0


def check(n_speakers: int | None) -> None:
    """Raise a SerError unless so many speakers can be told apart."""
    if n_speakers is not None and not 1 <= n_speakers <= MAX_SPEAKERS:
        raise SerError(
            f"{n_speakers} speakers were asked for. Needed is a number from 1 to {MAX_SPEAKERS}. "
            "Give the number of people who speak, or none to have it found."
        )


@threadpool_limits.wrap(limits=1)
def assign(
    features: np.ndarray,
    durations: np.ndarray,
    between: np.ndarray,
    n_speakers: int | None = None,
) -> np.ndarray:
    """Return each window's speaker: numbers from 1 on in order of appearance, int, shape (n,).

    Args:
        features: of a recording's windows in order, shape (n, d).
        durations: of the windows, which weigh by it, shape (n,).
        between: variances of the features between speakers, shape (d,).
        n_speakers: found by default; never more than there are windows.
    """
    weights = durations / durations.mean()
    centred = features - np.average(features, axis=0, weights=weights)
    most = min(n_speakers or MAX_SPEAKERS, len(features))
    numbers = [most] if n_speakers else range(1, most + 1)
    clusterings = [_cluster(centred, weights, number) for number in numbers]
    return max(clusterings, key=lambda found: _evidence(centred, weights, between, found))


def _cluster(features: np.ndarray, weights: np.ndarray, number: int) -> np.ndarray:
    # Short recordings do not need scikit-learn, which takes seconds to import.
    from sklearn.cluster import KMeans
    from sklearn.preprocessing import normalize

    model = KMeans(number, n_init=N_STARTS, random_state=SEED)
    clusters = model.fit_predict(normalize(features), sample_weight=weights)
    _, firsts, ids = np.unique(clusters, return_index=True, return_inverse=True)
    return 1 + np.argsort(np.argsort(firsts))[ids]


def _evidence(
    features: np.ndarray, weights: np.ndarray, between: np.ndarray, numbers: np.ndarray
) -> float:
    """Return the logarithm of a clustering's probability, but for what all have in common."""
    variances = BETWEEN * between
    independent = weights * min(N_INDEPENDENT, len(weights)) / weights.sum()
    evidence = 0.0
    for number in range(1, numbers.max() + 1):
        of_speaker = independent[numbers == number]
        total, count = of_speaker @ features[numbers == number], of_speaker.sum()
        explained = variances * total**2 / (1 + count * variances)
        evidence += 0.5 * float((explained - np.log1p(count * variances)).sum()) - PENALTY
    return evidence
