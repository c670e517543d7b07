"""Every system that the benchmark times runs, and so does placing on a larger map."""

import numpy as np

from ser.bench import systems
from ser.labels import LABELS


def test_every_system_runs(recognizer):
    timed = systems.systems(recognizer, systems.base_classifier(), duration=1)
    assert list(timed) == [*systems.NAMES, *systems.STAGES]
    for system in timed.values():
        system()


def test_an_enlarged_map_places_clips(recognizer):
    enlarged = systems.enlarged(recognizer.embedding_map, 2000)
    position = enlarged.place(np.full(len(LABELS), 1 / len(LABELS))).position
    assert len(enlarged.names) == 2000 and np.isfinite(position).all()
