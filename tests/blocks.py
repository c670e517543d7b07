"""Generated blocks in Markdown pages: from `<!-- table: NAME -->` to `<!-- end -->`."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

BLOCK = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
DASH = "–"


def names(page: str) -> list[str]:
    """Return the names of a page's blocks, in their order."""
    return [name for _, name, _ in BLOCK.findall(page)]


def written(page: str, tables: Mapping[str, Callable[[], str]]) -> str:
    """Return the page with every block's content made anew by the function of its name."""
    return BLOCK.sub(lambda block: f"{block[1]}{tables[block[2]]()}\n{block[3]}", page)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [f"| {' | '.join(header)} |", "|---" * len(header) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(cells)} |" for cells in rows)])


def percent(fraction: float) -> str:
    """Return a fraction, 0-1, in percent without the sign."""
    return f"{100 * fraction:.1f}"


def with_interval(result: Mapping) -> str:
    """Return UA in percent with its 95 % interval."""
    low, high = result["ci95"]
    return f"{percent(result['ua'])} ({percent(low)}{DASH}{percent(high)})"
