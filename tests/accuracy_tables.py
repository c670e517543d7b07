"""Tables of docs/accuracy.md, from artifacts/metrics.json."""

from blocks import percent, table, with_interval

from ser import artifacts
from ser.evaluation import ablation as ablation_study
from ser.evaluation.baselines import comparison

METRICS = artifacts.read_json(artifacts.FOLDER / artifacts.METRICS)
CORPORA = {
    "crema_d": "CREMA-D",
    "nemo": "nEMO",
    "casia": "CASIA",
    "aesdd": "AESDD",
    "ravdess": "RAVDESS",
}
LANGUAGES = {
    "crema_d": "English",
    "nemo": "Polish",
    "casia": "Mandarin",
    "aesdd": "Greek",
    "ravdess": "English",
}
CONDITIONS = {
    "clean": "as recorded",
    "room_0.3": "in rooms of 0.3 s reverberation time",
    "room_0.6": "in rooms of 0.6 s reverberation time",
    "noise": "in recorded noise, 15 dB",
    "telephone": "on a telephone line",
    "opus": "as Opus of 16 kbit/s",
}
SHIPPED = "gradient boosting as shipped"


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


def calibration() -> str:
    """Return calibration error and Brier score of unseen actors."""
    actors = METRICS["protocols"]["actors"]
    rows = [
        ("expected calibration error, 15 bins", f"{actors['ece']:.3f}"),
        ("Brier score, 0 to 2", f"{actors['brier']:.2f}"),
    ]
    return table(("`actors`", "value"), rows)


def confident_answers() -> str:
    """Return coverage, selective accuracy and calibration error of unknown speakers."""
    measured = METRICS["protocols"]["cross_corpus"]
    results = {"RAVDESS, `actors`": METRICS["protocols"]["actors"]} | {
        f"{title}, cross-corpus": measured[name]["unknown_speaker"]
        for name, title in CORPORA.items()
    }
    rows = [
        (
            name,
            percent(result["coverage"]),
            percent(result["selective_accuracy"]) if result["coverage"] else "",
            f"{result['ece']:.3f}",
        )
        for name, result in results.items()
    ]
    return table(("unknown speakers of", "coverage %", "selective accuracy %", "ECE"), rows)


def voice_detector() -> str:
    """Return how often the voice detector is wrong."""
    found = METRICS["no_voice"]
    rows = [
        (f"voices of {CORPORA[name]}", f"{of_corpus['n']:,}", percent(of_corpus["rejected"]), "")
        for name, of_corpus in found["voices"].items()
    ]
    rows.append(
        (
            "recorded rain, traffic, machines, birds and music, not those that training had",
            f"{found['n_noise']:,}",
            percent(found["noise_rejected"]),
            percent(found["noise_accepted"]),
        )
    )
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
    rows = []
    for name, title in CORPORA.items():
        result = METRICS["protocols"]["cross_corpus"][name]
        speakers = result["unknown_speaker"]["speakers"]
        what = (
            f"{title}, {LANGUAGES[name]}: {speakers} speakers, {len(result['emotions'])} emotions"
        )
        cells = (
            with_interval(result[key]) if result[key] else ""
            for key in ("unknown_speaker", "two_neutral", "three_clips")
        )
        rows.append((what, *cells, f"{result['largest_share']:.1f}"))
    header = (
        "test corpus",
        "unknown speaker",
        "two neutral clips",
        "three unlabelled clips",
        "largest share",
    )
    return table(header, rows)


def ablation() -> str:
    """Return the scores without each part of the classifier."""
    measured = METRICS["ablation"]
    return ablation_study.table(measured["actors"], measured["cross_corpus"])


def rooms() -> str:
    """Return UA in rooms, in noise, on a telephone line and through a codec."""
    measured = METRICS["protocols"]["rooms"]
    clean = measured["clean"]["ua"]
    rows = [
        (
            CONDITIONS[name],
            percent(result["ua"]),
            f"{100 * (result['ua'] - clean):+.1f}" if name != "clean" else "",
            percent(result["coverage"]),
            percent(result["selective_accuracy"]),
        )
        for name, result in measured.items()
    ]
    return table(("test clips", "UA %", "change", "confident %", "of these correct %"), rows)


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


def labelled() -> str:
    """Return UA by the number of labelled clips of a speaker that its model has learned from."""
    measured = METRICS["protocols"]
    results = {"RAVDESS, `actors`": measured["actors"]["labelled"]} | {
        f"{title}, cross-corpus": measured["cross_corpus"][name]["labelled"]
        for name, title in CORPORA.items()
    }
    rows = []
    for name, result in results.items():
        counts = [result[n] for n in ("1", "2", "3")]
        none = counts[0]["ua"] - counts[0]["gain_ua"]
        three = counts[-1]
        rows.append(
            (
                name,
                percent(none),
                *(f"{percent(scored['ua'])} ({100 * scored['gain_ua']:+.1f})" for scored in counts),
                f"{100 * result['one_clip']['gain_ua']:+.1f}",
                percent(three["coverage"]),
                percent(three["selective_accuracy"]) if three["coverage"] else "",
            )
        )
    header = (
        "unknown speakers of",
        "no clip",
        "1 of each emotion",
        "2 of each",
        "3 of each",
        "a single clip",
        "confident after 3 %",
        "of these correct %",
    )
    return table(header, rows)


def conversations() -> str:
    """Return diarisation error rates, and UA of the emotions of turns."""
    found = METRICS["protocols"]["conversations"]
    rows = [
        (what, *(percent(found[key]) if key in found else "" for key in keys))
        for what, keys in {
            "one speaker assumed": ("der_one_speaker", "", "ua_one_voice"),
            "number of speakers said": ("der_given", "", "ua_given"),
            "number of speakers found": ("der_found", "right_number", "ua_found"),
        }.items()
    ]
    header = (
        f"{found['conversations']} conversations, {found['turns']:,} turns",
        "diarisation error rate %",
        "number right %",
        "UA of the turns' emotions %",
    )
    return table(header, rows)


def references() -> str:
    """Return what UA on a corpus can be compared with: a probe trained on it, and people."""
    rows = []
    for name in CORPORA:
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
