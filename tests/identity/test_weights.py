"""What each difference is worth: two records have the same score in every file and release."""

from dataclasses import replace
from pathlib import Path

import pytest

from ccu.identity import Known, Name, compare

LINES = Path(__file__).with_name("weights.txt").read_text(encoding="utf-8").splitlines()
BOTH = Known(
    (Name("Odile", "Vantongeren"),), phone="203-555-0142", home="12 Main Street, Norfield CT"
)
FIELDS = {
    "given": ["given name"],
    "family": ["family name", "generation"],
    "name": ["given name", "family name"],
    "born": ["birth date"],
    "age": ["birth date"],
    "zip": ["postcode"],
}


def sections() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in LINES:
        if line.startswith("["):
            lines = found[line.strip("[]")] = []
        elif line and not line.startswith("#"):
            lines.append(line)
    return found


def record(field: str, text: str) -> Known:
    match field:
        case "given":
            return replace(BOTH, names=(Name(text, "Vantongeren"),), phone=None)
        case "family":
            return replace(BOTH, names=(Name("Odile", text),), phone=None)
        case "name":
            given, _, family = text.partition("/")
            return replace(BOTH, names=(Name(given, family),), phone=None)
        case "age" if len(text) < 10:
            first, last = map(int, text.split("-"))
            return replace(BOTH, birth_years=(first, last))
        case "born" | "age":
            return replace(BOTH, birth_date=text)
        case "zip":
            return replace(BOTH, postcode=text)
    return replace(BOTH, **{field: text})  # type: ignore[arg-type]


def line(field: str, said: str) -> str:
    pair, _, _ = said.partition(": ")
    one, _, other = pair.partition(" = ")
    shown = {*FIELDS.get(field, [field]), "household"}
    found = compare(record(field, one), record(field, other)).fields
    told = (f"{each.agreement} {each.weight:g}" for each in found if each.name in shown)
    return f"{pair}: {', '.join(told)}".replace("may be a relative", "relatives")


@pytest.mark.parametrize("field", sections())
def test_each_difference_is_worth_what_it_was(field: str) -> None:
    said = sections()[field]
    assert [line(field, each) for each in said] == said


@pytest.mark.parametrize("field", sections())
def test_it_is_worth_the_same_the_other_way_round(field: str) -> None:
    for said in sections()[field]:
        pair, _, worth = said.partition(": ")
        one, _, other = pair.partition(" = ")
        swapped = f"{other} = {one}"
        assert line(field, swapped) == f"{swapped}: {worth}"
