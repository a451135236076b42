"""Score how likely two records are one person, field by field; a person decides.

    >>> one = Known((Name("Katie", "O'Brien"),), birth_date="1980-03-04")
    >>> other = Known((Name("Katherine", "obrien"),), birth_date="1980-04-03")
    >>> compare(one, other).score >= LIKELY
    True

Jellyfish computes string distance and Metaphone; the weights and rules are in this package.

    names   folds and compares names; nicknames, and how common a name is
    fields  compares birth date, home, phone, email, ZIP and sex
    score   adds up and explains
    lookup  the keys that `find` looks up by

Here are all likely pairs of a file, without comparing everyone with everyone. Records are compared
in blocks: those that share a key such as birth date, phone, or the sounds of both names. A block
that is too big is split by a second key, then a third; one that is still too big is left to the
other keys. The work grows with the number of people, not with its square.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, pairwise

from ccu.identity.fields import COMMON_WORDS
from ccu.identity.lookup import birth_key
from ccu.identity.lookup import keys as keys
from ccu.identity.lookup import query_keys as query_keys
from ccu.identity.lookup import rank as rank
from ccu.identity.lookup import without_particles as without_particles
from ccu.identity.names import Name as Name
from ccu.identity.names import full_names, sound
from ccu.identity.names import plain as plain
from ccu.identity.score import LIKELY as LIKELY
from ccu.identity.score import Field as Field
from ccu.identity.score import Judged, Prepared, explain, judge, points, prepare
from ccu.identity.score import Known as Known
from ccu.identity.score import Likeness as Likeness
from ccu.identity.score import compare as compare

MOST = 10  # records in a block before it is split
SAME_HOME = 8.0  # bits: a full address and not only a town
ENOUGH_HOMES = 50  # pairs at one address, before a file is taken to hold no families
FEW_RELATIVES = 0.05

Key = Callable[[Prepared], Iterable[str]]


def pairs(
    records: Iterable[tuple[int, Known]], least: int = LIKELY
) -> list[tuple[int, int, Likeness]]:
    """Return the pairs that score `least` or more, best first: (lower id, higher id, why)."""
    people = [(number, prepare(known)) for number, known in records]
    judged = []
    at_home: Counter[bool] = Counter()
    # Sorted, so that the result does not depend on the order of a set.
    for first, second in sorted(candidates([person for _, person in people])):
        pair = judge(people[first][1], people[second][1])
        if points(pair.alone) >= least:
            judged.append((people[first][0], people[second][0], pair))
        relatives = under_one_roof(pair)
        if relatives is not None:
            at_home[relatives] += 1
    families = holds_families(at_home)
    found = [
        (min(one, other), max(one, other), explain(pair, families)) for one, other, pair in judged
    ]
    return sorted(
        (pair for pair in found if pair[2].score >= least),
        key=lambda pair: (-pair[2].score, pair[0], pair[1]),
    )


def under_one_roof(pair: Judged) -> bool | None:
    """Return whether two with one name and address are clearly two people; None for other pairs."""
    weights = dict(pair.weights)
    given, birth = weights["given name"], weights["birth date"]
    if weights["home"].alone < SAME_HOME or weights["family name"].alone <= 0:
        return None
    if not given.alone or not birth.alone:
        return None
    return given.alone < 0 and birth.alone < 0


def holds_families(at_home: Counter[bool]) -> bool:
    """Return whether the file has relatives, rather than only people entered more than once.

    Twins, and fathers and sons of one name, look like one person entered with a wrong name or
    date. A file with families has far more spouses and siblings, who agree in neither;
    without those there are no twins either, and the household explanation is dropped.
    """
    return at_home.total() < ENOUGH_HOMES or at_home[True] >= at_home.total() * FEW_RELATIVES


def candidates(people: list[Prepared]) -> set[tuple[int, int]]:
    """Return the pairs of positions in the list to compare."""
    found: set[tuple[int, int]] = set()
    for key, *finer in BLOCKS:
        for block in _split(range(len(people)), people, key):
            _gather(block, people, finer, found)
    return found


def _gather(
    block: list[int], people: list[Prepared], finer: list[Key], found: set[tuple[int, int]]
) -> None:
    if len(block) <= MOST:
        found.update(combinations(block, 2))
    elif finer:
        for smaller in _split(block, people, finer[0]):
            _gather(smaller, people, finer[1:], found)


def _split(block: Iterable[int], people: list[Prepared], key: Key) -> list[list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for index in block:
        for value in set(key(people[index])):
            groups[value].append(index)
    return [group for group in groups.values() if len(group) > 1]


def _text_key(read: Callable[[Prepared], str | None]) -> Key:
    """Make a key of one text of a record; a record without that text has no key."""

    def key(person: Prepared) -> tuple[str, ...]:
        text = read(person)
        return (text,) if text else ()

    return key


_birth = _text_key(lambda person: person.birth_date and birth_key(person.birth_date))
_month_day = _text_key(lambda person: person.birth_date and person.birth_date[5:])
_year_month = _text_key(lambda person: person.birth_date and person.birth_date[:7])
_year = _text_key(lambda person: person.birth_date and person.birth_date[:4])
_phone = _text_key(lambda person: person.phone and person.phone[-7:])
_email = _text_key(lambda person: person.email)
_local = _text_key(lambda person: person.email.split("@")[0])
_mail_start = _text_key(lambda person: person.email[:4])
_postcode = _text_key(lambda person: person.postcode)


def _door(person: Prepared) -> Iterator[str]:
    """Return a number of an address with the next word: `12 main`."""
    return (
        f"{one} {other}" for one, other in _beside(person) if one[0].isdigit() or other[0].isdigit()
    )


def _street(person: Prepared) -> Iterator[str]:
    """Return two words of an address: `main norwalk`."""
    return (
        f"{one} {other}"
        for one, other in _beside(person)
        if not one[0].isdigit() and not other[0].isdigit()
    )


def _beside(person: Prepared) -> Iterator[tuple[str, str]]:
    if person.home:
        telling = [word for word in person.home.words if word not in COMMON_WORDS]
        for one, other in pairwise(telling):
            if not (one[0].isdigit() and other[0].isdigit()):
                yield one, other


def _names(person: Prepared) -> Iterator[str]:
    for parts in person.names:
        given, family = parts.given, parts.family
        if given.joined and family.joined:
            for head in full_names(given.words[0]):
                for word in {family.joined, *family.words}:
                    first, second = sorted((sound(head), sound(word)))
                    yield f"{first} {second}"
            first, second = sorted((sound(given.joined), sound(family.joined)))
            yield f"{first} {second}"


def _initials(person: Prepared) -> Iterator[str]:
    """Return the initial of one name and the sound of the other, in either order."""
    for parts in person.names:
        given, family = parts.given, parts.family
        if given.joined and family.joined:
            yield f"{given.joined[0]} {sound(family.joined)}"
            yield f"{family.joined[0]} {sound(given.joined)}"


def _words(person: Prepared) -> Iterator[str]:
    """Return how each word of a name sounds, a given name also by its full names."""
    for parts in person.names:
        for word in (*parts.given.words, *parts.family.words, parts.family.joined):
            if len(word) > 1:
                yield sound(word)
        for word in parts.given.words[:1]:
            for head in full_names(word):
                yield sound(head)


def _starts(person: Prepared) -> Iterator[str]:
    """Return the first three letters of each word of a name."""
    for parts in person.names:
        for word in (*parts.given.words, *parts.family.words):
            yield word[:3]


def _with(one: Key, other: Key) -> Key:
    """Return a key that combines both."""

    def both(person: Prepared) -> Iterator[str]:
        seconds = list(other(person))
        for first in one(person):
            for second in seconds:
                yield f"{first}|{second}"

    return both


# For each block: its key, then the keys that split a block that is too big.
BLOCKS: list[list[Key]] = [
    [_birth, _words, _starts],
    [_phone, _words, _birth],
    [_email, _words, _birth],
    [_local, _words, _year],
    [_with(_words, _mail_start), _year],
    [_with(_year, _mail_start), _words],
    [_door, _words, _year],
    [_with(_street, _words), _starts, _year],
    [_names, _year, _month_day],
    [_names, _postcode, _door],
    [_with(_initials, _year), _month_day],
    [_with(_initials, _month_day)],
    [_with(_initials, _street), _door],
    [_with(_words, _year_month), _starts, _postcode],
    [_with(_words, _month_day), _starts, _postcode],
    [_with(_words, _postcode), _year, _month_day],
    [_with(_words, _with(_year, _postcode)), _month_day],
    [_with(_birth, _postcode)],
]
