"""The table of docs/trust.md, made from the figures that `make fuzz` and `make load` wrote."""

import json
import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
PAGE, FIGURES = DOCS / "trust.md", DOCS / "trust.json"
TABLE = re.compile(r"(<!-- figures -->\n).*?(<!-- end of figures -->)", re.DOTALL)


def rows(figures: dict) -> list[tuple[str, str, str]]:
    """Return what was tried, what came of it and the command, for what has been measured."""
    found = []
    if fuzz := figures.get("fuzz"):
        kinds = len(fuzz["kinds"])
        found += [
            (f"damaged recordings of {kinds} kinds", f"{fuzz['files']:,}", "make fuzz"),
            ("of them answered, explained", f"{fuzz['answered']:,}, {fuzz['explained']:,}", ""),
            ("neither answered nor explained", str(fuzz["neither"]), ""),
            (
                "samples of another recording in an answer",
                f"{fuzz['foreign_samples']} of {fuzz['answered']:,} answers",
                "",
            ),
            ("decoding processes lost", str(fuzz["decoders_lost"]), ""),
            ("longest wait; over 5 s", f"{fuzz['longest_s']} s; {fuzz['over_5_s']}", ""),
            ("on", machine(fuzz["machine"]), ""),
        ]
    if load := figures.get("load"):
        crowd = load["crowd"]
        found += [
            ("people at once, for", f"{load['people']}, {load['minutes']:g} min", "make load"),
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
                "60 requests at the same moment: answered, told to come back",
                f"{crowd['answered']}, {crowd['told_to_come_back']}",
                "",
            ),
            ("recordings on the disk when all had gone", str(load["left_files"]), ""),
            ("on", machine(load["machine"]), ""),
        ]
    return found


def machine(size: dict) -> str:
    """Say how large a machine is, and how much it had to do."""
    return f"{size['cores']} cores, {size['memory_gb']} GB, {size['busy']:g} processes computing"


def table(figures: dict) -> str:
    """Return the table in Markdown."""
    lines = ["| what | figure | command |", "|---|---|---|"]
    lines += [
        f"| {what} | {figure} | {f'`{command}`' if command else ''} |"
        for what, figure, command in rows(figures)
    ]
    return "\n".join(lines) + "\n"


def written(page: str, figures: dict) -> str:
    """Return the page with the table of these figures."""
    return TABLE.sub(lambda found: found[1] + table(figures) + found[2], page)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(), json.loads(FIGURES.read_text())))
