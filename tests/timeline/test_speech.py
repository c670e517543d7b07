"""Where somebody speaks: pauses cut, long speech is cut where it is quietest."""

import numpy as np
import pytest

from ser.timeline import speech


def spans(*parts):
    """Return the spans of (seconds, level) parts, of which those above 0.1 are voiced."""
    levels = np.concatenate([np.full(round(10 * seconds), level) for seconds, level in parts])
    return levels, [(s.start, s.end, s.region) for s in speech.spans(levels, levels > 0.1)]


def test_a_pause_separates_and_a_short_one_does_not():
    _, found = spans((1, 0), (1, 1), (0.2, 0), (1, 1), (0.6, 0), (2, 1), (1, 0))
    assert found == [(10, 32, 0), (38, 58, 1)]


def test_a_short_sound_is_left_out():
    assert spans((1, 0), (0.3, 1), (1, 0))[1] == []
    assert spans((2, 0))[1] == []


def test_speech_at_both_ends():
    assert spans((1, 1), (1, 0), (1, 1))[1] == [(0, 10, 0), (20, 30, 1)]


@pytest.mark.parametrize("seconds", [3.1, 5.9, 7, 14.3])
def test_long_speech_is_cut_into_windows_of_three_seconds(seconds):
    rng = np.random.default_rng(0)
    levels = rng.uniform(0.2, 1, round(10 * seconds))
    found = speech.spans(levels, levels > 0.1)
    assert found[0].start == 0 and found[-1].end == len(levels)
    assert [s.end for s in found[:-1]] == [s.start for s in found[1:]]
    assert all(0 < s.end - s.start <= 30 and s.region == 0 for s in found)


def test_a_cut_is_where_it_is_quietest():
    levels = np.ones(50)
    levels[27] = 0.5
    first, second = speech.spans(levels, levels > 0.1)
    assert (first.end, second.start) == (27, 27)
