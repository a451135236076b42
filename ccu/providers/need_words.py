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
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from ccu.records import codes

NO_NEED = ("none",)  # topic of words that mean no need
BETWEEN = 2  # other words between two words of a phrase
BESIDE = 0.4  # share of the weight of a word of @who, where another word means something
SECOND = 0.6  # share of the needs of a topic after its first, in what people say
NEGATED = 0.4  # share of the weight of a denied word, as in `not suicidal`
_NO_SUCH = re.compile(r"\bno (?=(?:thoughts?|plans?|signs?|intent|talk|history)\b)")
_SMALL = frozenset("a an and are be been is of the to was were".split())  # ignored in phrases
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
Text = tuple[str, tuple[str, ...], float, tuple[str, ...]]  # a phrase, and what it means


class _Phrase(NamedTuple):
    """What a phrase means and how certainly; `own`: the town added it."""

    stems: Stems
    needs: tuple[str, ...]
    sure: float = 1
    terms: tuple[str, ...] = ()  # a directory's words for it
    own: bool = False


@dataclass
class Meant:
    """The meaning of a text: need -> certainty up to 1, and a directory's words for it."""

    needs: dict[str, float] = field(default_factory=dict)
    terms: list[str] = field(default_factory=list)


class NeedWords:
    """The words of one file, looked up by phrases of a text, the longest first."""

    def __init__(self, connection: sqlite3.Connection, *, spoken: bool = False) -> None:
        """Read the words: `spoken` for what people say, else for the text of a directory.

        In spoken text a phrase may have other words in between and name people; a directory's text
        has neither, nor spoken phrases.
        """
        self._spoken = spoken
        self._between = BETWEEN if spoken else 0
        self._needs = codes.choices(connection, "need")
        added = [
            (text, code, False) for code, label in self._needs.items() for text in (code, label)
        ]
        added += [(*each, True) for each in codes.choices(connection, "need_word").items()]
        self._added = [
            _Phrase(key, (*needs,), 1 / len(needs), own=own)
            for text, meaning, own in added
            if (key := _key(text)) and (needs := meaning.split(", "))
        ]
        self._by_begin: dict[str, dict[str, list[_Phrase]]] = {}  # as asked: few of all are

    def built_in(self) -> list[tuple[str, str]]:
        """Return the words that come with ccu, and their needs; `[partner]` is one of a list.

        Without those that the town gave another meaning.
        """
        topics, own = _topics(), {each.stems for each in self._added}
        members = [
            (member, f"[{name[1:]}]")
            for lists in topics.lists.values()
            for name, some in lists.items()
            for member in some
        ]
        phrases = {
            (re.sub(r"@(\w+)", r"[\1]", text), ", ".join(needs))
            for texts in (*topics.terms.values(), *topics.said.values())
            for text, needs, *_rest in texts
            if {*needs} <= {*self._needs, *NO_NEED} and text != "-" and _key(text) not in own
        }
        return sorted([*phrases, *members])

    def english(self, text: str, plain: Collection[str] = ()) -> str:
        """Return a question with its Spanish in English and its words spelled as they are here.

        Translated text ends with `spanish`. Corrected words are repeated at the end as typed,
        because they could be names. `plain` are further known words.
        """
        asked = words(text)
        right = self._known(*(word[:2] for word in asked)) | {stem(e) for e in (*FILLERS, *plain)}
        if translated := _translated(asked, right):
            return f"{' '.join(translated)} spanish"
        slips = {
            word: near
            for word in asked
            if len(word) > 5
            and word.isalpha()
            and stem(word) not in right
            and (near := _nearest(stem(word), self._known(word[0])))
        }
        return " ".join([*(slips.get(word, word) for word in asked), *slips]) if slips else text

    def urgent(self, text: str) -> bool:
        """Return whether a text mentions a risk to life: the list @911, even if it is denied."""
        stems = [stem(word) for word in words(text) if word not in _SMALL]
        names = self._names(stems)
        return any(
            phrase[0] == begin and _places(phrase, stems, names, first, self._between)
            for first, each in enumerate(stems)
            for begin in (each, *names[first])
            for phrase in _members(begin[:2]).get("@911", ())
        )

    def meant(self, text: str) -> Meant:
        """Return what a text means.

        A word of several needs counts for each in part, and not at all with a more certain one.
        """
        told = _NO_SUCH.sub("not ", text.lower())
        spoken = [word for word in words(told) if word not in _SMALL]
        found = Meant()
        chosen = [*self._chosen([*map(stem, spoken)])]
        surer = any(not (denied or self._tells_who(phrase)) for phrase, _at, denied in chosen)
        if self._spoken and not surer:  # people and settings alone, in a text on something else
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
                share = SECOND if self._spoken and place and phrase.sure == 1 else 1
                found.needs[need] = max(found.needs.get(need, 0), sure * share)
            if phrase.sure == 1 and not denied:
                found.terms += phrase.terms
        return found

    def _tells_who(self, phrase: _Phrase) -> bool:
        who = _members(phrase.stems[0][:2]).get("@who", ()) if self._spoken else ()
        return phrase.stems in who and not phrase.own

    def _names(self, stems: list[str]) -> list[dict[str, int]]:
        """Return for each place the lists of which a member begins there, with its length."""
        return [
            {
                name: length
                for name, members in _members(stems[at][:2]).items()
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
            for phrase in self._beginning(begin)
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
            own = takewhile(lambda place: place not in taken, before)  # no denial of another
            yield phrase, at, any(stems[place] in _NOT for place in own)

    def _beginning(self, first: str) -> Sequence[_Phrase]:
        """Return the phrases with this first stem or list, of which one may replace another."""
        begin = first[:2]
        if begin not in self._by_begin:
            topics = _topics()
            said = topics.said.get(begin, []) if self._spoken else []
            texts = [*said, *topics.terms.get(begin, [])]
            found = {(key := _key(each[0])): _Phrase(key, *each[1:]) for each in reversed(texts)}
            found |= {each.stems: each for each in self._added if each.stems[0][:2] == begin}
            by_first: dict[str, list[_Phrase]] = defaultdict(list)
            for phrase in found.values():
                needs = tuple(need for need in phrase.needs if need in self._needs)
                if phrase.stems and (needs or phrase.needs == NO_NEED):
                    kept = phrase if needs in (phrase.needs, ()) else phrase._replace(needs=needs)
                    by_first[phrase.stems[0]].append(kept)
            self._by_begin[begin] = by_first
        return self._by_begin[begin].get(first, ())

    def _known(self, *begins: str) -> set[str]:
        """Return the known stems with this beginning."""
        found = " ".join(word for word in _topics().words if word.startswith(begins))
        own = {part for each in self._added for part in each.stems if part.startswith(begins)}
        return own | {stem(word) for word in words(found) if word not in _SMALL}


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


class _Topics(NamedTuple):
    """topics.txt and the words of synonyms.txt, in groups by the first two letters.

    A question is of few of them, so that few are put into stems.
    """

    lists: dict[str, dict[str, list[str]]]  # members by the name of the list
    said: dict[str, list[Text]]  # what people say
    terms: dict[str, list[Text]]  # single words, and directories' words
    words: set[str]


@cache
def _topics() -> _Topics:
    topics = _Topics(defaultdict(dict), defaultdict(list), defaultdict(list), set())
    lists, said, terms, _words = topics
    single = codes.synonyms("need")
    for word, meanings in single.items():
        terms[_begin(word)].append((word, (*meanings,), 1 / len(meanings), ()))
    text = Path(__file__).with_name("topics.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    for line in lines:
        if line.startswith("@"):
            name, _, members = line.partition(": ")
            for member in members.split(", "):
                lists[_begin(member)].setdefault(name, []).append(member)
        else:
            needs, own, phrases = line.split(" | ")
            meant = ((*needs.split(),), 1, (*own.split(", "),))
            for kept, texts in ((said, phrases), (terms, own)):
                for each in texts.split(", "):
                    kept[_begin(each)].append((each, *meant))
    apart = "\n".join([*lines, *single]).translate(str.maketrans("_-/,:", "     "))
    return topics._replace(words={*apart.split()})


def _begin(text: str) -> str:
    """Return how the first stem of a phrase begins; no phrase of the files begins with _SMALL."""
    return text[:2].rstrip()


@cache
def _members(begin: str) -> dict[str, set[Stems]]:
    """Return the lists that have members which begin so, by name, and these members."""
    found = _topics().lists.get(begin, {})
    return {name: {_key(member) for member in members} for name, members in found.items()}


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
    """Return the one known word nearest to a stem of 5+ letters, with the same first; or ""."""
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
