"""The comparison of classifiers: its folds, its scores, its cache, its table and figure."""

import dataclasses
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from recordings import ravdess_utterances
from sklearn.metrics import recall_score

from ser import artifacts
from ser.charts import comparison as chart
from ser.errors import SerError
from ser.evaluation.baselines import classifiers, comparison
from ser.evaluation.baselines.classifiers import SHIPPED, STARTING_DESIGN
from ser.labels import LABELS
from ser.training import labelled_embeddings
from ser.training.data.published import RAVDESS
from ser.training.labelled_embeddings import LabelledEmbeddings

MOST_FREQUENT = "most frequent emotion"
LINEAR = "logistic regression"
ALL = classifiers.classifiers()
SHAPE = (2, 2, 12)  # layers, mean and standard deviation, hidden size


@pytest.fixture(scope="module")
def labelled():
    """Two clips of each emotion by the actors of two folds and by one actor of a third."""
    rng = np.random.default_rng(0)
    actors = (*RAVDESS.folds[0], *RAVDESS.folds[1], 8)
    utterances = ravdess_utterances(
        f"03-01-0{emotion}-01-0{statement}-01-{actor:02}"
        for emotion, statement, actor in itertools.product(range(1, 9), (1, 2), actors)
    )
    class_means, of_speakers = rng.normal(size=(8, *SHAPE)), rng.normal(size=(25, *SHAPE))
    means = np.array(
        [
            class_means[LABELS.index(utterance.emotion)] + 0.3 * of_speakers[utterance.speaker]
            for utterance in utterances
        ]
    )
    embeddings = (means + rng.normal(0, 0.3, means.shape)).astype(np.float16)
    return LabelledEmbeddings(tuple(utterances), embeddings)


def with_ten_trees(baseline):
    """Return a classifier that is fitted faster."""
    model = getattr(baseline, "model", None)
    if model is None or "n_estimators" not in model.get_params():
        return baseline
    return dataclasses.replace(baseline, model=model.set_params(n_estimators=10))


@pytest.mark.parametrize("name", list(ALL))
def test_every_classifier_predicts(labelled, name):
    rows = np.arange(len(labelled.emotions))
    training_set, test_set = labelled.subset(rows[::2]), labelled.subset(rows[1::2])
    folds = [(np.arange(0, len(rows) // 2, 2), np.arange(1, len(rows) // 2, 2))]
    baseline = with_ten_trees(ALL[name])
    predicted, chosen = baseline.fit_predict(training_set, folds, test_set.embeddings, 0)
    accuracy = np.mean(predicted == test_set.emotions)
    assert 0.1 < accuracy < 0.15 if name == MOST_FREQUENT else accuracy > 0.4
    assert set(chosen) == set(getattr(baseline, "grid", ()))
    again, _ = baseline.fit_predict(training_set, folds, test_set.embeddings, 0)
    assert np.array_equal(predicted, again)


def test_features_and_settings(labelled):
    embeddings = labelled.embeddings
    design, linear = ALL[STARTING_DESIGN], ALL[LINEAR]
    assert np.array_equal(design.features(embeddings), embeddings[:, -1, 0])
    assert not design.grid and not design.prepare
    assert linear.features(embeddings).shape == (len(embeddings), np.prod(SHAPE))
    assert linear.settings == "C of 0.001, 0.003, 0.01, 0.03, 0.1"


@dataclasses.dataclass(frozen=True)
class Recorder:
    """Predicts "sad", and appends the size of each test set and the inner folds to a file."""

    file: str
    source: str = ""
    settings: str = "none"

    def fit_predict(self, training_set, folds, embeddings, seed):
        speakers = training_set.speakers
        with Path(self.file).open("a") as file:
            sides = [[speakers[rows].tolist() for rows in fold] for fold in folds]
            file.write(json.dumps([len(embeddings), sides]) + "\n")
        return np.full(len(embeddings), "sad"), {}


@pytest.fixture
def calls(tmp_path, monkeypatch):
    """The file that a Recorder appends to, with an empty cache."""
    monkeypatch.setattr(comparison, "CACHE", tmp_path / "cache")
    return tmp_path / "calls"


def n_calls(calls):
    return len(calls.read_text().splitlines())


def test_settings_are_chosen_on_training_clips_of_other_speakers(labelled, calls):
    comparison.run({SHIPPED: Recorder(str(calls))}, labelled, 0)
    recorded = [json.loads(line) for line in calls.read_text().splitlines()]
    n_clips = len(labelled.emotions)
    assert sum(n_tested for n_tested, _ in recorded) == 2 * n_clips
    disjoint = [all(not set(train) & set(test) for train, test in folds) for _, folds in recorded]
    # Two workers write in any order: five random folds, three of actors.
    assert sorted(disjoint) == [False] * 5 + [True] * 3
    for n_tested, folds in recorded:
        tested = sorted(itertools.chain(*(test for _, test in folds)))
        assert tested == sorted(itertools.chain(*folds[0]))
        assert n_tested + sum(map(len, folds[0])) == n_clips


def test_an_interrupted_comparison_resumes(labelled, calls):
    compared = {SHIPPED: Recorder(str(calls)), MOST_FREQUENT: ALL[MOST_FREQUENT]}
    first = comparison.run(compared, labelled, 0)
    assert n_calls(calls) == 8
    assert comparison.run(compared, labelled, 0) == first
    assert n_calls(calls) == 8
    missing = next((calls.parent / "cache").glob("*.joblib"))
    missing.unlink()
    assert comparison.run(compared, labelled, 0) == first
    assert n_calls(calls) <= 9
    assert missing.exists()


@pytest.mark.parametrize(
    "changed",
    [
        lambda data: dataclasses.replace(data, embeddings=data.embeddings + np.float16(1)),
        lambda data: dataclasses.replace(data, others=labelled_embeddings.project([data], (), 0)),
    ],
    ids=["embeddings", "other corpora"],
)
def test_the_cache_is_not_used_for_other_data(labelled, calls, changed):
    compared = {SHIPPED: Recorder(str(calls))}
    comparison.run(compared, labelled, 0)
    comparison.run(compared, changed(labelled), 0)
    assert n_calls(calls) == 16


@pytest.mark.parametrize("changed", [{"source": "another"}, {"settings": "another"}])
def test_the_cache_is_not_used_for_another_classifier(labelled, calls, changed):
    recorder = Recorder(str(calls))
    comparison.run({SHIPPED: recorder}, labelled, 0)
    comparison.run({SHIPPED: dataclasses.replace(recorder, **changed)}, labelled, 0)
    assert n_calls(calls) == 16


def test_the_source_is_that_of_all_modules_that_are_imported(tmp_path, monkeypatch):
    monkeypatch.setattr(classifiers, "ROOT", tmp_path)
    package = tmp_path / "ser"
    package.mkdir()
    module, imported, indirect, unrelated = (package / f"{name}.py" for name in "abcd")
    module.write_text("from ser import b\nimport numpy\n")
    imported.write_text("from ser.c import x\nfrom ser.a import y\n")
    indirect.write_text("x = 1\n")
    unrelated.write_text("z = 1\n")
    before = classifiers.source_hash(module)
    unrelated.write_text("z = 2\n")
    assert classifiers.source_hash(module) == before
    for path in (module, imported, indirect):
        content = path.read_text()
        path.write_text(f"{content}# changed\n")
        assert classifiers.source_hash(module) != before
        path.write_text(content)
    assert classifiers.source_hash(module) == before


def test_the_shipped_classifiers_source_is_part_of_its_key():
    source = classifiers.source_hash(Path(classifiers.fitting.__file__))
    assert ALL[SHIPPED].source.startswith(source) and len(source) == 64
    assert "training_set.others" in ALL[SHIPPED].source  # how it is fitted


def outcome(*predicted):
    return comparison.Outcome(np.array(predicted), {}, 0.0)


def test_scores_and_standard_errors():
    truth = [np.array(["sad", "sad", "angry"]), np.array(["sad", "angry", "angry"])]
    outcomes = [outcome("sad", "angry", "angry"), outcome("sad", "sad", "sad")]
    shipped = [outcome("sad", "sad", "angry"), outcome("sad", "angry", "sad")]
    result = comparison.scores(truth, outcomes, shipped)
    assert result["ua_folds"] == [0.75, 0.5]
    of_all_clips = (
        np.concatenate(truth),
        np.concatenate([outcome.predicted for outcome in outcomes]),
    )
    assert result["ua"] == pytest.approx(recall_score(*of_all_clips, average="macro"))
    assert result["wa"] == 0.5
    # Of two values the standard error is half their distance.
    assert result["se"] == pytest.approx(0.125)
    assert result["shipped_gain"] == {"ua": pytest.approx(0.25), "se": pytest.approx(0)}
    assert comparison.scores(truth, outcomes, outcomes)["shipped_gain"] == {"ua": 0, "se": 0}


@pytest.fixture(scope="module")
def results(labelled, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparison, "CACHE", tmp_path_factory.mktemp("cache"))
        compared = {name: ALL[name] for name in (MOST_FREQUENT, LINEAR, SHIPPED)}
        return comparison.run(compared, labelled, 0)


def test_the_best_under_actors_comes_first(results):
    scores = [result["actors"]["ua"] for result in results.values()]
    assert scores == sorted(scores, reverse=True)
    assert list(results)[-1] == MOST_FREQUENT
    assert results[MOST_FREQUENT]["actors"]["ua"] == 0.125
    gain = results[MOST_FREQUENT]["actors"]["shipped_gain"]
    assert gain["ua"] == pytest.approx(np.mean(results[SHIPPED]["actors"]["ua_folds"]) - 0.125)


def test_table_and_figure(results):
    lines = comparison.table(results).splitlines()
    assert len(lines) == 2 + len(results)
    assert len({line.count("|") for line in lines}) == 1
    actors = results[LINEAR]["actors"]
    row = next(line for line in lines if LINEAR in line)
    assert f"| {100 * actors['ua']:.1f} | {100 * actors['wa']:.1f} |" in row
    assert f"{100 * actors['shipped_gain']['ua']:+.1f} ± " in row
    of_actors, _, of_random, _ = chart.figure(results, SHIPPED, STARTING_DESIGN).data
    assert len(of_actors.x) == len(of_random.x) == len(results)
    assert of_actors.x[0] == 100 * next(iter(results.values()))["actors"]["ua"]


def test_results_and_figure_are_written(results, labelled, tmp_path, monkeypatch):
    labelled_embeddings.save(labelled, tmp_path)
    artifacts.write_json(tmp_path / artifacts.METRICS, {"clips": 1})
    artifacts.write_json(tmp_path / artifacts.MANIFEST, {})
    compared = []

    def run(classifiers, labelled, seed):
        compared.append(labelled)
        return results

    def draw(results, shipped, starting_design, path):
        path.write_text("figure")

    monkeypatch.setattr(artifacts, "verify", lambda folder: {"seed": 0})
    monkeypatch.setattr(comparison, "run", run)
    monkeypatch.setattr(chart, "draw", draw)
    assert comparison.compare(tmp_path) == results
    assert np.array_equal(compared[0].embeddings, labelled.embeddings)
    assert compared[0].emotions.tolist() == labelled.emotions.tolist()
    content = artifacts.read_json(tmp_path / artifacts.METRICS)
    assert content["clips"] == 1 and set(content["comparison"]) == set(results)
    manifest = artifacts.read_json(tmp_path / artifacts.MANIFEST)
    assert manifest["seed"] == 0 and artifacts.COMPARISON in manifest["files"]


def test_earlier_embeddings_are_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(artifacts, "verify", lambda folder: {})
    np.savez(tmp_path / artifacts.EMBEDDINGS, embeddings=np.zeros((1, *SHAPE)))
    with pytest.raises(SerError, match="earlier version"):
        comparison.compare(tmp_path)
