"""Tables of docs/accuracy.md, from artifacts/metrics.json."""

from blocks import percent, table, with_interval

from ser import artifacts
from ser.evaluation import augmentation_ablation
from ser.evaluation.baselines import comparison

METRICS = artifacts.read_json(artifacts.FOLDER / artifacts.METRICS)
CORPORA = {"crema_d": "CREMA-D", "nemo": "nEMO", "ravdess": "RAVDESS"}
SHIPPED, WITHOUT_BOOSTING = "gradient boosting as shipped", "the same without boosting"


def protocols() -> str:
    """Return UA and WA of RAVDESS's two protocols, and the accuracy of the map."""
    tested = {
        "actors": "RAVDESS, six folds of four speakers who are not in the training set",
        "random": "RAVDESS, five random folds of clips: speakers are in both sets",
    }
    rows = [
        (f"`{name}`", what, *(percent(METRICS["protocols"][name][key]) for key in ("ua", "wa")))
        for name, what in tested.items()
    ]
    map_row = (
        f"`{METRICS['map']['protocol']}`, map",
        "clips placed on a map made without their speakers: the nearest 15 vote for their emotion",
        "",
        percent(METRICS["map"]["accuracy"]),
    )
    return table(("protocol", "test set", "UA %", "WA %"), [*rows, map_row])


def encoder_alone() -> str:
    """Return the linear probe of the encoder and its teacher."""
    encoder = METRICS["encoder"]
    rows = [
        (name, *(percent(encoder[f"{prefix}logreg_actors_{key}"]) for key in ("ua", "wa")))
        for name, prefix in (("bundled encoder", ""), ("Whisper-base, its teacher", "teacher_"))
    ]
    return table(("logistic regression on the states of", "`actors` UA %", "WA %"), rows)


def classifiers() -> str:
    """Return the comparison of classifiers."""
    return comparison.table(METRICS["comparison"])


def boosting() -> str:
    """Return the shipped classifier with and without its stages of boosting."""
    rows = [
        (name, *(percent(METRICS["comparison"][name][key]["ua"]) for key in ("actors", "random")))
        for name in (SHIPPED, WITHOUT_BOOSTING)
        if name in METRICS["comparison"]
    ]
    return table(("classifier", "`actors` UA %", "`random` UA %"), rows)


def augmentation() -> str:
    """Return the augmentation ablation."""
    return augmentation_ablation.table(METRICS["augmentation"])


def calibration() -> str:
    """Return calibration error and Brier score of unseen actors."""
    actors = METRICS["protocols"]["actors"]
    rows = [
        ("expected calibration error, 15 bins", f"{actors['ece']:.3f}"),
        ("Brier score, 0 to 2", f"{actors['brier']:.2f}"),
    ]
    return table(("`actors`", "value"), rows)


def confident_answers() -> str:
    """Return coverage and selective accuracy at the threshold."""
    measured = METRICS["protocols"]["cross_corpus"]
    results = {"RAVDESS, `actors`": METRICS["protocols"]["actors"]} | {
        f"{CORPORA[name]}, cross-corpus": measured[name]["unknown_speaker"]
        for name in CORPORA
        if "coverage" in measured[name]["unknown_speaker"]
    }
    rows = [
        (name, percent(result["coverage"]), percent(result["selective_accuracy"]))
        for name, result in results.items()
    ]
    return table(("unknown speakers of", "coverage %", "selective accuracy %"), rows)


def voice_detector() -> str:
    """Return how often the voice detector is wrong."""
    found = METRICS["no_voice"]
    rows = [
        (
            "RAVDESS, `actors`",
            f"{METRICS['clips']:,}",
            percent(found["voices_rejected"]),
            "",
        ),
        (
            "generated noises, tones and tunes, each of a kind that is not in the training set",
            f"{found['n_generated_sounds']:,}",
            "",
            percent(found["generated_sounds_accepted"]),
        ),
        (
            "recorded rain, traffic, machines, birds and music, none in the training set",
            f"{found['n_noise']:,}",
            percent(found["noise_rejected"]),
            percent(found["noise_accepted"]),
        ),
    ]
    return table(("input", "clips", "“no voice” %", "confident emotion %"), rows)


def enrolment() -> str:
    """Return UA with and without two neutral clips of each speaker."""
    found = METRICS["enrolment"]
    rows = [
        ("nothing", percent(found["ua"] - found["gain_ua"]), ""),
        ("two neutral clips", percent(found["ua"]), f"{100 * found['gain_ua']:+.1f}"),
    ]
    header = ("known of the speaker", f"UA % of the other {found['n']:,} clips", "gain")
    return table(header, rows)


def cross_corpus() -> str:
    """Return UA on each corpus, by what is known of the speaker."""
    tested = {
        "crema_d": "CREMA-D, English",
        "nemo": "nEMO, Polish",
        "ravdess": "RAVDESS, English, trained on the other two",
    }
    rows = []
    for name, title in tested.items():
        result = METRICS["protocols"]["cross_corpus"][name]
        speakers = result["unknown_speaker"]["speakers"]
        rows.append(
            (
                f"{title}: {speakers} speakers, {len(result['emotions'])} emotions",
                *(with_interval(result[key]) for key in ("unknown_speaker", "two_neutral")),
                with_interval(result["three_clips"]),
            )
        )
    header = ("test corpus", "unknown speaker", "two neutral clips", "three unlabelled clips")
    return table(header, rows)


def cross_corpus_ablation() -> str:
    """Return UA for unknown speakers without noisy copies and without emotion directions."""
    conditions = ("unknown_speaker", "without_noisy_copies", "without_directions")
    header = ("test corpus", "as shipped", "without noisy copies", "without emotion directions")
    return table(header, _by_corpus(conditions))


def adaptation() -> str:
    """Return UA by the clips that a speaker's offset is estimated from."""
    measured = METRICS["protocols"]["cross_corpus"]
    rows = [
        (
            CORPORA[name],
            *(percent(measured[name]["n_clips"][n]["ua"]) for n in ("1", "3", "10")),
            percent(measured[name]["three_clips_of_one_emotion"]["ua"]),
            percent(measured[name]["three_clips_of_same_emotion"]["ua"]),
        )
        for name in CORPORA
    ]
    header = (
        "test corpus",
        *(f"{n} of any emotions" for n in ("1 clip", "3 clips", "10 clips")),
        "3 clips of one emotion",
        "3 clips of the test clip's emotion",
    )
    return table(header, rows)


def references() -> str:
    """Return what UA on a corpus can be compared with: a probe trained on it, and people."""
    rows = []
    for name in ("crema_d", "nemo"):
        result = METRICS["protocols"]["cross_corpus"][name]
        people = result.get("human_listeners")
        rows.append(
            (
                CORPORA[name],
                with_interval(result["unknown_speaker"]),
                with_interval(result["speaker_independent_probe"]),
                percent(people["ua"]) if people else "",
            )
        )
    header = ("corpus", "cross-corpus", "linear probe, other speakers of the corpus", "people")
    return table(header, rows)


def _by_corpus(conditions: tuple[str, ...]) -> list[tuple[str, ...]]:
    measured = METRICS["protocols"]["cross_corpus"]
    return [
        (CORPORA[name], *(with_interval(measured[name][key]) for key in conditions))
        for name in CORPORA
    ]
