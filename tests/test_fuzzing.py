"""Broken recordings of every kind are answered or explained; `make fuzz` tries many more."""

import pytest
from fuzzing import broken, corpus, hear
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

RECORDINGS = corpus()


@pytest.mark.parametrize("kind", RECORDINGS)
def test_whole_ones_are_answered(kind):
    assert hear(RECORDINGS[kind]) == "answered"


@settings(
    max_examples=150,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(broken(RECORDINGS))
def test_broken_ones_are_answered_or_explained(recording):
    assert hear(recording[1]) in ("answered", "explained")


@settings(max_examples=50, deadline=None, database=None, derandomize=True)
@given(st.binary(max_size=4096))
def test_noise_is_answered_or_explained(content):
    assert hear(content) in ("answered", "explained")
