"""What to say otherwise in a plan: words that do not belong there, by field and item.

A supervisor may approve it anyway.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ccu.plans.form import HEADINGS, said
from ccu.plans.store import FIELDS, Body
from ccu.records import stigmatizing_terms

_UNNAMED = "say they, or this person: a card is read aloud"


@dataclass(frozen=True)
class Finding:
    """One word found: in which field and item, and what to write instead."""

    field: str
    number: int
    word: str  # of our own list, or whose name it is, which is not repeated
    instead: str

    def __str__(self) -> str:
        return f"{HEADINGS[self.field]}, item {self.number}: {self.word}"


def found(
    body: Body, names: stigmatizing_terms.Names, whose_name: str, fields: Sequence[str] = FIELDS
) -> list[Finding]:
    """What to say otherwise in these fields; a name is told as `whose_name`."""
    return [
        finding
        for field in fields
        for number, each in enumerate(body.get(field, []), 1)
        for finding in _in_item(field, number, said(field, each), names, whose_name)
    ]


def _in_item(
    field: str, number: int, text: str, names: stigmatizing_terms.Names, whose_name: str
) -> Iterator[Finding]:
    for word, instead in stigmatizing_terms.words(text):
        yield Finding(field, number, f'"{word}"', instead)
    if field != "contacts" and names.in_text(text):  # a sister has the same name
        yield Finding(field, number, whose_name, _UNNAMED)
