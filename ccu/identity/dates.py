"""Birth dates and estimated ages, compared."""

from datetime import date
from functools import lru_cache

from ccu.identity.names import MISSING, Weight

# A birth date is one of some 29,000 (80 years of days); two in a hundred of one person's records
# disagree in one of the ways below, and each way makes a few dozen neighbours of a date.
SAME = Weight("same", 12.5, 7.0)
DEFAULT_DAY = Weight("same, 1 January", 6.0, 3.0)  # what is entered when only the year is known
SWAPPED = Weight("day and month swapped", 9.0, 6.0)
ONE_DIGIT = Weight("one digit differs", 5.5, 3.5)
TRANSPOSED = Weight("two digits swapped", 7.0, 4.5)
DECADE = Weight("year differs by ten", 5.0, 2.0)
# A digit of the decade mistyped; or, where a generation lies between, father and son.
OTHER_DECADE = Weight("the decade differs", 3.5, 2.0)
GENERATION = Weight("a generation apart", 3.5, -4.0)
CENTURY = Weight("year differs by a hundred", 6.0, 3.0)
NEAR = Weight("within a month", 3.0, 2.0)
YEAR_OFF = Weight("only the year differs", 2.5, 0.0)
SAME_MONTH = Weight("same year and month", 3.0, 1.5)
SAME_YEAR_DAY = Weight("same year and day", 2.5, 1.5)
TWO_DIGITS = Weight("two digits differ", 1.5, 0.5)
# Namesakes under one roof are a generation apart, so a near date speaks for no relative.
ABOUT = Weight("about a year apart", -1.5, 0.0)
ABOUT_TEN = Weight("about ten years apart", -1.5, -1.0)
SAME_YEAR = Weight("same year", -1.0, -2.0)
DIFFERS = Weight("differs", -6.0, -6.0)


@lru_cache(maxsize=1 << 16)
def compare_dates(a: str, b: str) -> Weight:
    """Two birth dates `YYYY-MM-DD`; the best account of how they differ."""
    if a == b:
        return DEFAULT_DAY if a.endswith("-01-01") else SAME
    year_a, month_a, day_a = a[:4], a[5:7], a[8:10]
    year_b, month_b, day_b = b[:4], b[5:7], b[8:10]
    if year_a == year_b and month_a == day_b and day_a == month_b:
        return SWAPPED
    unlike = [i for i in range(min(len(a), len(b))) if a[i] != b[i]]
    apart = abs(int(year_a) - int(year_b))
    if a[4:] == b[4:] and apart in (10, 100):
        return DECADE if apart == 10 else CENTURY
    if len(unlike) == 2 and a[unlike[0]] == b[unlike[1]] and a[unlike[1]] == b[unlike[0]]:
        return TRANSPOSED
    if len(unlike) == 1:
        return ONE_DIGIT if unlike[0] > 2 else _other_decade(apart)
    return _looser(a, b, len(unlike))


def _other_decade(apart: int) -> Weight:
    return GENERATION if 15 <= apart <= 45 else OTHER_DECADE


def _looser(a: str, b: str, unlike: int) -> Weight:
    same_year, same_month, same_day = a[:4] == b[:4], a[5:7] == b[5:7], a[8:] == b[8:]
    if same_year and same_month:
        return SAME_MONTH
    if abs(_day(a) - _day(b)) <= 31:
        return NEAR
    if same_month and same_day:
        return YEAR_OFF
    if same_year and same_day:
        return SAME_YEAR_DAY
    if unlike == 2:
        return TWO_DIGITS
    if same_year:
        return SAME_YEAR
    apart = abs(_day(a) - _day(b))
    if apart <= 400:
        return ABOUT
    return ABOUT_TEN if abs(apart - 3652) <= 35 else DIFFERS


def _day(text: str) -> int:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return -10_000


def compare_years(a: tuple[int, int], b: tuple[int, int]) -> Weight:
    """Two spans of years of birth: from an estimated age, or one year twice for a birth date."""
    gap = max(a[0], b[0]) - min(a[1], b[1])
    if gap <= 0:
        # An overlap of spans as wide as an estimate is says little; the same one says no more.
        return Weight("age fits", 1.0, 0.0)
    if gap <= 3:
        return Weight("age nearly fits", 0.0, 0.0)
    return Weight("age does not fit", -4.0, -4.0)


def compare_births(
    a_date: str | None,
    a_years: tuple[int, int] | None,
    b_date: str | None,
    b_years: tuple[int, int] | None,
) -> Weight:
    """Birth dates where both are known, else what estimated ages say."""
    if a_date and b_date:
        return compare_dates(a_date, b_date)
    a = _span(a_date, a_years)
    b = _span(b_date, b_years)
    return compare_years(a, b) if a and b else MISSING


def _span(day: str | None, years: tuple[int, int] | None) -> tuple[int, int] | None:
    return (int(day[:4]), int(day[:4])) if day else years
