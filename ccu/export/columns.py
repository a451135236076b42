"""The tables of an export, read from tables.toml: their columns, meanings and cells."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

AGES = ((17, "0-17"), (24, "18-24"), (34, "25-34"), (44, "35-44"), (54, "45-54"), (64, "55-64"),
        (74, "65-74"), (84, "75-84"), (999, "85+"))  # fmt: skip
SEXES = {"m": "male", "f": "female", "x": "other"}  # as rosters write it; typed ones are words
SEXES |= {word: word for word in SEXES.values()}
COMMON = 11  # calls that a beat or a building needs to be distinguished from others
NAMES = ("calls", "referrals", "follow_ups", "people")
YES_NO = frozenset({
    *("care", "clinician", "backup_asked", "backup_arrived", "force_used", "injury"),
    *("again", "reached", "closed"),
})  # fmt: skip
PSEUDONYMS = ("call", "referral", "follow_up", "person", "place")

_FILE = Path(__file__).with_name("tables.toml")
_DATA: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))

# Table -> its columns, each with its meaning; `hour` is written only with --hours.
TABLES: dict[str, dict[str, str]] = {
    table: {
        name: (meaning or _DATA["everywhere"][name]).format(common=COMMON)
        for name, meaning in _DATA[table]["columns"].items()
    }
    for table in NAMES
}
# Table -> what makes its cells, in the order in which it is taken from rows in small ones.
ORDER: dict[str, tuple[str, ...]] = {table: tuple(_DATA[table]["cell"]) for table in NAMES}
REMOVED: list[str] = _DATA["removed"]


def of_table(table: str, *, hours: bool) -> dict[str, str]:
    """Return the columns to write for a table, each with its meaning."""
    return {name: text for name, text in TABLES[table].items() if hours or name != "hour"}


def age_band(person: dict[str, Any], last: date) -> str:
    """Return the band of a person's age on the last day; empty when the age is not known."""
    since, age = person["birth_date"], 0
    if not since:
        since, age = person["age_estimated_on"], person["age_estimate"]
    if not since or age is None:
        return AGES[0][1] if person["minor"] else ""
    day = date.fromisoformat(since)
    age += max(0, last.year - day.year - ((last.month, last.day) < (day.month, day.day)))
    return next(band for most, band in AGES if age <= most)
