"""Words to avoid in what is written about people: a diagnosis, a demeaning word, a name.

A short list of our own, to catch mistakes.
"""

import re
import sqlite3
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from ccu.records import person_ids, table

_SEEN = "write what is seen or heard, such as: hears voices when tired"
_MOOD = "write what is seen, such as: talks fast and sleeps little, or: stays in bed for days"
_WAYS = "write what is hard and what helps, such as: loud noise is too much"
_USE = "write what is seen, such as: person who drinks; unsteady in the evening"
_PERSON = "write person, and what they do or need"
_LOST = "write what is hard, such as: loses the way after dark"
_HOME = "write person without a home"
# pattern of the word -> what to write instead; a space in it matches a hyphen too
_WORDS = {
    r"schizo\w*|s[ck]h?itzo\w*": _SEEN,
    r"psychotic|psychosis|psychoses": _SEEN,
    r"paranoid|delusional": _SEEN,
    r"bi ?polar|manic depressive|manic": _MOOD,
    r"borderline|personality disorder|narcissist\w*|sociopath\w*|psychopath\w*": _MOOD,
    r"ptsd|adhd|ocd|autis\w+|asperger\w*": _WAYS,
    r"dementia|demented|alzheimer\w*|senile": _LOST,
    r"mentally ill|mental illness|mental (?:case|patient)s?": _SEEN,
    r"edps?|emotionally disturbed": _PERSON,
    r"craz\w+|psychos?|lunatics?|insane|maniacs?|nut ?(?:case|job)s?|retard\w*": _PERSON,
    r"nuts|wh?acko(?:s|es)?": _PERSON,
    r"off (?:(?:his|her|their) )?meds": "write what is seen, such as: has not slept for two nights",
    # no part of a telephone number
    r"(?<![0-9][\s.-])5150(?![\s.-]?[0-9])": "write what was done, such as: was taken to hospital",
    r"hoarders?": "write what is seen, such as: narrow ways between piles of things",
    r"frequent fl[iy]ers?|time ?wasters?|trouble ?makers?": "write how often, and for what",
    r"(?:drug|substance|alcohol) abusers?|addicts?|junk(?:ie|y)s?": _USE,
    r"drugg(?:ie|y)s?|crack ?heads?|alcoholics?|drunks?|winos?|tweakers?": _USE,
    r"drug seekers?": "write what they ask for, such as: asks for something against pain",
    r"vagrants?|bums?|hobos?|homeless guys?": _HOME,
    r"attention seek\w*|manipulative|non ?compliant": _PERSON,
}


def _spaced(pattern: str) -> str:
    return pattern.replace(" ?", r"[\s-]?").replace(" ", r"[\s-]+")


LONG_FAMILY = 6  # letters: so long a family name is rarely another word too
_APOSTROPHES = dict.fromkeys(map(ord, "'\u2018\u2019\u02bc\u0060\u00b4\uff07"))
# They have a letter's or a symbol's category, and nothing is seen of them.
_BLANK = dict.fromkeys(map(ord, "\u115f\u1160\u2800\u3164\uffa0"))
_TOKEN = re.compile(r"[^\W\d_]+")


def folded(text: str) -> str:
    """The text without what is not seen in it, and its letters without their marks."""
    seen = "".join(each for each in text if unicodedata.category(each) != "Cf").translate(_BLANK)
    plain = unicodedata.normalize("NFKD", seen)
    return "".join(each for each in plain if unicodedata.category(each) != "Mn")


def words(text: str) -> Iterator[tuple[str, str]]:
    """Each word of the list found in a text, and what to write instead."""
    plain = folded(text).lower()
    for pattern, instead in _WORDS.items():
        for match in re.finditer(rf"(?<!\w)(?:{_spaced(pattern)})(?!\w)", plain):
            yield match[0], instead


@dataclass
class Names:
    """Names of people, to be found in a text and never to be shown."""

    _single: set[str] = field(default_factory=set)
    _long: set[tuple[str, ...]] = field(default_factory=set)
    _pairs: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, called: Iterable[Iterable[str]]) -> "Names":
        """Of (given name, family name), either of which may be empty."""
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
        """Whether one is named: in full in any case and order, or by one word as a name is written.

        A family name of LONG_FAMILY letters or more in any case.
        """
        written = _TOKEN.findall(folded(text.translate(_APOSTROPHES)))
        said = [_meant(word.lower()) for word in written]
        for at, (word, meant) in enumerate(zip(written, said, strict=True)):
            if word[0].isupper() and meant & self._single:
                return True
            if any(self._follows(said, at, family) for family in self._long):
                return True
            after = at + 1
            if len("".join(written[after : after + 1])) == 1:  # an initial between
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
# A unit and its building; of a building its units too.
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


def _meant(word: str) -> set[str]:
    """The word, and what it is the genitive or plural of; apostrophes are gone already."""
    return {word, word.removesuffix("s"), word.removesuffix("es")}
