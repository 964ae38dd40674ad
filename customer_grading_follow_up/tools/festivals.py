"""Days of a year that people greet their customers on, and that no field tells."""

from datetime import date

# First day of the Chinese year, month and day: what its almanac gives.
# fmt: off
SPRING_FESTIVALS = {
    2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26),
    2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11), 2033: (1, 31),
    2034: (2, 19), 2035: (2, 8), 2036: (1, 28), 2037: (2, 15), 2038: (2, 4),
    2039: (1, 24), 2040: (2, 12), 2041: (2, 1), 2042: (1, 22), 2043: (2, 10),
    2044: (1, 30), 2045: (2, 17), 2046: (2, 6), 2047: (1, 26), 2048: (2, 14),
    2049: (2, 2), 2050: (1, 23),
}
# fmt: on
# Month and day of those that do not move.
FIXED = {"new_year": (1, 1), "national_day": (10, 1), "christmas": (12, 25)}


def get_festivals(key, year):
    """Return the days of a festival in the years about ``year``: from the one before on, three.

    >>> get_festivals("spring_festival", 2026)
    [datetime.date(2025, 1, 29), datetime.date(2026, 2, 17), datetime.date(2027, 2, 6)]
    >>> get_festivals("christmas", 2026)[0]
    datetime.date(2025, 12, 25)
    """
    years = range(year - 1, year + 2)
    if key in FIXED:
        return [date(one, *FIXED[key]) for one in years]
    return [date(one, *SPRING_FESTIVALS[one]) for one in years if one in SPRING_FESTIVALS]
