"""Tables of the encoder's model card, from artifacts/metrics.json."""

from accuracy_tables import METRICS
from blocks import percent, table, with_interval

PROBE = ("ua", "wa", "heldout_wa", "others_wa")
ROBUSTNESS = {
    "noise": "white noise, 20 dB SNR",
    "room": "recorded room",
    "gain": "gain, -20 dB",
    "mp3": "MP3, 64 kbit/s",
}


def probe() -> str:
    """Return the linear probe with the actors that were held out of distillation apart."""
    encoder = METRICS["encoder"]
    teacher = [encoder[f"teacher_logreg_actors_{key}"] for key in PROBE]
    bundled = [encoder[f"logreg_actors_{key}"] for key in ("ua", "wa")]
    bundled += [encoder["heldout_actors_wa"], encoder["logreg_actors_others_wa"]]
    rows = [("teacher", *map(percent, teacher)), ("this encoder", *map(percent, bundled))]
    return table(("", "UA %", "WA %", "WA %, actors 21-24", "WA %, the others"), rows)


def encoders() -> str:
    """Return the probe, the cost and the robustness of this encoder and of those before it."""
    encoder = METRICS["encoder"]
    this = encoder | {key: encoder[f"logreg_actors_{key}"] for key in ("ua", "wa")}
    rows = [
        (
            name,
            percent(result["ua"]),
            percent(result["wa"]),
            f"{result['ms_per_second']:.0f}",
            *(f"{result['robustness'][change]:.2f}" for change in ROBUSTNESS),
        )
        for name, result in {"this one": this, **encoder["other_encoders"]}.items()
    ]
    return table(("encoder", "UA %", "WA %", "ms", *ROBUSTNESS.values()), rows)


def groups() -> str:
    """Return UA on CREMA-D by sex, age and origin of the speakers."""
    rows = [
        (name, with_interval(result), str(result["speakers"]))
        for groups in METRICS["protocols"]["cross_corpus"]["crema_d"]["groups"].values()
        for name, result in sorted(groups.items(), key=_youngest_first)
    ]
    return table(("group", "UA %", "speakers"), rows)


def _youngest_first(group: tuple[str, dict]) -> tuple[bool, str]:
    return not group[0].startswith("up to"), group[0]
