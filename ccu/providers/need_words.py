"""Needs and a directory's own words for them, read from the plain words that people use.

`topics.txt` has what people say by topic; records/synonyms.txt single words, which messages suggest
by too; then come the needs' own labels and the town's words (`ccu codes add need_word`), which
replace what a word meant before. A question in Spanish is put into English first (`spanish.txt`),
and a misspelled word is taken for the one that it resembles.
"""

import re
import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, takewhile
from pathlib import Path
from typing import NamedTuple

from ccu.records import codes

NO_NEED = ("-",)  # the topic of what is no need: its words tell none
BETWEEN = 2  # other words between two words of a phrase
BESIDE = 0.4  # share of the weight of a word of @who, where another word means something
SECOND = 0.6  # share of the needs of a topic after its first, in what people say
NEGATED = 0.4  # share of the weight of what is denied, as `not suicidal`
_NO_SUCH = re.compile(r"\bno (?=(?:thoughts?|plans?|signs?|intent|talk|history)\b)")
_SMALL = frozenset("a an and are be been is of the to was were".split())  # tell no phrase apart
_LONGEST = 4  # words of a phrase in another language
_WORD = re.compile(r"[a-z0-9']+")
# Name -> its words, of the paragraphs of find.txt after the first.
LISTS = dict(
    each.split(":", 1)
    for each in Path(__file__).with_name("find.txt").read_text(encoding="utf-8").split("\n\n")[1:]
)
FILLERS = frozenset(LISTS["fillers"].split())
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
    """Return the words of a text, in lower case and without accents."""
    plain = text.lower().replace("\u2019", "'")
    if not plain.isascii():
        parts = unicodedata.normalize("NFKD", plain)
        plain = "".join(each for each in parts if not unicodedata.combining(each))
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


_NOT = frozenset(map(stem, "not isnt arent wasnt doesnt didnt denies denied denying never".split()))
Stems = tuple[str, ...]


class _Phrase(NamedTuple):
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
        self._lists = _topics()[0]
        self._who = self._lists["@who"] if spoken else set()
        needs = codes.choices(connection, "need")
        words_added = codes.every(connection, "need_word")
        own = [(each.code, each.label) for each in words_added if not each.retired]
        self._by_first, self._known = _index(spoken, (*needs.items(),), (*own,))

    def english(self, text: str, plain: Collection[str] = ()) -> str:
        """Return a question with its Spanish in English and its words spelled as they are here.

        What was Spanish ends with `spanish`. What was spelled otherwise ends with its own words, as
        they could be names. `plain` are more words that are right.
        """
        asked = words(text)
        right = self._known | {stem(each) for each in (*FILLERS, *plain)}
        if translated := _translated(asked, right):
            return f"{' '.join(translated)} spanish"
        slips = {
            word: near
            for word in asked
            if len(word) > 5
            and word.isalpha()
            and stem(word) not in right
            and (near := _nearest(stem(word), self._known))
        }
        return " ".join([*(slips.get(word, word) for word in asked), *slips]) if slips else text

    def urgent(self, text: str) -> bool:
        """Whether a text tells of a risk to life: of the list @911, also where it is denied."""
        stems = [stem(word) for word in words(text) if word not in _SMALL]
        names = self._names(stems)
        return any(
            _places(phrase, stems, names, first, self._between)
            for phrase in self._lists["@911"]
            for first in range(len(stems))
            if stems[first] == phrase[0] or phrase[0] in names[first]
        )

    def meant(self, text: str) -> Meant:
        """Return what a text means.

        A word of several needs counts for each in part, and not at all beside a surer one.
        """
        told = _NO_SUCH.sub("not ", text.lower())
        spoken = [word for word in words(told) if word not in _SMALL]
        found = Meant()
        chosen = [*self._chosen([*map(stem, spoken)])]
        surer = any(not (denied or self._tells_who(phrase)) for phrase, _at, denied in chosen)
        if self._who and not surer:  # people and settings alone, in a text on something else
            rest = {place for place, word in enumerate(spoken) if word not in FILLERS}
            if 2 * len(rest & {place for _phrase, at, _no in chosen for place in at}) < len(rest):
                return found
        elsewhere = any(phrase.needs == NO_NEED for phrase, *_other in chosen)
        for phrase, _at, denied in chosen:
            weak = surer and self._tells_who(phrase)
            if phrase.needs == NO_NEED or (weak and elsewhere):
                continue
            sure = phrase.sure * (BESIDE if weak else 1) * (NEGATED if denied else 1)
            for place, need in enumerate(phrase.needs):
                share = SECOND if self._between and place and phrase.sure == 1 else 1
                found.needs[need] = max(found.needs.get(need, 0), sure * share)
            if phrase.sure == 1 and not denied:
                found.terms += phrase.terms
        return found

    def _tells_who(self, phrase: _Phrase) -> bool:
        return phrase.stems in self._who and not phrase.own

    def _names(self, stems: list[str]) -> list[dict[str, int]]:
        """Return for each place the lists of which a member begins there, with its length."""
        return [
            {
                name: length
                for name, members in self._lists.items()
                for length in (1, 2, 3)
                if at + length <= len(stems) and (*stems[at : at + length],) in members
            }
            for at in range(len(stems))
        ]

    def _chosen(self, stems: list[str]) -> Iterator[tuple[_Phrase, Sequence[int], bool]]:
        """Yield the phrases of a text, where, and if denied; none has a word of another.

        The town's own come first.
        """
        names = self._names(stems)
        fits = [
            (not phrase.own, -len(phrase.stems), at[-1] - at[0], at, phrase)
            for first, each in enumerate(stems)
            for begin in (each, *names[first])
            for phrase in self._by_first.get(begin, ())
            if (at := _places(phrase.stems, stems, names, first, self._between))
        ]
        taken: set[int] = set()
        chosen = []
        for *_order, at, phrase in sorted(fits, key=lambda fit: fit[:4]):
            if not taken & {*at}:
                taken |= {*at}
                chosen.append((phrase, at))
        for phrase, at in chosen:
            before = range(at[0] - 1, max(-1, at[0] - 1 - BETWEEN), -1)
            own = takewhile(lambda place: place not in taken, before)  # not what denies another
            yield phrase, at, any(stems[place] in _NOT for place in own)


@cache
def _index(
    spoken: bool, labels: tuple[tuple[str, str], ...], own: tuple[tuple[str, str], ...]
) -> tuple[dict[str, list[_Phrase]], set[str]]:
    """Return the phrases by their first word, and all of their words."""
    lists, said, terms = _topics()
    single = [
        _Phrase(_key(word), (*meanings,), 1 / len(meanings))
        for word, meanings in codes.synonyms("need").items()
    ]
    found = {each.stems: each for each in reversed([*(said if spoken else ()), *single, *terms])}
    known = dict(labels)
    for code, label in labels:
        for stems in (_key(code), _key(label)):
            found[stems] = _Phrase(stems, (code,))
    for word, label in own:
        meanings = label.split(", ")
        found[_key(word)] = _Phrase(_key(word), (*meanings,), 1 / len(meanings), own=True)
    by_first: dict[str, list[_Phrase]] = defaultdict(list)
    for phrase in found.values():
        needs = tuple(need for need in phrase.needs if need in known)
        if phrase.stems and (needs or phrase.needs == NO_NEED):
            kept = phrase if needs in (phrase.needs, ()) else phrase._replace(needs=needs)
            by_first[phrase.stems[0]].append(kept)
    return by_first, {part for stems in chain(found, *lists.values()) for part in stems}


def _places(
    phrase: Stems, stems: list[str], names: list[dict[str, int]], first: int, between: int
) -> list[int]:
    """Return where the words of a phrase are, from `first` on; empty if one is not there.

    `names` has the lists of which a word begins a member, with the words of that.
    """
    at: list[int] = []
    for number, wanted in enumerate(phrase):
        begin = at[-1] + 1 if number else first
        near = range(begin, min(begin + 1 + between * bool(number), len(stems)))
        place = next((n for n in near if stems[n] == wanted or wanted in names[n]), None)
        if place is None:
            return []
        at += range(place, place + names[place].get(wanted, 1))
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
                meanings, own_words = (*needs.split(),), (*own.split(", "),)
                kept += [_Phrase(_key(each), meanings, 1, own_words) for each in text.split(", ")]
    return lists, said, terms


def _key(text: str) -> Stems:
    """Return the stems of a phrase; the name of a list stays as it is."""
    return tuple(
        each
        for part in text.lower().replace("_", " ").split()
        if part not in _SMALL
        for each in (
            [part if part[0] == "@" else stem(part)]
            if part[0] == "@" or (part.isalpha() and part.isascii())
            else map(stem, words(part))
        )
    )


def _nearest(slip: str, known: Collection[str]) -> str:
    """Return the only known word nearest to a stem of at least 5 letters, with its first; or ``."""
    from jellyfish import damerau_levenshtein_distance as edits

    most = 1 if len(slip) < 9 else 2
    near = [
        (edits(slip, each), each)
        for each in known
        if each[0] == slip[0]
        and abs(len(each) - len(slip)) <= most
        and min(len(each), len(slip)) > 4
    ]
    least = min(near, default=(most + 1, ""))
    return least[1] if least[0] <= most else ""


def _translated(asked: list[str], english: Collection[str]) -> list[str]:
    """Return Spanish words in English, those of spanish.txt; empty if none is Spanish for sure.

    It is not sure of what is, or begins, one of the stems of `english`.
    """
    exact, begins, unsure = _spanish()
    found: list[str] = []
    sure, at = False, 0
    while at < len(asked):
        for length in range(min(_LONGEST, len(asked) - at), 0, -1):
            said = " ".join(asked[at : at + length])
            begin = next((each for each in begins if said.startswith(each)), "")
            if said in exact:
                found += exact[said].split()
                sure = sure or (said not in unsure and stem(said) not in english)
                break
            if begin and length == 1:
                found += begins[begin].split()
                sure = sure or not any(each.startswith(begin) for each in english)
                break
        else:
            found.append(asked[at])
        at += length
    return found if sure else []


@cache
def _spanish() -> tuple[dict[str, str], dict[str, str], set[str]]:
    """Return spanish.txt: words and phrases, beginnings of words, and words of English, too."""
    exact: dict[str, str] = {}
    begins: dict[str, str] = {}
    unsure: set[str] = set()
    for line in Path(__file__).with_name("spanish.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            english, _, all_of_it = line.partition(": ")
            for each in all_of_it.split(", "):
                if each.endswith("*"):
                    begins[each[:-1]] = english.strip("-")
                else:
                    exact[each.rstrip("?")] = english.strip("-")
                    unsure |= {each[:-1]} if each.endswith("?") else set()
    return exact, dict(sorted(begins.items(), reverse=True)), unsure
