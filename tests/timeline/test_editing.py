"""Speakers of a timeline are given names, and two of them merged."""

from dataclasses import replace

import numpy as np
import pytest

from ser.errors import SerError
from ser.labels import LABELS
from ser.timeline import editing, turns
from ser.timeline.timeline import Moment, Timeline


@pytest.fixture
def timeline():
    """Three speakers, one after the other."""
    angry = {label: float(label == "angry") for label in LABELS}
    moments = tuple(Moment(float(n), n + 1.0, angry, n + 1) for n in range(3))
    names = ("Speaker 1", "Speaker 2", "Speaker 3")
    return Timeline(3.0, np.ones(30, np.float32), moments, 0.5, names=names)


def test_a_name(timeline):
    renamed = editing.rename(timeline, 2, "  Anna\n B. ")
    assert renamed.names == ("Speaker 1", "Anna B.", "Speaker 3")
    assert renamed.moments == timeline.moments and timeline.names[1] == "Speaker 2"
    assert editing.rename(renamed, 2, "anna b.").names[1] == "anna b."


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Аня\u00a0и\tКо", "Аня и Ко"),
        ("=1+1", "1+1"),
        ("@SUM(A1)", "SUM(A1)"),
        ("a\x00b\ud800\u202ec", "a b c"),
        ("n" * 5000, "n" * editing.MAX_NAME),
        ("<b>Zoë</b>", "b>Zoë</b>"),
    ],
)
def test_a_name_is_one_short_line(typed, name):
    assert editing.clean(typed) == name


@pytest.mark.parametrize("typed", ["", " \n", "=-+", "\u200b"])
def test_a_name_without_letters_is_refused(timeline, typed):
    with pytest.raises(SerError, match="no letter"):
        editing.rename(timeline, 1, typed)


@pytest.mark.parametrize("typed", ["Speaker 1", "speaker  1", "Speaker_1"])
def test_a_name_of_another_speaker_is_refused(timeline, typed):
    with pytest.raises(SerError, match="is there already"):
        editing.rename(timeline, 3, typed)


@pytest.fixture(scope="module")
def found(recognizer, loaded):
    """Windows of several clips, one after the other, of which it does not matter who speaks."""
    clips = loaded[:6]
    both = recognizer.encoder.with_layers((*turns.LAYERS, *recognizer.encoder.layers))
    embeddings = both.embed(clips)
    spans = [(4.0 * row, 4.0 * row + 3) for row in range(len(clips))]
    described = turns.predictions.describe(
        embeddings[:, len(turns.LAYERS) :], spans, recognizer.classifier
    )
    voices = recognizer.speaker_projection(embeddings[:, : len(turns.LAYERS)])
    return turns.Windows(24.0, np.ones(240, np.float32), (), described, voices)


def test_a_merged_speaker_is_predicted_as_one(recognizer, found):
    models = recognizer.adaptation, recognizer.classifier
    before = turns.timeline_of(found, np.array([1, 2, 3, 1, 2, 3]), *models)
    before = replace(before, names=("Anna", "Ben", "Cleo"))
    merged = editing.merge(before, 1, 3, *models)
    expected = turns.timeline_of(found, np.array([1, 2, 1, 1, 2, 1]), *models)
    assert merged.names == ("Cleo", "Ben") and merged.n_speakers == 2
    assert merged.turns == expected.turns and merged.threshold == expected.threshold
    for moment, other in zip(merged.moments, expected.moments, strict=True):
        assert (moment.start, moment.end, moment.speaker) == (other.start, other.end, other.speaker)
        if moment.probabilities:
            assert moment.probabilities == pytest.approx(other.probabilities, abs=1e-5)
    alone = editing.merge(merged, 2, 1, *models)
    assert alone.names == ("Cleo",) and alone.n_speakers == 1
    assert alone.voiced_duration() == pytest.approx(before.voiced_duration())


def test_speakers_are_numbered_anew_in_order_of_appearance(recognizer, found):
    models = recognizer.adaptation, recognizer.classifier
    before = turns.timeline_of(found, np.array([1, 2, 2, 3, 1, 2]), *models)
    before = replace(before, names=("Anna", "Ben", "Cleo"))
    merged = editing.merge(before, 3, 1, *models)
    assert merged.names == ("Anna", "Ben")
    voiced = [moment.speaker for moment in merged.moments if moment.probabilities]
    assert voiced == [1, 2, 2, 1, 1, 2]
