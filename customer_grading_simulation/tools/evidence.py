"""Whether figures of two groups differ by more than chance, in plain statistics."""

from math import atanh, sqrt
from statistics import NormalDist
from typing import NamedTuple

FEWEST = 20  # members of a group; of fewer nothing is said
CONFIDENCE = 0.95  # one difference in twenty is taken for real, and came about by chance
NORMAL = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
# Of a rank correlation, over what it is of that of Pearson: E. C. Fieller, H. O. Hartley and
# E. S. Pearson, "Tests for rank correlation coefficients I", Biometrika 44 (1957), 470-481.
RANK_VARIANCE = 1.06


class Ratio(NamedTuple):
    """A ratio of two sums over the members of a group, such as late invoices of those due.

    An average, or a share of the members, is one whose denominator is 1 for each of them.

    :param count: how many members
    :param x: sum of their numerators
    :param y: sum of their denominators
    :param xx: sum of the squares of the numerators
    :param xy: sum of the products
    :param yy: sum of the squares of the denominators
    """

    count: int
    x: float
    y: float
    xx: float
    xy: float
    yy: float

    @classmethod
    def of(cls, pairs):
        """Return the ratio over members of whom each is ``(numerator, denominator)``.

        >>> Ratio.of([(1, 4), (1, 2), (0, 2)]).value
        0.25
        """
        xs, ys = zip(*pairs, strict=True)
        square, product = (lambda a: sum(i * i for i in a)), sum(x * y for x, y in pairs)
        return cls(len(pairs), sum(xs), sum(ys), square(xs), product, square(ys))

    def __sub__(self, other):
        """Return the ratio over the other members, those of ``other`` left out.

        >>> late = Ratio.of([(1, 4), (1, 2), (0, 2)])
        >>> (late - Ratio.of([(1, 4)])) == Ratio.of([(1, 2), (0, 2)])
        True
        """
        return Ratio(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))

    @property
    def value(self):
        """Return the ratio; ``None`` where there is nothing to divide by."""
        return self.x / self.y if self.y > 0 else None

    @property
    def variance(self):
        """Return the square of the standard error of the ratio.

        It is that of a ratio of two sums, W. G. Cochran, "Sampling Techniques" (3rd ed., 1977),
        section 2.11: invoices of one customer are not so many customers. Of an average it is the
        usual one, the variance over the number.

        >>> Ratio.of([(3, 1), (5, 1), (7, 1)]).variance  # 4 / 3
        1.3333333333333333
        """
        ratio, freedom = self.value, self.count - 1
        if ratio is None or freedom < 1:
            return 0.0
        squares = self.xx - 2 * ratio * self.xy + ratio * ratio * self.yy
        return max(squares, 0.0) * self.count / freedom / (self.y * self.y)


def get_critical_t(freedom):
    """Return how many standard errors a difference needs, with so many degrees of freedom.

    By M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions" (1964), 26.7.5; with 19
    degrees and more it is exact to four digits.

    >>> [round(get_critical_t(freedom), 3) for freedom in (19, 60, 1e9)]
    [2.093, 2.0, 1.96]
    """
    z = NORMAL
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, start=1))


def compare(one, other):
    """Return 1 where the ratio ``one`` is larger beyond chance, -1 where it is smaller.

    It is 0 where the difference is within chance, and ``None`` where a group is too small to
    tell. By B. L. Welch, "The generalization of 'Student's' problem when several different
    population variances are involved", Biometrika 34 (1947), 28-35, with the degrees of freedom of
    F. E. Satterthwaite, Biometrics Bulletin 2 (1946), 110-114: groups may differ in size and spread.

    >>> few, many = Ratio.of([(5, 1)] * 3), Ratio.of([(i % 7, 1) for i in range(140)])
    >>> print(compare(few, many), compare(many, many))
    None 0
    >>> more = Ratio.of([(i % 7 + 1, 1) for i in range(140)])
    >>> compare(more, many), compare(many, more)
    (1, -1)
    """
    if min(one.count, other.count) < FEWEST or None in (one.value, other.value):
        return None
    difference, error = one.value - other.value, one.variance + other.variance
    if not difference:
        return 0
    if error:
        parts = [group.variance**2 / (group.count - 1) for group in (one, other)]
        critical = get_critical_t(error**2 / sum(parts))
        if difference * difference <= critical * critical * error:
            return 0
    return 1 if difference > 0 else -1


def compare_correlations(one, other, count):
    """Return, as :func:`compare`, whether a rank correlation over ``count`` members is larger.

    By R. A. Fisher's transformation. Both are of the same members: what is said to be beyond
    chance here is so all the more, as what they have in common falls out of the difference.

    >>> compare_correlations(0.6, 0.4, 500), compare_correlations(0.42, 0.4, 500)
    (1, 0)
    >>> print(compare_correlations(0.6, None, 500), compare_correlations(0.6, 0.1, 10))
    None None
    """
    if None in (one, other) or count < FEWEST:
        return None
    error = sqrt(2 * RANK_VARIANCE / (count - 3))
    difference = _transform(one) - _transform(other)
    if abs(difference) <= NORMAL * error:
        return 0
    return 1 if difference > 0 else -1


def _transform(correlation):
    return atanh(max(min(correlation, 1 - 1e-12), 1e-12 - 1))
