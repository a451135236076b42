"""The rows of an export: ids to pseudonyms, ages to bands, rare beats and buildings to nothing."""

import secrets
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from ccu.export import queries
from ccu.export.cells import Row, Rows
from ccu.export.columns import AGES, COMMON, ORDER, PSEUDONYMS, TABLES, YES_NO

SEXES = {"m": "male", "f": "female", "x": "other"}  # a roster's; those typed are words
SEXES |= {word: word for word in SEXES.values()}


def read(
    connection: sqlite3.Connection, names: Sequence[str], first: date, last: date
) -> list[Rows]:
    """The tables asked for, of the days `first` to `last`, still with the file's own ids."""
    start, end = str(first), str(last + timedelta(days=1))
    with queries.snapshot(connection):
        wanted = [*(name for name in TABLES if name != "people" and _is_read(name, names)), "met"]
        found = {name: queries.read(connection, name, start, end) for name in wanted}
        people = {row["id"]: row for row in queries.read(connection, "people", start, end)}
    met = found.pop("met")
    for rows in (*found.values(), met):
        for row in rows:
            known = people.get(row["person"])
            row["person"] = known["canonical_id"] if known else None
    if "people" in names:
        found["people"] = _people(found, met)
    for rows in found.values():
        for row in rows:
            _describe(row, people.get(row["person"]), last)
    _only_common(found.get("calls", []))
    return [Rows(name, found[name], ORDER[name]) for name in TABLES if name in names]


def _is_read(name: str, names: Sequence[str]) -> bool:
    return name in names or "people" in names  # which counts the rows of all


def _people(found: dict[str, list[Row]], met: list[Row]) -> list[Row]:
    """Everybody met as a subject, referred or followed up in the period, once."""
    counts: dict[int, dict[str, int]] = defaultdict(
        lambda: {"calls": 0, "referrals": 0, "follow_ups": 0}
    )
    for _call, person in {(row["call"], row["person"]) for row in met}:
        counts[person]["calls"] += 1
    for name in ("referrals", "follow_ups"):
        for row in found[name]:
            if row["person"] is not None:
                counts[row["person"]][name] += 1
    return [{"person": person, **told} for person, told in counts.items()]


def _describe(row: Row, person: dict[str, Any] | None, last: date) -> None:
    """Add what is said of the person, and put words where the file has 0 and 1."""
    row["age_band"] = _age_band(person, last) if person else ""
    row["sex"] = SEXES.get((person["sex"] or "").lower(), "") if person else ""
    row["housing"] = (person["housing"] or "") if person else ""
    for name in YES_NO & row.keys():
        row[name] = None if row[name] is None else bool(row[name])


def _age_band(person: dict[str, Any], last: date) -> str:
    since, age = person["birth_date"], 0
    if not since:
        since, age = person["age_estimated_on"], person["age_estimate"]
    if not since or age is None:
        return AGES[0][1] if person["minor"] else ""
    day = date.fromisoformat(since)
    age += max(0, last.year - day.year - ((last.month, last.day) < (day.month, day.day)))
    return next(band for most, band in AGES if age <= most)


def _only_common(calls: list[Row]) -> None:
    """A beat is what somebody typed, and a building is an address: only what many calls share."""
    for name in ("beat", "place"):
        counts = Counter(row[name] for row in calls)
        for row in calls:
            if counts[row[name]] < COMMON:
                row[name] = ""


def disguise(tables: Sequence[Rows]) -> None:
    """Put pseudonyms in the place of ids, drawn now and kept nowhere; sort by them."""
    drawn: dict[tuple[str, object], str] = {}
    taken: set[str] = set()
    for table in tables:
        for row in table.rows:
            for name in PSEUDONYMS:
                if row.get(name) in (None, ""):
                    continue
                key = name, row[name]
                while key not in drawn:
                    if (word := name[0].upper() + secrets.token_hex(5)) not in taken:
                        drawn[key] = word
                        taken.add(word)
                row[name] = drawn[key]
        table.rows.sort(key=partial(_place_in_file, next(iter(TABLES[table.name]))))


def _place_in_file(pseudonym: str, row: Row) -> tuple[str, str]:
    """By day, and within a day by chance: the order of the ids would tell the hour."""
    return row.get("day") or "", row[pseudonym]
