"""Names: fold them, look up how common they are, compare them part by part.

Folding ignores case, accents and punctuation. A shared Smith is weaker evidence than a shared
Przybylski; how common a name is comes from a fixed table and not from the file, so that the score
of two records depends only on these two, and is the same in every file.

A weight has two numbers of bits. `alone` is the evidence against two strangers, `kin` against two
people of one household, who share a family name anyway and almost never a given name. `score` adds
up both and uses the smaller sum.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log2
from pathlib import Path
from typing import Literal, NamedTuple

# Letters that Unicode does not decompose into a plain letter and an accent.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
_APOSTROPHES = re.compile(r"['’‘`´ʻʼ]")
_GAPS = re.compile(r"[\W_]+")


@lru_cache(maxsize=1 << 15)
def words(text: str) -> tuple[str, ...]:
    """Return the folded words of a text: letters and digits only, apostrophes removed."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(c for c in text if not unicodedata.combining(c)).translate(_LETTERS)
    text = _APOSTROPHES.sub("", text.casefold())
    return tuple(_GAPS.sub(" ", text).split())


def plain(text: str) -> str:
    """Return the folded form of a name: `O'Brien`, `O Brien` and `OBRIEN` are all `obrien`."""
    return "".join(words(text))


@lru_cache(maxsize=1 << 15)
def sound(word: str) -> str:
    """Return roughly how a folded word sounds (Metaphone), or the word itself if that is empty."""
    from jellyfish import metaphone

    return metaphone(word) if word.isascii() and not word.isdigit() and metaphone(word) else word


# Spellings that sound the same but not by Metaphone: Schmidt and Shmit, Kristina and Christina.
_HEARD = (("sch", "sh"), ("chr", "kr"), ("dt", "t"))
_VOWEL_FIRST = str.maketrans("AEIOU", "AAAAA")
_REPEATED = re.compile(r"(.)\1+")


@lru_cache(maxsize=1 << 15)
def roughly(word: str) -> str:
    """Return how a folded word sounds to a listener; for lookup, not for scoring."""
    for spelt, heard in _HEARD:
        word = word.replace(spelt, heard)
    code = sound(word)
    if code == word:
        return code
    code = code[0].translate(_VOWEL_FIRST) + code[1:]
    code = code.replace("0", "T").replace("Y", "").replace("H", "")
    return _REPEATED.sub(r"\1", code) or word


# ---------------------------------------------------------------- what is known of names


OTHERS = {"given": 900, "family": 4000}  # for a name in no table: one person in so many has it
TYPED_ALIKE = 0.85  # two records of one person give the very same spelling this often

WhichName = Literal["given", "family"]


def _rules(name: str) -> list[tuple[str, list[str]]]:
    """Yield the rules of a text file: the part before the colon, and the names after it."""
    rules = []
    for line in Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            before, _, names = line.partition(": ")
            rules.append((before, names.split(", ") if names else []))
    return rules


@cache
def nicknames() -> dict[str, list[str]]:
    """Return {full name: its nicknames and other spellings}."""
    return dict(_rules("nicknames.txt"))


@cache
def _full_names() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for full, others in nicknames().items():
        head, *folded = (name.replace("-", "").replace("ñ", "n") for name in (full, *others))
        for name in (head, *folded):
            found.setdefault(name, set()).add(head)
    return {name: frozenset(heads) for name, heads in found.items()}


def full_names(name: str) -> frozenset[str]:
    """Return the full names that a folded given name may be short for, or else the name itself."""
    return _full_names().get(name) or frozenset((name,))


@cache
def shares(which: WhichName) -> dict[str, int]:
    """Return {name: one person in so many has it} of the common given or family names."""
    found: dict[str, int] = {}
    section = ""
    for before, names in _rules("name_shares.txt"):
        if before.startswith("["):
            section = before.strip("[]")
        elif section == which:
            found |= dict.fromkeys(names, int(before))
    return found


@cache
def _bits(which: WhichName) -> dict[str, float]:
    return {name: log2(TYPED_ALIKE * share) for name, share in shares(which).items()}


def name_bits(name: str, which: WhichName) -> float:
    """Return the evidence of two records sharing this name, in bits."""
    return _bits(which).get(name) or log2(TYPED_ALIKE * OTHERS[which])


def is_common(name: str) -> bool:
    """Return whether it is a well-known name as written, so less likely a typo."""
    return name in _bits("given") or name in _bits("family")


# ---------------------------------------------------------------- comparing names


# Small words that belong to the family name after them: O Brien, Mc Donald, De la Cruz.
PARTICLES = frozenset("o mc mac de del della da dos la las le los van von der den st".split())
# `i` and `v` would be initials as often as numbers.
SUFFIXES = {
    "jr": "2", "junior": "2", "ii": "2", "2nd": "2", "sr": "1", "senior": "1", "1st": "1",
    "iii": "3", "3rd": "3", "iv": "4", "4th": "4",
}  # fmt: skip
# Placeholders for an unknown name.
NOT_NAMES = frozenset(
    """unknown unk unkn unidentified anonymous anon refused nofirstname nolastname nofirst nolast
    noname notgiven none na nfn nln fnu lnu nmn male female man woman person subject
    xx xxx test tbd babyboy babygirl""".split()
)


class Name(NamedTuple):
    """One name of a person, as given; either part may be empty."""

    given: str
    family: str


class Weight(NamedTuple):
    """Evidence in bits: against two strangers, and against two people of one household."""

    agreement: str
    alone: float
    kin: float


@dataclass(frozen=True, slots=True)
class Part:
    """A given or a family name, folded."""

    joined: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a name."""

    given: Part
    family: Part
    suffix: str  # "1" senior, "2" junior, "3", "4", or ""


NOTHING = Part("", ())
HARDLY_ALIKE = 0.7  # Jaro-Winkler; below it no typing mistake is worth looking for
MISSING = Weight("missing", 0.0, 0.0)


@lru_cache(maxsize=1 << 15)
def take_apart(name: Name) -> Parts:
    """Fold a name: remove suffixes, join particles, and drop words that are no name."""
    suffix = ""
    parts = []
    for text in name:
        kept = list(words(text))
        while len(kept) > 1 and kept[-1] in SUFFIXES:
            suffix = SUFFIXES[kept.pop()]
        parts.append(_part(tuple(kept)))
    given, family = parts
    return Parts(given, family, suffix)


def is_placeholder(parts: Parts) -> bool:
    """Return whether a name may be a placeholder; with a birth date or age it counts as a name."""
    return parts.family.joined == "doe" and parts.given.joined in ("john", "jane")


def _part(kept: tuple[str, ...]) -> Part:
    joined: list[str] = []
    held = ""
    for place, word in enumerate(kept, start=1):
        if word in PARTICLES and place < len(kept):
            held += word
        else:
            joined.append(held + word)
            held = ""
    whole = "".join(joined)
    if whole in NOT_NAMES or not any(c.isalpha() for c in whole):
        return NOTHING
    return Part(whole, tuple(joined))


@lru_cache(maxsize=1 << 17)
def spelling(a: str, b: str) -> str:
    """Return how two folded words differ, in a phrase; "differs" for two unrelated words."""
    if a == b:
        return "same"
    short, long = sorted((len(a), len(b)))
    if short < 2 or short * 2 < long:
        return "differs"
    from jellyfish import damerau_levenshtein_distance, jaro_winkler_similarity

    likeness = jaro_winkler_similarity(a, b)
    if likeness < HARDLY_ALIKE:
        return "sounds alike" if sound(a) == sound(b) else "differs"
    edits = damerau_levenshtein_distance(a, b)
    if edits == 1 and long >= 3:
        return "one letter differs"
    if sound(a) == sound(b):
        return "sounds alike"
    if short >= 4 and a[:short] == b[:short]:
        return "cut short"
    if edits == 2 and long >= 6:
        return "two letters differ"
    if sorted(a) == sorted(b) and long >= 4:
        return "letters in another order"
    return "a little alike" if likeness >= 0.88 or edits / long <= 0.4 else "differs"


# How much less than the same spelling each is worth, its most, and its bits against relatives:
# mistakes are rarer in one person's records than agreement, and the rarest name has neighbors.
_GIVEN_LESS = {
    "one letter differs": (2.5, 7.0, 4.0),
    "sounds alike": (3.0, 6.0, 4.0),
    "nickname": (2.5, 6.0, 4.5),
    "cut short": (3.0, 6.5, 3.0),
    "letters in another order": (3.0, 6.0, 3.0),
    "two letters differ": (4.0, 5.0, 2.5),
}
_FAMILY_LESS = {
    "one letter differs": (2.5, 8.5, 0.0),
    "sounds alike": (4.0, 6.5, 0.0),
    "cut short": (3.5, 7.0, 0.0),
    "letters in another order": (3.0, 7.0, 0.0),
    "two letters differ": (4.5, 6.0, 0.0),
}
SAME_GIVEN_KIN = 5.0  # about one pair of relatives in 30 shares a given name


@lru_cache(maxsize=1 << 17)
def compare_given(a: str, b: str) -> Weight:
    """Compare two given names of one word."""
    bits = min(name_bits(a, "given"), name_bits(b, "given"))
    how = spelling(a, b)
    if how == "same":
        return Weight("same", bits, SAME_GIVEN_KIN)
    if len(a) == 1 or len(b) == 1:
        if a[0] == b[0]:
            return Weight("same initial", 2.0, 1.0)
        return Weight("differs", -4.0, -5.0)
    if full_names(a) & full_names(b):
        how = "nickname"
    elif is_common(a) and is_common(b) and how != "differs":
        # John and Joan, Eric and Erica: two names people have, not one name mistyped.
        return Weight("another name", -1.0, -6.0)
    return _less(how, bits, _GIVEN_LESS, Weight("differs", -5.0, -7.0))


@lru_cache(maxsize=1 << 17)
def compare_family(a: str, b: str) -> Weight:
    """Compare two family names of one word, or of words run together."""
    bits = min(name_bits(a, "family"), name_bits(b, "family"))
    how = spelling(a, b)
    if how == "same":
        return Weight("same", bits, 0.0)
    if len(a) == 1 or len(b) == 1:
        return Weight("same initial", 1.0, 0.0) if a[0] == b[0] else Weight("differs", -3.0, 0.0)
    if is_common(a) and is_common(b) and how != "differs":
        return Weight("another name", 0.5, 0.0)
    return _less(how, bits, _FAMILY_LESS, Weight("differs", -3.0, 0.0))


def _less(
    how: str, bits: float, less: dict[str, tuple[float, float, float]], differs: Weight
) -> Weight:
    if how == "a little alike":
        return Weight(how, 0.0, differs.kin / 4)
    if how not in less:
        return differs
    lost, most, kin = less[how]
    return Weight(how, max(0.5, min(bits - lost, most)), kin)


def compare_parts(a: Part, b: Part, given: bool) -> Weight:
    """Compare two given or two family names of any number of words."""
    if not a.joined or not b.joined:
        return MISSING
    one = compare_given if given else compare_family
    whole = one(a.joined, b.joined)
    if len(a.words) == len(b.words) == 1:
        return whole
    return max(whole, _by_words(a, b, one, given), key=lambda w: w.alone)


def _by_words(a: Part, b: Part, one: Callable[[str, str], Weight], given: bool) -> Weight:
    """Mary Ann against Mary, M. or Mary Beth; Garcia-Lopez against Garcia or Lopez."""
    first = one(a.words[0], b.words[0])
    if len(a.words) == 1 or len(b.words) == 1:
        single, many = (a, b) if len(a.words) == 1 else (b, a)
        other = max((one(single.words[0], word) for word in many.words[1:]), key=lambda w: w.alone)
        if first.alone >= other.alone:
            named = "middle name missing" if given else "one of two names"
            return _shifted(first, 1.0 if given else 1.5, named)
        return _shifted(other, 2.5, "second name used" if given else "one of two names")
    if set(a.words) == set(b.words):
        return _shifted(max(one(w, w) for w in a.words), 1.0, "same words, another order")
    second = one(a.words[1], b.words[1])
    if second.alone > 0:
        return _shifted(first, 0.5, first.agreement)
    return _shifted(first, 3.0, "another middle name" if given else "one of two names")


def _shifted(weight: Weight, less: float, named: str) -> Weight:
    if weight.alone <= 0:
        return weight
    agreement = named if weight.agreement == "same" else weight.agreement
    return Weight(agreement, max(0.5, weight.alone - less), weight.kin)
