"""Write the generated blocks of the documents: `make docs`. A test compares them.

Figures in the documents stand in these blocks only, made from artifacts/metrics.json and the JSON
files in docs/, so a new measurement needs no edit by hand.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import accuracy_tables
import card_tables
import page_tables
import published
from blocks import names, written

ROOT = Path(__file__).parents[1]
CARD = ROOT / "artifacts" / "encoder" / "README.md"
PAGES = [ROOT / "README.md", ROOT / "README.ru.md", CARD, *sorted((ROOT / "docs").glob("*.md"))]
TABLES: dict[str, Callable[[], str]] = {
    "results": published.results,
    "results-ru": published.russian_results,
    "published": published.published,
    "protocols": accuracy_tables.protocols,
    "encoder": accuracy_tables.encoder_alone,
    "classifiers": accuracy_tables.classifiers,
    "calibration": accuracy_tables.calibration,
    "confident-answers": accuracy_tables.confident_answers,
    "voice-detector": accuracy_tables.voice_detector,
    "enrolment": accuracy_tables.enrolment,
    "cross-corpus": accuracy_tables.cross_corpus,
    "ablation": accuracy_tables.ablation,
    "rooms": accuracy_tables.rooms,
    "adaptation": accuracy_tables.adaptation,
    "labelled": accuracy_tables.labelled,
    "references": accuracy_tables.references,
    "conversations": accuracy_tables.conversations,
    "probe": card_tables.probe,
    "encoders": card_tables.encoders,
    "groups": card_tables.groups,
    "speed": page_tables.speed_of_analysis,
    "start": page_tables.start,
    "gpu": page_tables.gpu,
    "speed-of-page": page_tables.speed_of_page,
    "scale": page_tables.scores_of_collections,
    "trust": page_tables.trust,
}


@cache
def made_anew(page: Path) -> str:
    """Return a page with its generated blocks as the measurements have them."""
    return written(page.read_text(), TABLES)


def main() -> None:
    """Write every page whose blocks have changed."""
    for page in PAGES:
        if made_anew(page) != page.read_text():
            page.write_text(made_anew(page))
            print(f"{page.relative_to(ROOT)}: {', '.join(names(page.read_text()))}")


if __name__ == "__main__":
    main()
