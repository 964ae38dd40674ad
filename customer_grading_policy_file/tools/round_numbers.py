"""Numbers as people write them."""

from math import floor, log10

# The two leading digits, roundest first.
ROUNDNESS = ((10, 20, 50), (10, 12, 15, 20, 25, 30, 40, 50, 60, 80), range(10, 100))
WHOLE_UNITS = ("count", "days", "months", "years", "points")
STEPS = {
    "months": ((12, 24, 36, 60, 120), (1, 2, 3, 6, 12, 18, 24, 36, 48, 60, 120)),
    "points": (range(0, 10_000, 25), range(0, 10_000, 5), range(10_000)),
}


def get_round_numbers(unit, low, high):
    """Return the numbers from ``low`` to ``high`` that people would write: the roundest, more, all.

    >>> get_round_numbers("amount", 900, 2_000)[:2]
    [[1000, 2000], [1000, 1200, 1500, 2000]]
    >>> get_round_numbers("count", 1, 2)[2], get_round_numbers("months", 10, 20)[1]
    ([1, 2], [12, 18])
    """
    if unit in STEPS:
        levels = STEPS[unit]
    elif high > 0:
        first = floor(log10(low)) if low > 0 else -4
        powers = range(first - 1, floor(log10(high)) + 1)
        levels = [[round(digits * 10.0**p, 4) for p in powers for digits in digits_of]
                  for digits_of in ROUNDNESS]  # fmt: skip
    else:
        levels = [[0]]
    return [
        sorted(
            {
                int(number) if number == int(number) else number
                for number in level
                if low <= number <= high and (unit not in WHOLE_UNITS or number == int(number))
            }
        )
        for level in levels
    ]
