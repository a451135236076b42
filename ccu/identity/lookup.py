"""Keys: short texts stored for a record, so that `find` looks people up by equality.

A letter for the type, a colon, a value:

    n:K0RN OBRN   the sounds of given (under its full name) and family name, in either order
    i:K OBRN      the initial of one and the sound of the other
    w:obrien      one word of a name as spelled       s:OBRN   as it sounds
    g:katherine   a full name that a given name may be short for
    b:1980-03-04  birth date, the smaller of day and month first
    p:5550142     the last seven digits of a phone    e:...    an email
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import product

from ccu.identity.names import (
    PARTICLES,
    Name,
    Part,
    Parts,
    full_names,
    roughly,
    spelling,
    take_apart,
)
from ccu.identity.score import Known, Prepared, judge, prepare

MOST_FULL_NAMES = 4  # full names followed from one nickname
# Particles before a family name that a search may leave out: cruz for de la Cruz.
PREFIXES = (
    *("de", "del", "dela", "delas", "delos", "da", "dos", "la", "las", "le", "los", "della"),
    *("van", "vande", "vanden", "vander", "von", "vonder", "st", "mc", "mac", "o"),
)
HEARD = 0.7  # the share of a field's weight that a forgiven difference keeps in a search


def keys(known: Known) -> frozenset[str]:
    """Return the keys to store for a record; none if nothing is known."""
    record = prepare(known)
    found: set[str] = set(_fixed(record))
    for parts in record.names:
        found.update(_pair_keys(parts.given, parts.family))
        found.update(_initial_keys(parts.given, parts.family))
        found.update(_word_keys(parts.given, parts.family))
    return frozenset(found)


def query_keys(known: Known) -> frozenset[str]:
    """Return the keys to look up for a search; a record with any of them is worth ranking."""
    record = prepare(known)
    found = set(_fixed(record))
    for name in known.names:
        for given, family in readings(name):
            if given.joined and family.joined:
                found.update(_pair_keys(given, family))
                found.update(_pair_keys(family, given))  # heard the other way round
                found.update(_initial_keys(given, family))
            else:
                found.update(_word_keys(given, family))
                found.update(_prefixed_keys(given, family))
    return frozenset(found)


def _prefixed_keys(given: Part, family: Part) -> Iterator[str]:
    for word in (*given.words, *family.words):
        if len(word) > 2:
            yield from (f"w:{prefix}{word}" for prefix in PREFIXES)


def readings(name: Name) -> Iterator[tuple[Part, Part]]:
    """Yield a name as given and family name: words in one field are split at every place."""
    parts = take_apart(Name(*name))
    yield parts.given, parts.family
    if not (parts.given.joined and parts.family.joined):
        heard = parts.given.words or parts.family.words
        for cut in range(1, len(heard)):
            yield _joined(heard[:cut]), _joined(heard[cut:])


def _joined(words: tuple[str, ...]) -> Part:
    return Part("".join(words), words)


def _fixed(record: Prepared) -> Iterator[str]:
    if record.birth_date:
        yield birth_key(record.birth_date)
    if record.phone:
        yield f"p:{record.phone[-7:]}"
    if record.email:
        yield f"e:{record.email}"


def birth_key(day: str) -> str:
    """Return the key of a birth date, the same when day and month are swapped."""
    low, high = sorted((day[5:7], day[8:10]))
    return f"b:{day[:4]}-{low}-{high}"


def _full_names(part: Part) -> list[str]:
    """Return the full names that a given name, or its first word, may be short for."""
    forms = dict.fromkeys((part.words[0], part.joined)) if part.words else {}
    return [head for form in forms for head in sorted(full_names(form))[:MOST_FULL_NAMES]]


def _family_forms(part: Part) -> list[str]:
    return list(dict.fromkeys((part.joined, *(part.words if len(part.words) > 1 else ()))))


def _pair_keys(given: Part, family: Part) -> Iterator[str]:
    if given.joined and family.joined:
        for one, other in product(_full_names(given), _family_forms(family)):
            first, second = sorted((roughly(one), roughly(other)))
            yield f"n:{first} {second}"
        first, second = sorted((roughly(given.joined), roughly(family.joined)))
        yield f"n:{first} {second}"


def _initial_keys(given: Part, family: Part) -> Iterator[str]:
    if given.joined and family.joined:
        yield f"i:{given.joined[0]} {roughly(family.joined)}"
        yield f"i:{family.joined[0]} {roughly(given.joined)}"


def _word_keys(given: Part, family: Part) -> Iterator[str]:
    for part in (given, family):
        for form in _family_forms(part):
            if form:
                yield f"w:{form}"
                yield f"s:{roughly(form)}"
    for head in _full_names(given):
        yield f"g:{head}"


def rank(query: Known, candidate: Known) -> int:
    """Rate how well a record matches a search, 0 to 100; fields not searched do not count."""
    records, bare = [prepare(candidate)], without_particles(candidate)
    if bare is not candidate:
        records.append(prepare(bare))
    return max(_answers(asked, full, record) for record in records for asked, full in _asked(query))


def without_particles(known: Known) -> Known:
    """Return the same with family names as some people ask for them: Cruz of de la Cruz."""
    names = tuple(
        Name(given, " ".join(w for w in family.split() if w.lower() not in PARTICLES) or family)
        for given, family in known.names
    )
    return known if names == known.names else replace(known, names=names)


@lru_cache(maxsize=8)
def _asked(query: Known) -> tuple[tuple[Prepared, dict[str, float]], ...]:
    """Return each reading of a search, with what each field would give if it agreed in full."""
    asked, found = prepare(query), []
    for name in query.names or (Name("", ""),):
        suffix = take_apart(Name(*name)).suffix
        for given, family in readings(name):
            whole = replace(asked, names=(Parts(given, family, suffix),))
            full = {field: weight.alone for field, weight in judge(whole, whole).weights}
            found.append((whole, full))
    return tuple(found)


def _answers(asked: Prepared, full: dict[str, float], record: Prepared) -> int:
    """Return the agreement as a percentage of what full agreement with the search would give.

    Only bits against strangers count, because relatives are no alternative here. A match by
    nickname, by sound or with a typo counts at least `HEARD`.
    """
    got = 0.0
    for field, weight in judge(asked, record).weights:
        most = full.get(field, 0.0)
        got += max(weight.alone, HEARD * most) if weight.alone > 0 else weight.alone
    most = sum(full.values())
    share = min((_share_heard(parts, record) for parts in asked.names), default=1.0)
    return max(0, min(100, round(100 * share * got / most))) if most > 0 else 0


def _share_heard(asked: Parts, record: Prepared) -> float:
    """Return the share of the words of a name in one field that the record has in its names.

    One name may be missing from a record; of one with both, Teresa Soto, little is left for "Teresa
    Reyes".
    """
    if asked.given.joined and asked.family.joined:
        return 1.0
    words = asked.given.words or asked.family.words
    known = {
        w
        for parts in record.names
        for part in (parts.given, parts.family)
        for w in (*part.words, part.joined)
    }
    heard = [any(_is_heard(word, other) for other in known) for word in words]
    if not known or len(heard) < 2:
        return 1.0
    complete = any(parts.given.joined and parts.family.joined for parts in record.names)
    return (sum(heard) / len(heard)) ** (2 if complete else 1)


def _is_heard(word: str, other: str) -> bool:
    if word == other or full_names(word) & full_names(other):
        return True
    if len(word) == 1 or len(other) == 1:
        return word[:1] == other[:1]
    return spelling(word, other) not in ("differs", "a little alike")
