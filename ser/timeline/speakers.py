"""Tell the speakers of a recording apart, by the features of its windows (speaker_projection.py).

Features, less their mean over the recording, which is of room and microphone, are compared by the
cosine: spherical k-means gives each window a speaker. The number of speakers, if nobody says it, is
that of the clusters that average linkage leaves apart.
"""

import numpy as np
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from ser.errors import SerError

MAX_SPEAKERS = 6
N_STARTS = 20  # of k-means, the best of which is taken
# Mean cosine distance from which on clusters are different speakers. Chosen on conversations of
# CREMA-D's and nEMO's speakers other than those of evaluation/diarisation.py.
THRESHOLD = 1.0
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
    features: np.ndarray, durations: np.ndarray, n_speakers: int | None = None
) -> np.ndarray:
    """Return each window's speaker: numbers from 1 on in order of appearance, int, shape (n,).

    Args:
        features: of a recording's windows in order, shape (n, d).
        durations: of the windows, which weigh by it, shape (n,).
        n_speakers: found by default; never more than there are windows.
    """
    directions = normalize(features - np.average(features, axis=0, weights=durations))
    number = min(n_speakers or _number(directions), len(directions))
    model = KMeans(number, n_init=N_STARTS, random_state=SEED)
    clusters = model.fit_predict(directions, sample_weight=durations)
    _, firsts, ids = np.unique(clusters, return_index=True, return_inverse=True)
    return 1 + np.argsort(np.argsort(firsts))[ids]


def _number(directions: np.ndarray) -> int:
    """Return the number of speakers, at most MAX_SPEAKERS."""
    if len(directions) < 2:
        return 1
    model = AgglomerativeClustering(
        None, distance_threshold=THRESHOLD, metric="cosine", linkage="average"
    )
    return min(MAX_SPEAKERS, model.fit(directions).n_clusters_)
