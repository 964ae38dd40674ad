"""Numbers as people read them: rounded to the safe side, few digits."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

WAN = 10_000
# A part of a month, or of a year, is so many days of these: less than a whole one.
AGE_DAYS = {"months": 31, "years": 366}
ROUNDINGS = {"near": ROUND_HALF_UP, "down": ROUND_FLOOR, "up": ROUND_CEILING}


def round_figure(value, digits=0, towards="near"):
    """Return ``value`` with at most ``digits`` decimals.

    A value just below a limit must not read as the limit itself, so what is asked to be
    "at least" is rounded down, and what is missing to it up.

    >>> round_figure(9_999_999.6, towards="down"), round_figure(0.4, towards="up")
    (Decimal('9999999'), Decimal('1'))
    >>> round_figure(0.1 + 0.2, 2, "up")
    Decimal('0.30')
    """
    # The shortest text of a float is what a person meant by it.
    exact = Decimal(str(value)).quantize(Decimal("1e-9"), ROUND_HALF_UP)
    return exact.quantize(Decimal(1).scaleb(-digits), ROUNDINGS[towards])


def count_decimals(number):
    """Return how many decimals of a ``Decimal`` are worth showing.

    >>> count_decimals(Decimal("95.50")), count_decimals(Decimal("1E+3"))
    (1, 0)
    """
    return max(-number.normalize().as_tuple().exponent, 0)


def split_wan(value, towards="near"):
    """Return an amount as Chinese readers count it, and whether it is in 万.

    From 10,000 up it is in 万, with two decimals at most.

    >>> split_wan(10_000_000)
    (Decimal('1000.00'), True)
    >>> split_wan(9_999_999, "down")
    (Decimal('999.99'), True)
    >>> split_wan(-9_500.2)
    (Decimal('-9500'), False)
    """
    number = round_figure(value, 0, towards)
    if abs(number) < WAN:
        return number, False
    return round_figure(Decimal(str(value)) / WAN, 2, towards), True


def split_age(value, unit):
    """Return an age as whole months or years and the days beyond them.

    The days are ``None`` where it is no age of whole days: a limit that somebody wrote.

    >>> split_age(3 + 27 / 31, "months"), split_age(40, "years"), split_age(1.5, "months")
    ((3, 27), (40, 0), (1, None))
    >>> split_age(-10 / 31, "months")
    (0, -10)
    """
    days_of_one = AGE_DAYS[unit]
    days = float(value) * days_of_one
    whole = abs(days - round(days)) < 1e-3  # a value has six decimals
    count, rest = divmod(abs(round(days)), days_of_one)
    sign = -1 if days < 0 else 1
    return sign * count, (sign * rest if whole else None)
