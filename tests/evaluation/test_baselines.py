"""The comparison of classifiers: its folds, its scores, what it keeps, its table and figure."""

import dataclasses
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import recall_score

from ser import artifacts
from ser.charts import comparison as chart
from ser.errors import SerError
from ser.evaluation.baselines import comparison
from ser.evaluation.baselines.classifiers import IDEA, SHIPPED, Lessons, contestants
from ser.labels import LABELS
from ser.training.data import corpora, ravdess

GUESS = "most frequent emotion"
LINEAR = "logistic regression"


@pytest.fixture(scope="module")
def update():
    """Embeddings of two clips of each emotion by actors of three folds, of copies, and whose."""
    random = np.random.default_rng(0)
    actors = (*ravdess.ACTOR_FOLDS[0], *ravdess.ACTOR_FOLDS[1], 8)
    utterances = [
        ravdess.parse(f"03-01-0{emotion}-01-0{statement}-01-{actor:02}.wav")
        for emotion, statement, actor in itertools.product(range(1, 9), (1, 2), actors)
    ]
    centres, voices = random.normal(size=(8, 2, 2, 12)), random.normal(size=(25, 2, 2, 12))
    embeddings = np.array(
        [centres[LABELS.index(each.emotion)] + 0.3 * voices[each.speaker] for each in utterances]
    )
    first, again = (
        (embeddings + random.normal(0, 0.3, embeddings.shape)).astype(np.float16) for _ in range(2)
    )
    return first, again, utterances


def quick(contestant):
    """The same with ten trees."""
    model = getattr(contestant, "model", None)
    if model is None or "n_estimators" not in model.get_params():
        return contestant
    return dataclasses.replace(contestant, model=model.set_params(n_estimators=10))


@pytest.mark.parametrize("name", list(contestants()))
def test_every_contestant_learns(heard, name):
    embeddings, in_noise, utterances = heard
    emotions, speakers = np.array([u.emotion for u in utterances]), corpora.speakers(utterances)
    learned, unseen = np.arange(0, len(emotions), 2), np.arange(1, len(emotions), 2)
    halves = [(np.arange(0, len(learned), 2), np.arange(1, len(learned), 2))]
    lessons = Lessons(
        embeddings[learned], in_noise[learned], emotions[learned], speakers[learned], halves
    )
    contestant = quick(contestants()[name])
    predicted, chosen = contestant.predict(lessons, embeddings[unseen], 0)
    right = np.mean(predicted == emotions[unseen])
    assert 0.1 < right < 0.15 if name == GUESS else right > 0.4
    assert set(chosen) == set(getattr(contestant, "grid", ()))
    again, _ = contestant.predict(lessons, embeddings[unseen], 0)
    assert np.array_equal(predicted, again)


def test_what_is_seen(heard):
    embeddings, *_ = heard
    idea, linear = contestants()[IDEA], contestants()[LINEAR]
    assert np.array_equal(idea.features(embeddings), embeddings[:, -1, 0])
    assert not idea.grid and not idea.prepare
    assert linear.features(embeddings).shape == (len(embeddings), 2 * 2 * 12)
    assert linear.settings == "C of 0.001, 0.003, 0.01, 0.03, 0.1"


@dataclasses.dataclass(frozen=True)
class Witness:
    """Writes down who is on which side of the folds to tune with, and knows nothing."""

    notes: str
    setting: str = "none"

    def predict(self, lessons, unseen, seed):
        sides = [[lessons.speakers[rows].tolist() for rows in fold] for fold in lessons.folds]
        with Path(self.notes).open("a") as file:
            file.write(json.dumps([len(unseen), sides]) + "\n")
        return np.full(len(unseen), "sad"), {}


def test_settings_are_chosen_on_speakers_of_their_own(heard, tmp_path, monkeypatch):
    monkeypatch.setattr(comparison, "CACHE", tmp_path / "cache")
    notes = tmp_path / "notes"
    comparison.run({SHIPPED: Witness(str(notes))}, *heard, 0)
    turns = [json.loads(line) for line in notes.read_text().splitlines()]
    assert sum(tested for tested, _ in turns) == 2 * len(heard[2])
    apart = [all(not set(a) & set(b) for a, b in sides) for _, sides in turns]
    # Two workers write in any order: five random folds, three of actors.
    assert sorted(apart) == [False] * 5 + [True] * 3
    for tested, sides in turns:
        assert sorted(itertools.chain(*(test for _, test in sides))) == sorted(
            itertools.chain(*sides[0])
        )
        assert tested + sum(map(len, sides[0])) == len(heard[2])


def test_an_interrupted_run_goes_on(heard, tmp_path, monkeypatch):
    monkeypatch.setattr(comparison, "CACHE", tmp_path / "cache")
    notes = tmp_path / "notes"
    entered = {SHIPPED: Witness(str(notes)), GUESS: contestants()[GUESS]}
    first = comparison.run(entered, *heard, 0)
    assert comparison.run(entered, *heard, 0) == first
    assert len(notes.read_text().splitlines()) == 8
    embeddings, in_noise, utterances = heard
    comparison.run(entered, embeddings + np.float16(1), in_noise, utterances, 0)
    assert len(notes.read_text().splitlines()) == 16
    comparison.run(entered | {SHIPPED: Witness(str(notes), "another")}, *heard, 0)
    assert len(notes.read_text().splitlines()) == 24


def outcome(*predicted):
    return comparison.Outcome(np.array(predicted), {}, 0.0)


def test_scores_are_the_fields():
    truth = [np.array(["sad", "sad", "angry"]), np.array(["sad", "angry", "angry"])]
    own = [outcome("sad", "angry", "angry"), outcome("sad", "sad", "sad")]
    shipped = [outcome("sad", "sad", "angry"), outcome("sad", "angry", "sad")]
    result = comparison.scores(truth, own, shipped)
    assert result["ua_folds"] == [0.75, 0.5]
    everything = np.concatenate(truth), np.concatenate([each.predicted for each in own])
    assert result["ua"] == pytest.approx(recall_score(*everything, average="macro"))
    assert result["wa"] == 0.5
    # Of two values the standard error is half their distance.
    assert result["se"] == pytest.approx(0.125)
    assert result["shipped_gain"] == {"ua": pytest.approx(0.25), "se": pytest.approx(0)}
    assert comparison.scores(truth, own, own)["shipped_gain"] == {"ua": 0, "se": 0}


@pytest.fixture(scope="module")
def results(heard, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparison, "CACHE", tmp_path_factory.mktemp("cache"))
        entered = {name: contestants()[name] for name in (GUESS, LINEAR, SHIPPED)}
        return comparison.run(entered, *heard, 0)


def test_the_best_of_unseen_speakers_comes_first(results):
    scores = [result["actors"]["ua"] for result in results.values()]
    assert scores == sorted(scores, reverse=True)
    assert list(results)[-1] == GUESS
    assert results[GUESS]["actors"]["ua"] == 0.125
    ahead = results[GUESS]["actors"]["shipped_gain"]
    assert ahead["ua"] == pytest.approx(np.mean(results[SHIPPED]["actors"]["ua_folds"]) - 0.125)


def test_table_and_figure_tell_all(results):
    lines = comparison.table(results).splitlines()
    assert len(lines) == 2 + len(results)
    assert len({line.count("|") for line in lines}) == 1
    actors = results[LINEAR]["actors"]
    row = next(line for line in lines if LINEAR in line)
    assert f"| {100 * actors['ua']:.1f} | {100 * actors['wa']:.1f} |" in row
    assert f"{100 * actors['shipped_gain']['ua']:+.1f} ± " in row
    unseen, _, seen, _ = chart.figure(results).data
    assert len(unseen.x) == len(seen.x) == len(results)
    assert unseen.x[0] == 100 * next(iter(results.values()))["actors"]["ua"]


def test_other_recordings_than_those_of_the_artifacts(clips):
    with pytest.raises(SerError, match="does not hold the recordings that .* was made from"):
        comparison.compare(clips[0].parent, artifacts.FOLDER)
