"""How Russian writes numbers and counts things."""

NO_BREAK = "\N{NO-BREAK SPACE}"


def plural(count: int, one: str, few: str, many: str) -> str:
    """Return a count with its noun: 1 запись, 2 записи, 5 записей, 11 записей, 21 запись."""
    noun = many
    if count % 100 not in (11, 12, 13, 14):
        noun = one if count % 10 == 1 else few if count % 10 in (2, 3, 4) else many
    return f"{grouped(count)}{NO_BREAK}{noun}"


def of_many(count: int, one: str, many: str) -> str:
    """Return a count with its noun in the genitive: из 21 записи, из 22 записей."""
    return plural(count, one, many, many)


def grouped(value: int) -> str:
    """Write an integer; Russian separates thousands from five digits on."""
    return f"{value:,}".replace(",", NO_BREAK) if abs(value) >= 10_000 else str(value)


def decimal(value: float, digits: int = 1) -> str:
    """Write a number with a decimal comma."""
    return f"{value:.{digits}f}".replace(".", ",")
