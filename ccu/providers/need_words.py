"""Needs and a directory's own words for them, read from the plain words that people use.

`topics.txt` has what people say by topic; records/synonyms.txt single words, which messages suggest
by too; then come the needs' own labels and the town's words (`ccu codes add need_word`), which
replace what a word meant before.
"""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ccu.records import codes

BETWEEN = 2  # other words between two words of a phrase
BESIDE = 0.4  # share of the weight of a word of @who, where another word means something
SECOND = 0.6  # share of the needs of a topic after its first, in what people say
_WORD = re.compile(r"[a-z0-9']+")
_ENDINGS = (
    ("ies", "y", 5),
    ("ing", "", 6),
    ("ed", "", 5),
    ("es", "", 5),
    ("s", "", 4),
    ("e", "", 5),
)
_TWICE = re.compile(r"([bdgmnprt])\1$")


def words(text: str) -> list[str]:
    """Return the words of a text, in lower case."""
    plain = text.lower().replace("\u2019", "'")
    return [word.removesuffix("'s").replace("'", "") for word in _WORD.findall(plain)]


@cache
def stem(word: str) -> str:
    """Return a word without a common ending, so that `evicted` and `evicting` are one."""
    if word == "training":
        return word  # and no train
    for ending, instead, shortest in _ENDINGS:
        if len(word) >= shortest and word.endswith(ending) and not word.endswith("ss"):
            left = word[: -len(ending)] + instead
            return _TWICE.sub(r"\1", left) if ending in ("ing", "ed") and len(left) > 3 else left
    return word


Stems = tuple[str, ...]


@dataclass(frozen=True)
class _Phrase:
    """What a phrase means, and how surely; `own`: the town added it."""

    stems: Stems
    needs: tuple[str, ...]
    sure: float = 1
    terms: tuple[str, ...] = ()  # a directory's words for it
    own: bool = False


@dataclass
class Meant:
    """What a text means: need -> how surely, 1 at most, and a directory's words for it."""

    needs: dict[str, float] = field(default_factory=dict)
    terms: list[str] = field(default_factory=list)


class NeedWords:
    """The words of one file, looked up by phrases of a text, the longest first."""

    def __init__(self, connection: sqlite3.Connection, *, spoken: bool = False) -> None:
        """Read the words: `spoken` for what people say, else for the text of a directory.

        What people say has other words within a phrase, and names the people in it; a directory
        has neither, nor the phrases of people.
        """
        self._between = BETWEEN if spoken else 0
        known = codes.choices(connection, "need")
        self._lists, said, terms = _topics()
        self._who = self._lists["@who"] if spoken else set()
        single = [
            _Phrase(_key(word), (*meanings,), 1 / len(meanings))
            for word, meanings in codes.synonyms("need").items()
        ]
        found = {
            each.stems: each for each in reversed([*(said if spoken else ()), *single, *terms])
        }
        for code, label in known.items():
            for stems in (_key(code), _key(label)):
                found[stems] = _Phrase(stems, (code,))
        for each in codes.every(connection, "need_word"):
            if not each.retired:
                stems, meanings = _key(each.code), each.label.split(", ")
                found[stems] = _Phrase(stems, (*meanings,), 1 / len(meanings), own=True)
        self._by_first: dict[str, list[_Phrase]] = defaultdict(list)
        for phrase in found.values():
            needs = tuple(need for need in phrase.needs if need in known)
            if needs and phrase.stems:
                kept = _Phrase(phrase.stems, needs, phrase.sure, phrase.terms, phrase.own)
                self._by_first[phrase.stems[0]].append(kept)

    def meant(self, text: str) -> Meant:
        """Return what a text means.

        A word of several needs counts for each in part, and not at all beside a surer one.
        """
        stems = [stem(word) for word in words(text)]
        found = Meant()
        chosen = [*self._chosen(stems)]
        surer = any(not self._tells_who(phrase) for phrase in chosen)
        for phrase in chosen:
            sure = phrase.sure * (BESIDE if surer and self._tells_who(phrase) else 1)
            for place, need in enumerate(phrase.needs):
                share = SECOND if self._between and place and phrase.sure == 1 else 1
                found.needs[need] = max(found.needs.get(need, 0), sure * share)
            if sure == 1:
                found.terms += phrase.terms
        return found

    def _tells_who(self, phrase: _Phrase) -> bool:
        return phrase.stems in self._who and not phrase.own

    def _chosen(self, stems: list[str]) -> Iterator[_Phrase]:
        """Yield the phrases of a text, none with a word of another: the town's come first."""
        names = [
            {name for name, members in self._lists.items() if (each,) in members} for each in stems
        ]
        fits = [
            (not phrase.own, -len(at), at[-1] - at[0], at, phrase)
            for first, each in enumerate(stems)
            for begin in (each, *names[first])
            for phrase in self._by_first.get(begin, ())
            if (at := _places(phrase.stems, stems, names, first, self._between))
        ]
        taken: set[int] = set()
        for *_order, at, phrase in sorted(fits, key=lambda fit: fit[:4]):
            if not taken & {*at}:
                taken |= {*at}
                yield phrase


def _places(
    phrase: Stems, stems: list[str], names: list[set[str]], first: int, between: int
) -> list[int]:
    """Return where the words of a phrase are, from `first` on; empty if one is not there."""
    at = [first]
    for wanted in phrase[1:]:
        near = range(at[-1] + 1, min(at[-1] + 2 + between, len(stems)))
        place = next((n for n in near if stems[n] == wanted or wanted in names[n]), None)
        if place is None:
            return []
        at.append(place)
    return at


@cache
def _topics() -> tuple[dict[str, set[Stems]], list[_Phrase], list[_Phrase]]:
    """Return topics.txt: its lists of words by name, what people say, and directories' words."""
    lists: dict[str, set[Stems]] = {}
    said: list[_Phrase] = []
    terms: list[_Phrase] = []
    for line in Path(__file__).with_name("topics.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            name, _, members = line.partition(": ")
            lists[name] = {_key(member) for member in members.split(", ")}
        elif line and not line.startswith("#"):
            needs, own, phrases = line.split(" | ")
            for kept, text in ((said, phrases), (terms, own)):
                kept += [
                    _Phrase(_key(each), (*needs.split(),), terms=(*own.split(", "),))
                    for each in text.split(", ")
                ]
    return lists, said, terms


def _key(text: str) -> Stems:
    """Return the stems of a phrase; the name of a list stays as it is."""
    parts = text.replace("_", " ").split()
    return tuple(
        each for part in parts for each in ([part] if part[0] == "@" else map(stem, words(part)))
    )
