"""Tables of docs/speed.md, docs/scale.md and docs/trust.md, from what the benchmarks wrote."""

import json
from collections.abc import Callable
from pathlib import Path

from blocks import table

from ser.bench import figures, scale, speed, start_up
from ser.bench import gpu as gpu_bench

DOCS = Path(__file__).parents[1] / "docs"


def measured(section: str) -> dict:
    """Return the figures of a section of docs/bench.json."""
    return json.loads((DOCS / "bench.json").read_text())[section]


def speed_of_analysis() -> str:
    """Return the time of an analysis and of what it can be compared with."""
    return _printed(speed.table, "analysis")


def start() -> str:
    """Return the time and the memory of a new process to its first answer."""
    return _printed(start_up.table, "start")


def speed_of_page() -> str:
    """Return the time from a sound to what the browser draws."""
    seconds = measured("page")["seconds"]
    rows = [
        (what, f"{seconds[key]:.1f}")
        for key, what in (
            ("answer", "the answer to a recording of 4 s is drawn, after Stop"),
            ("live", "Live: the bars move, after a sound"),
            ("concurrent", "the same with three visitors at once"),
        )
    ]
    return f"{table(('in the browser', 's'), rows)}\n\n{figures.conditions(measured('page'))}"


def gpu() -> str:
    """Return the throughput of the encoder on a GPU, if it was measured."""
    if "gpu" not in json.loads((DOCS / "bench.json").read_text()):
        return "Not measured."
    return _printed(gpu_bench.table, "gpu")


def scores_of_collections() -> str:
    """Return the throughput of `score`."""
    return _printed(scale.table, "archive")


def trust() -> str:
    """Return what damaged recordings and many visitors did to the page."""
    rows = [*_fuzz(measured("fuzz")), *_load(measured("load"))]
    return table(("what", "figure", "command"), rows)


def _fuzz(fuzz: dict) -> list[tuple[str, str, str]]:
    return [
        (f"damaged recordings of {len(fuzz['kinds'])} kinds", f"{fuzz['files']:,}", "`make fuzz`"),
        ("of them answered, explained", f"{fuzz['answered']:,}, {fuzz['explained']:,}", ""),
        ("neither answered nor explained", str(fuzz["neither"]), ""),
        (
            "samples of another recording in an answer",
            f"{fuzz['foreign_samples']} of {fuzz['answered']:,} answers",
            "",
        ),
        ("decoding processes lost", str(fuzz["decoders_lost"]), ""),
        ("longest wait; over 5 s", f"{fuzz['longest_s']} s; {fuzz['over_5_s']}", ""),
        ("on", _machine(fuzz["machine"]), ""),
    ]


def _load(load: dict) -> list[tuple[str, str, str]]:
    concurrent = load["concurrent"]
    at_once = concurrent["answered"] + concurrent["rejected"]
    return [
        ("people at once, for", f"{load['people']}, {load['minutes']:g} min", "`make load`"),
        (
            "recordings answered, bad ones explained",
            f"{load['answers']:,}, {load['explained']:,}",
            "",
        ),
        ("another's answer; other failures", f"{load['wrong']}; {load['failed']}", ""),
        ("time to an answer: median, 95 %", f"{load['p50_s']} s, {load['p95_s']} s", ""),
        (
            "memory at most; growth in the second half",
            f"{load['memory_mb']:,} MB; {100 * load['memory_growth']:.1f} %",
            "",
        ),
        (
            f"{at_once} requests at the same moment: answered, rejected (busy)",
            f"{concurrent['answered']}, {concurrent['rejected']}",
            "",
        ),
        ("recordings on the disk when all had gone", str(load["left_files"]), ""),
        ("on, with model", f"{_machine(load['machine'])}; {load['model']}", ""),
    ]


def _machine(size: dict) -> str:
    return f"{size['cores']} cores, {size['memory_gb']} GB, {size['busy']:g} processes computing"


def _printed(write: Callable, section: str) -> str:
    """Return the lines that a benchmark's table function prints, and what it was measured with."""
    lines = []
    write(measured(section), lines.append)
    return "\n".join([*lines, "", figures.conditions(measured(section))])
