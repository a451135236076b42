"""The fields of a record other than its names, compared: birth date, home, phone, email, ZIP, sex.

Home and phone often belong to a household, so they are weak evidence that relatives are one person.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from ccu.identity.names import MISSING, Weight, words

# Words of an address that carry almost no evidence, in all their spellings.
COMMON_WORDS = frozenset(
    """st street ave av avenue rd road dr drive ln lane ct court cir circle pl place blvd boulevard
    ter terrace way hwy highway pkwy parkway cres crescent close cl apt apartment unit suite ste fl
    floor lot flat rear the of and at n s e w north south east west ne nw se sw no number
    usa ct ny nj ma ca tx fl pa oh il mi ga nc va wa az nsw vic qld act tas nt sa
    connecticut""".split()
)
NUMBER_BITS, WORD_BITS, COMMON_BITS = 4.0, 4.0, 0.3
MOST_HOME = 14.0
MOST_WITHOUT_NUMBER = 9.0  # a street, an estate
MOST_TOWN = 0.3  # shared by nearly everybody in one town's file
SAME_POSTCODE = Weight("same", 1.3, 0.0)  # a town has a handful


@dataclass(frozen=True, slots=True)
class Home:
    """An address as words, with the most evidence that all of them together can give."""

    words: tuple[str, ...]
    most: float
    bits: float  # of every word, however many there are


@lru_cache(maxsize=1 << 15)
def read_home(text: str) -> Home:
    """Split a home address into words; in any country, so in any order of its parts."""
    kept = words(text)
    telling = [word for word in kept if word not in COMMON_WORDS]
    numbers = any(word[0].isdigit() for word in telling)
    if numbers and len(telling) > 1:
        most = MOST_HOME
    else:
        most = MOST_TOWN if len(telling) <= 2 else MOST_WITHOUT_NUMBER
    bits = sum(map(_bits, set(kept)))
    return Home(kept, min(most, bits), bits)


def _bits(word: str) -> float:
    if word in COMMON_WORDS:
        return COMMON_BITS
    return NUMBER_BITS if word[0].isdigit() else WORD_BITS


def compare_homes(a: Home | None, b: Home | None) -> Weight:
    """Compare two addresses by the words they share, allowing for typing mistakes."""
    if a is None or b is None or not a.words or not b.words:
        return MISSING
    most = min(a.most, b.most)
    if a.words == b.words:
        return Weight("same", a.most, 0.0)
    shared = _shared(a.words, b.words)
    share = 2 * shared / (a.bits + b.bits)
    if share >= 0.85:
        return Weight("nearly the same", 0.9 * most, 0.0)
    if share >= 0.65:
        return Weight("much alike", 0.7 * most, 0.0)
    if share >= 0.5:
        return Weight("partly alike", 0.4 * most, 0.0)
    # A quarter of all people move between two records, so a different address is weak evidence.
    return Weight("differs", -2.0 if most > MOST_TOWN else -0.5, -0.5)


def _shared(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    """Return the total bits of the words that both have, each word counted once."""
    both = set(a) & set(b)
    shared = sum([_bits(word) for word in both])
    left = [word for word in b if word not in both and len(word) >= 4]
    for word in a:
        if left and word not in both and len(word) >= 4:
            near = next((other for other in left if near_word(word, other)), None)
            if near is not None:
                left.remove(near)
                shared += 0.8 * min(_bits(word), _bits(near))
    return shared


@lru_cache(maxsize=1 << 17)
def near_word(a: str, b: str) -> bool:
    """Return whether one is a typo of the other, for words of four letters or more."""
    if abs(len(a) - len(b)) > 2 or a.isdigit() or b.isdigit():
        return False
    from jellyfish import damerau_levenshtein_distance

    return damerau_levenshtein_distance(a, b) <= (1 if min(len(a), len(b)) < 6 else 2)


def phone_digits(text: str | None) -> str | None:
    """Return the digits of a phone number: ten in North America, without the leading 1."""
    digits = "".join(c for c in text or "" if c.isdigit())
    if len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
    # 0000000000 and similar numbers are entered to get past a form.
    return digits if len(digits) >= 7 and len(set(digits)) > 1 else None


@lru_cache(maxsize=1 << 16)
def compare_phones(a: str, b: str) -> Weight:
    """Compare two phone numbers as digits; one may lack its area code."""
    if a == b:
        return Weight("same", 12.0, 0.5)
    if len(a) != len(b) and (a.endswith(b) or b.endswith(a)):
        return Weight("same but for the area code", 9.0, 0.5)
    from jellyfish import damerau_levenshtein_distance

    if len(a) == len(b) and damerau_levenshtein_distance(a, b) == 1:
        return Weight("one digit differs", 6.0, 0.0)
    return Weight("differs", -1.5, -1.0)


@lru_cache(maxsize=1 << 16)
def compare_emails(a: str, b: str) -> Weight:
    """Compare two emails, folded to lower case."""
    if a == b:
        return Weight("same", 14.0, 5.0)
    from jellyfish import damerau_levenshtein_distance

    edits = damerau_levenshtein_distance(a, b)
    if edits <= max(2, min(len(a), len(b)) // 5):
        return Weight("nearly the same", 12.5, 4.0)
    local = a.split("@")[0]
    if len(local) >= 6 and local == b.split("@")[0]:
        return Weight("same before the @", 6.0, 2.0)
    return Weight("differs", -1.0, -0.5)


def compare_postcodes(a: str, b: str) -> Weight:
    """Compare two ZIP codes, folded; one may be a ZIP+4 and the other five digits."""
    if a == b or (min(len(a), len(b)) >= 5 and (a.startswith(b) or b.startswith(a))):
        return SAME_POSTCODE
    if len(a) == len(b) and (
        sum(x != y for x, y in zip(a, b, strict=True)) == 1 or sorted(a) == sorted(b)
    ):
        return Weight("one digit differs", 0.5, 0.0)
    return Weight("differs", -1.0, -0.5)


def compare_sexes(a: str, b: str) -> Weight:
    """Compare two words for sex; the given names carry most of this evidence already."""
    return Weight("same", 0.2, 0.2) if a == b else Weight("differs", -4.0, -4.0)


# ---- birth dates and estimated ages ----

# There are some 29,000 birth dates (80 years of days); 2% of one person's records disagree in one
# of the ways below, and each way gives a date a few dozen neighbors.
SAME = Weight("same", 12.5, 7.0)
DEFAULT_DAY = Weight("same, January 1", 6.0, 3.0)  # entered if only the year is known
SWAPPED = Weight("day and month swapped", 9.0, 6.0)
ONE_DIGIT = Weight("one digit differs", 5.5, 3.5)
TRANSPOSED = Weight("two digits swapped", 7.0, 4.5)
DECADE = Weight("year differs by ten", 5.0, 2.0)
# A digit of the decade mistyped; or, a generation apart, father and son.
OTHER_DECADE = Weight("the decade differs", 3.5, 2.0)
GENERATION = Weight("a generation apart", 3.5, -4.0)
CENTURY = Weight("year differs by a hundred", 6.0, 3.0)
NEAR = Weight("within a month", 3.0, 2.0)
YEAR_OFF = Weight("only the year differs", 2.5, 0.0)
SAME_MONTH = Weight("same year and month", 3.0, 1.5)
SAME_YEAR_DAY = Weight("same year and day", 2.5, 1.5)
TWO_DIGITS = Weight("two digits differ", 1.5, 0.5)
# Relatives of one name are a generation apart, so a near date is no evidence for relatives.
ABOUT = Weight("about a year apart", -1.5, 0.0)
ABOUT_TEN = Weight("about ten years apart", -1.5, -1.0)
SAME_YEAR = Weight("same year", -1.0, -2.0)
DIFFERS = Weight("differs", -6.0, -6.0)


@lru_cache(maxsize=1 << 16)
def _compare_dates(a: str, b: str) -> Weight:
    """Compare two birth dates `YYYY-MM-DD` by the most likely reason for their difference."""
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
        of_a_decade = GENERATION if 15 <= apart <= 45 else OTHER_DECADE
        return ONE_DIGIT if unlike[0] > 2 else of_a_decade
    return _looser(a, b, len(unlike))


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


def _compare_years(a: tuple[int, int], b: tuple[int, int]) -> Weight:
    """Compare two ranges of birth years, from an estimated age or from a birth date."""
    gap = max(a[0], b[0]) - min(a[1], b[1])
    if gap <= 0:
        # Ranges as wide as an estimate often overlap; two that are equal are no better evidence.
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
    """Compare birth dates where both are known, else estimated ages."""
    if a_date and b_date:
        return _compare_dates(a_date, b_date)
    a = _span(a_date, a_years)
    b = _span(b_date, b_years)
    return _compare_years(a, b) if a and b else MISSING


def _span(day: str | None, years: tuple[int, int] | None) -> tuple[int, int] | None:
    return (int(day[:4]), int(day[:4])) if day else years
