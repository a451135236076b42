"""What a row of a roster adds to what is known of somebody: it fills gaps, and erases nothing."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ccu.identity import plain
from ccu.imports.roster.rows import Entry
from ccu.people.form import minor_on, years
from ccu.people.store import Said

NAMES = ("given_name", "family_name")
SIMPLE = ("sex", "phone", "email", "home", "postcode", "language", "housing", "veteran")
NEAR = 1  # years that a guessed age and a told one may lie apart and still agree


def of_new(entry: Entry, today: date) -> Said:
    """All that a row says, for a new record."""
    return merged(entry, {"aliases": []}, today, prefer=False)[0]


def merged(
    entry: Entry, shown: Mapping[str, Any], today: date, *, prefer: bool
) -> tuple[Said, list[str]]:
    """What to write of a row for somebody of whom `shown` is known, and the fields that differ.

    With `prefer` a differing value is written, and a name that was replaced is kept as an alias.
    """
    said, differs = Said(), list[str]()
    for name, value in _stated(entry).items():
        if name in NAMES and _is_alias(entry, shown):
            continue
        known = shown.get(name)
        if known in (None, ""):
            said.fields[name] = value
        elif not _agree(name, known, value):
            differs.append(name)
            if prefer:
                said.fields[name] = value
    _age(entry, shown, said, differs, today, prefer)
    _minor(entry, shown, said, differs, today, prefer)
    had = {_plain_name(each) for each in [_name(shown), *shown["aliases"]]}
    told = [(given, family) for given, family in entry.aliases]
    if prefer and {*NAMES} & {*differs}:
        told.append(_name(shown))
        had.discard(_plain_name(_name(shown)))
    said.aliases = [each for each in dict.fromkeys(told) if _plain_name(each) not in had]
    return said, differs


def _stated(entry: Entry) -> dict[str, Any]:
    found = {
        name: entry.values[name] for name in (*NAMES, "birth_date", *SIMPLE) if name in entry.values
    }
    if "veteran" in found:
        found["veteran"] = bool(found["veteran"])
    return found


def _name(shown: Mapping[str, Any]) -> tuple[str, str]:
    return shown.get("given_name", ""), shown.get("family_name", "")


def _plain_name(name: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(plain(part) for part in name)


def _is_alias(entry: Entry, shown: Mapping[str, Any]) -> bool:
    told = tuple(entry.values.get(name, "") for name in NAMES)
    return _plain_name(told) in {_plain_name(each) for each in shown["aliases"]}


def _agree(name: str, known: Any, value: Any) -> bool:
    if name == "phone":
        return _digits(known) == _digits(value)
    if isinstance(value, str):
        return plain(str(known)) == plain(value)
    return bool(known) == bool(value)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text)).removeprefix("1") or text


def _age(
    entry: Entry,
    shown: Mapping[str, Any],
    said: Said,
    differs: list[str],
    today: date,
    prefer: bool,
) -> None:
    """An age says something only where no birth date is known."""
    age = entry.values.get("age_estimate")
    if age is None:
        return
    told = {"age_estimate": age, "age_estimated_on": today.isoformat()}
    born, guess = shown.get("birth_date"), shown.get("age_estimate")
    if born is None and guess is None:
        said.fields |= told
        return
    now = years(born or shown["age_estimated_on"], today) + (0 if born else guess or 0)
    if abs(now - age) > NEAR:
        differs.append("age_estimate")
        if prefer and born is None:
            said.fields |= told


def _minor(
    entry: Entry,
    shown: Mapping[str, Any],
    said: Said,
    differs: list[str],
    today: date,
    prefer: bool,
) -> None:
    """Whether somebody is under age follows from the birth date where one is known."""
    stated = entry.values.get("minor")
    if "birth_date" in said.fields:
        minor = minor_on(said.fields["birth_date"], None, today)
        if minor != shown.get("minor"):
            said.fields["minor"] = minor
    elif shown.get("birth_date") is None and stated is not None:
        if shown.get("minor") is None:
            said.fields["minor"] = bool(stated)
        elif bool(shown["minor"]) != bool(stated):
            differs.append("minor")
            if prefer:
                said.fields["minor"] = bool(stated)
