"""Tables of the encoder's model card, from artifacts/metrics.json."""

from accuracy_tables import METRICS
from blocks import percent, table, with_interval

PROBE = ("ua", "wa", "heldout_wa", "others_wa")
ROBUSTNESS = {
    "noise": "white noise, 20 dB SNR",
    "room": "one of 37 room impulse responses",
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
    """Return the probe, the cost and the cross-corpus scores of every encoder that was tried."""
    encoder, crema_d = METRICS["encoder"], METRICS["protocols"]["cross_corpus"]["crema_d"]
    scored = crema_d["other_encoders"] | {"on-nemo": crema_d}
    rows = []
    for name, result in encoder["other_encoders"].items():
        cells = [percent(result["ua"]), percent(result["wa"]), f"{result['ms_per_second']:.0f}"]
        if other := scored.get(name):
            cells += [with_interval(other[key]) for key in ("unknown_speaker", "three_clips")]
            cells += [percent(other["speaker_independent_probe"]["ua"])]
        rows.append((f"`{name}`", *cells, *[""] * (6 - len(cells))))
    bundled = [percent(encoder[f"logreg_actors_{key}"]) for key in ("ua", "wa")]
    rows.append(("this one", *bundled, f"{encoder['ms_per_second']:.0f}", "", "", ""))
    cross = ("unknown speaker, UA %", "three unlabelled clips", "probe, other speakers")
    return table(("encoder", "UA %", "WA %", "ms", *cross), rows)


def robustness() -> str:
    """Return the cosine between embeddings of a clip and of the same clip changed."""
    encoder = METRICS["encoder"]
    before = encoder["other_encoders"]["as-received"]["robustness"]
    rows = [
        (ROBUSTNESS[change], f"{cosine:.2f}", f"{before[change]:.2f}")
        for change, cosine in encoder["robustness"].items()
    ]
    return table(("change", "this encoder", "as received"), rows)


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
