"""Damaged recordings of every kind are analysed or explained; `make fuzz` tries many more."""

import pytest
from copied import foreign
from fuzzing import broken, corpus, decoded, other_recording, outcome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

RECORDINGS = corpus()
EARLIER, SAMPLES = other_recording()


@pytest.mark.parametrize("kind", RECORDINGS)
def test_whole_ones_are_answered(kind):
    assert outcome(RECORDINGS[kind]) == "answered"


@settings(
    max_examples=150,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(broken(RECORDINGS))
def test_broken_ones_are_answered_or_explained(recording):
    result = outcome(recording[1])
    assert result in ("answered", "explained")
    if result == "answered":
        decoded(EARLIER)
        assert foreign(decoded(recording[1]), SAMPLES) == 0


@settings(max_examples=50, deadline=None, database=None, derandomize=True)
@given(st.binary(max_size=4096))
def test_noise_is_answered_or_explained(content):
    assert outcome(content) in ("answered", "explained")
