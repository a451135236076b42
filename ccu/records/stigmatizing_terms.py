"""Words to avoid in text about people: diagnoses, demeaning words, names.

The words are in stigmatizing_terms.toml.
"""

import re
import sqlite3
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ccu.records import person_ids, table

_LISTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_WORDS = {pattern: _LISTS["instead"][advice] for pattern, advice in _LISTS["words"].items()}


LONG_FAMILY = 6  # letters; a family name this long is rarely also a common word
_APOSTROPHES = dict.fromkeys(map(ord, "'\u2018\u2019\u02bc\u0060\u00b4\uff07"))
# Invisible characters whose Unicode category is a letter or a symbol.
_BLANK = dict.fromkeys(map(ord, "\u115f\u1160\u2800\u3164\uffa0"))
_TOKEN = re.compile(r"[^\W\d_]+")


def folded(text: str) -> str:
    """Return the text without invisible characters, its letters without diacritics."""
    seen = "".join(each for each in text if unicodedata.category(each) != "Cf").translate(_BLANK)
    plain = unicodedata.normalize("NFKD", seen)
    return "".join(each for each in plain if unicodedata.category(each) != "Mn")


def words(text: str) -> Iterator[tuple[str, str]]:
    """Return each word of the list in a text, with what to write instead."""
    plain = folded(text).lower()
    for pattern, instead in _WORDS.items():
        spaced = pattern.replace(" ?", r"[\s-]?").replace(" ", r"[\s-]+")
        for match in re.finditer(rf"(?<!\w)(?:{spaced})(?!\w)", plain):
            yield match[0], instead


@dataclass
class Names:
    """Names of people to search for in a text, never to be shown."""

    _single: set[str] = field(default_factory=set)
    _long: set[tuple[str, ...]] = field(default_factory=set)
    _pairs: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, called: Iterable[Iterable[str]]) -> "Names":
        """Make them from pairs of given name and family name, either of which may be empty."""
        names = cls()
        for given, family in called:
            own, shared = _tokens(given), _tokens(family)
            names._single |= {word for word in (*own, *shared) if len(word) > 1}
            names._pairs |= {(a, b) for a in own for b in shared}
            for words in (tuple(shared), *((word,) for word in shared)):
                if len("".join(words)) >= LONG_FAMILY:
                    names._long.add(words)
        return names

    def in_text(self, text: str) -> bool:
        """Return whether a text has one: in full in any case and order, or one capitalized name.

        A family name of LONG_FAMILY letters or more counts in any case.
        """
        written = _TOKEN.findall(folded(text.translate(_APOSTROPHES)))
        # Each word, and its base if it may be a genitive or plural; apostrophes are removed before.
        lower = (word.lower() for word in written)
        said = [{each, each.removesuffix("s"), each.removesuffix("es")} for each in lower]
        for at, (word, meant) in enumerate(zip(written, said, strict=True)):
            if word[0].isupper() and meant & self._single:
                return True
            if any(self._follows(said, at, family) for family in self._long):
                return True
            after = at + 1
            if len("".join(written[after : after + 1])) == 1:  # with an initial in between
                after += 1
            if any(self._paired(meant, other) for other in said[after : after + 1]):
                return True
        return False

    def _paired(self, one: set[str], other: set[str]) -> bool:
        return any((a, b) in self._pairs or (b, a) in self._pairs for a in one for b in other)

    @staticmethod
    def _follows(said: list[set[str]], at: int, family: tuple[str, ...]) -> bool:
        here = said[at : at + len(family)]
        return len(here) == len(family) and all(
            word in meant for word, meant in zip(family, here, strict=True)
        )


_CALLED = """
SELECT given_name, family_name FROM person WHERE id IN (SELECT value FROM json_each(:people))
UNION
SELECT given_name, family_name FROM person_alias
WHERE person_id IN (SELECT value FROM json_each(:people))
"""
# A unit and its building, or a building and its units.
_MET = """
SELECT DISTINCT call_person.person_id
FROM place AS here
CROSS JOIN place AS there ON there.city = here.city AND here.building_key <> ''
  AND (there.unit_key = here.building_key
       OR (here.unit_key = here.building_key AND there.building_key = here.building_key))
CROSS JOIN call ON call.place_id = there.id AND call.voided_at IS NULL
CROSS JOIN call_person ON call_person.call_id = call.id
WHERE here.id = :place_id
UNION
SELECT call_person.person_id
FROM call CROSS JOIN call_person ON call_person.call_id = call.id
WHERE call.place_id = :place_id AND call.voided_at IS NULL
"""


def names_of(connection: sqlite3.Connection, people: Collection[int]) -> Names:
    """Return the names of these people, by every record and alias."""
    same = person_ids.same(connection, people)
    return Names.of(table.select(connection, _CALLED, {}, people=same))


def names_met_at(connection: sqlite3.Connection, place_id: int) -> Names:
    """Return the names of everybody who was ever met on a call at a place or its building."""
    return names_of(connection, table.column(connection, _MET, place_id=place_id))


def _tokens(name: str) -> list[str]:
    return _TOKEN.findall(folded(name.translate(_APOSTROPHES)).lower())
