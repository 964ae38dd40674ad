"""The table that a benchmark ends with."""

from typing import NamedTuple


class Row(NamedTuple):
    """One promise: what was measured, against what it may be at most.

    >>> Row("speed", 4, 3.14159, "x", "1.0 s against 0.3 s").holds
    True
    """

    what: str
    bound: float
    measured: float
    unit: str
    details: str

    @property
    def holds(self):
        return self.measured <= self.bound


def format_number(number):
    """Return a number with three digits that count.

    >>> [format_number(n) for n in (0.125, 3.14159, 48.21, 150, 1234.5)]
    ['0.125', '3.14', '48.2', '150', '1,234']
    """
    size = abs(number)
    digits = 0 if isinstance(number, int) or size >= 100 else 1 if size >= 10 else 2
    if 0 < size < 1:
        digits = 3
    return f"{number:,.{digits}f}"


def format_table(rows):
    """Return the rows as text, one a line, in columns."""
    lines = [("what", "measured", "at most", "", "how it came about")]
    for row in rows:
        numbers = [f"{format_number(n)} {row.unit}".rstrip() for n in (row.measured, row.bound)]
        verdict = "holds" if row.holds else "falls short"
        lines.append((row.what, *numbers, verdict, row.details))
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    return "\n".join(
        f"{what:<{widths[0]}}  {measured:>{widths[1]}}  {bound:>{widths[2]}}"
        f"  {verdict:<{widths[3]}}  {details}".rstrip()
        for what, measured, bound, verdict, details in lines
    )
