"""What is known of names: which nicknames belong to a full name, and how common a name is.

A shared Smith is weaker evidence than a shared Przybylski. How common a name is comes from a fixed
table and not from the file, so that the score of two records depends only on these two: it is the
same in every file and does not change as others are added.
"""

from functools import cache
from math import log2
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parent
OTHERS = {"given": 900, "family": 4000}  # a name in no table: one person in so many has it
TYPED_ALIKE = 0.85  # two records of one person give the very same spelling this often

WhichName = Literal["given", "family"]


def _rules(name: str) -> list[tuple[str, list[str]]]:
    """The rules of a text file: what is before the colon, and the names after it."""
    rules = []
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
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
    """The full names that a folded given name may be short for; itself where none is known."""
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
    """How much it means that two records share this name, in bits."""
    return _bits(which).get(name) or log2(TYPED_ALIKE * OTHERS[which])


def is_common(name: str) -> bool:
    """Whether it is a well-known name as written, so less likely a typing mistake."""
    return name in _bits("given") or name in _bits("family")
