"""README's figures are those of artifacts/metrics.json, and that file is whole."""

import re
from pathlib import Path

import pytest

from ser import artifacts
from ser.charts import comparison
from ser.evaluation import augmentation_ablation
from ser.labels import LABELS

README = (Path(__file__).parents[1] / "README.md").read_text()
RUSSIAN = (Path(__file__).parents[1] / "README.ru.md").read_text()
METRICS = artifacts.read_json(artifacts.FOLDER / artifacts.METRICS)


def percent(fraction):
    return f"{100 * fraction:.1f}"


@pytest.mark.parametrize("protocol", ["actors", "random"])
def test_protocols(protocol):
    row = re.search(rf"^\| `{protocol}` \|.*\| ([\d.]+) \| ([\d.]+) \|$", README, re.MULTILINE)
    result = METRICS["protocols"][protocol]
    assert row.groups() == (percent(result["wa"]), percent(result["ua"]))


def test_map():
    assert f"{percent(METRICS['map']['accuracy'])} % land among" in " ".join(README.split())


def test_encoder():
    encoder, text = METRICS["encoder"], " ".join(README.split())
    assert f"reaches UA {percent(encoder['logreg_actors_ua'])} % on `actors`" in text
    assert f"its teacher, {percent(encoder['teacher_logreg_actors_ua'])} %" in text


def test_model_card():
    card = (artifacts.FOLDER / "encoder" / "README.md").read_text()
    rows = re.findall(r"^\| (teacher|this encoder) \|(.*)\|$", card, re.MULTILINE)
    for name, row in rows:
        before = "teacher_" if name == "teacher" else ""
        keys = [f"{before}logreg_actors_{key}" for key in ("ua", "wa", "heldout_wa", "others_wa")]
        if not before:
            keys[2] = "heldout_actors_wa"
        expected = [percent(METRICS["encoder"][key]) for key in keys]
        assert [cell.strip() for cell in row.split("|")] == expected
    assert len(rows) == 2
    encoder = METRICS["encoder"]
    for change, cosine in encoder["robustness"].items():
        before = encoder["beside"]["start"]["robustness"][change]
        row = rf"^\| {change}[^|]*\| {cosine:.2f} \| {before:.2f} \|$"
        assert re.search(row, card, re.MULTILINE), change
    for name, result in encoder["beside"].items():
        cells = percent(result["ua"]), percent(result["wa"]), f"{result['ms_per_second']:.0f}"
        assert f"| `{name}` | {' | '.join(cells)} |" in card


def test_other_classifiers_and_altered_copies():
    assert comparison.table(METRICS["comparison"]) in README
    assert augmentation_ablation.table(METRICS["augmentation"]) in README


def interval(result):
    low, high = result["ci95"]
    return f"{percent(result['ua'])} ({percent(low)}–{percent(high)})"


def test_strangers():
    names = {"CREMA-D": "crema_d", "nEMO": "nemo", "RAVDESS": "ravdess"}
    rows = re.findall(r"^\| (CREMA-D|nEMO|RAVDESS)[^|]*\|(.*)\|$", README, re.MULTILINE)
    measured = METRICS["protocols"]["corpora"]
    assert {names[name] for name, _ in rows} == set(measured)
    for name, row in rows:
        result = measured[names[name]]
        expected = [interval(result[key]) for key in ("stranger", "neutral", "session")]
        assert [cell.strip() for cell in row.split("|")] == expected
    crema_d, text = measured["crema_d"], " ".join(README.split())
    for name, said in (
        ("crema_d", "of CREMA-D's recordings {} % get one, and {} % of those are right"),
        ("nemo", "of nEMO's {} % and {} %"),
    ):
        figures = (
            percent(measured[name]["stranger"][key]) for key in ("coverage_at_85", "sure_wa")
        )
        assert said.format(*figures) in text
    assert f"were right {percent(crema_d['listeners']['ua'])} %" in text
    same, other = crema_d["session_of_its_emotion"], crema_d["session_of_one_emotion"]
    assert f"falls to {percent(same['ua'])} %" in text
    assert f"of one emotion {percent(other['ua'])} %" in text
    for said, name in (
        ("of CREMA-D would be understood at UA", "crema_d"),
        ("of nEMO at", "nemo"),
        ("of RAVDESS at", "ravdess"),
    ):
        assert f"{said} {percent(measured[name]['without_copies']['ua'])} %" in text
    untold = [percent(measured[name]["without_directions"]["ua"]) for name in names.values()]
    assert "of CREMA-D for nEMO), at {} %, {} % and {} %".format(*untold) in text
    assert f"reach UA {interval(crema_d['taught_within'])} %" in text
    assert f"taught nEMO alone reaches UA {interval(crema_d['by_speakers'])} %" in text
    assert f"perceptrons, averaged, {interval(crema_d['nonlinear'])} %" in text


def test_encoders_beside_the_shipped_one():
    card = (artifacts.FOLDER / "encoder" / "README.md").read_text()
    crema_d = METRICS["protocols"]["corpora"]["crema_d"]
    for name, result in (crema_d["beside"] | {"on-nemo": crema_d}).items():
        cells = interval(result["stranger"]), interval(result["session"])
        row = f"{' | '.join(cells)} | {percent(result['by_speakers']['ua'])} |"
        assert re.search(rf"^\| `{name}` .*{re.escape(row)}$", card, re.MULTILINE), name


def test_groups_of_people():
    card = (artifacts.FOLDER / "encoder" / "README.md").read_text()
    crema_d = METRICS["protocols"]["corpora"]["crema_d"]
    for groups in crema_d["groups"].values():
        for name, result in groups.items():
            assert f"| {name} | {interval(result)} | {result['speakers']} |" in card
    assert f"were right {percent(crema_d['listeners']['ua'])} %" in " ".join(card.split())


def test_what_is_sure():
    actors, sounds = METRICS["protocols"]["actors"], METRICS["no_voice"]
    text = " ".join(README.split())
    assert f"calibration error is {actors['ece']:.3f}" in text
    assert f"Brier score {actors['brier']:.2f}" in text
    assert f"{percent(actors['coverage_at_85'])} % get a sure answer" in text
    assert f"{percent(actors['sure_wa'])} % of those are right" in text
    assert f"{percent(sounds['voices_refused'])} % of RAVDESS" in text
    assert f"Of {sounds['sounds']} generated" in text
    assert f"{percent(sounds['sounds_answered'])} % get a sure emotion" in text
    assert f"of {sounds['noise']} pieces of recorded" in text
    assert f"it learned from, {percent(sounds['noise_answered'])} %." in text


def test_enrolment():
    found, text = METRICS["enrolment"], " ".join(README.split())
    assert f"the other {found['n']:,} recordings" in text
    assert f"by {percent(found['gain_ua'])} points to {percent(found['ua'])} %" in text


def test_the_bars_this_project_set_itself():
    assert METRICS["protocols"]["random"]["wa"] >= 0.89
    assert min(METRICS["protocols"]["actors"][key] for key in ("ua", "wa")) >= 0.79
    assert METRICS["map"]["accuracy"] >= 0.55
    actors, sounds = METRICS["protocols"]["actors"], METRICS["no_voice"]
    assert actors["ece"] <= 0.05
    assert actors["sure_wa"] >= 0.85
    assert sounds["voices_refused"] <= 0.03
    assert max(sounds["sounds_answered"], sounds["noise_answered"]) <= 0.05
    assert METRICS["enrolment"]["gain_ua"] >= 0.025
    assert METRICS["enrolment"]["ua"] >= 0.80
    encoder = METRICS["encoder"]
    teacher = {key: encoder[f"teacher_logreg_actors_{key}"] for key in ("ua", "heldout_wa")}
    assert encoder["logreg_actors_ua"] >= teacher["ua"] - 0.005
    assert encoder["heldout_actors_wa"] >= teacher["heldout_wa"] - 0.03
    for change, cosine in encoder["robustness"].items():
        assert cosine >= encoder["beside"]["start"]["robustness"][change] - 0.001


@pytest.mark.parametrize("protocol", ["actors", "random"])
def test_every_key_is_there(protocol):
    result = METRICS["protocols"][protocol]
    assert list(result["per_class_recall"]) == list(LABELS)
    assert [sum(row) for row in result["confusion"]] == [96] + [192] * 7
    assert len(result["per_actor"]) == 24
    right = sum(result["confusion"][row][row] for row in range(8))
    assert result["wa"] == pytest.approx(right / METRICS["clips"])
    assert result["ua"] == pytest.approx(sum(result["per_class_recall"].values()) / 8)


def figures(text):
    """Return the numbers with one decimal, in their order."""
    return [number.replace(",", ".") for number in re.findall(r"(?<![\d./])\d+[.,]\d(?!\d)", text)]


def test_russian_readme_has_the_same_figures():
    english = README.split("---\n", 2)[2]
    assert len(figures(english)) > 40
    assert figures(RUSSIAN) == figures(english)


@pytest.mark.parametrize("readme", [README, RUSSIAN], ids=["en", "ru"])
def test_linked_files_exist(readme):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", readme):
        assert (Path(__file__).parents[1] / target).exists(), target
