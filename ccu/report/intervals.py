"""95% intervals. No interval, no claim."""

from math import exp, log, sqrt

Z = 1.959963984540054  # 97.5% of a normal distribution
LEAST = 10  # fewer than this are marked, and no interval is made of fewer people


def wilson(hits: float, of: float) -> tuple[float, float] | tuple[None, None]:
    """Wilson's score interval of a share; none for a share of nothing."""
    if of <= 0:
        return None, None
    share = hits / of
    middle = share + Z * Z / (2 * of)
    spread = Z * sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    whole = 1 + Z * Z / of
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def reduction(
    after: float, before: float, people: int, squares: tuple[float, float, float]
) -> tuple[float, float] | tuple[None, None]:
    """The interval of 1 - after/before, sums over people: the delta method on the log of the ratio.

    `squares` are the sums over people of after x after, before x before, after x before. The
    variance of log(after/before) is n/(n-1) x (aa/after^2 + bb/before^2 - 2 ab/(after x before)):
    people vary, not calls. None when either sum is 0 or people are fewer than LEAST.
    """
    if after <= 0 or before <= 0 or people < LEAST:
        return None, None
    aa, bb, ab = squares
    variance = aa / after**2 + bb / before**2 - 2 * ab / (after * before)
    spread = Z * sqrt(max(0.0, variance * people / (people - 1)))
    middle = log(after / before)
    return 1 - exp(middle + spread), 1 - exp(middle - spread)
