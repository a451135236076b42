"""The tables of an export: their columns in order (columns.toml), small cells, types, age bands."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from ccu.people.options import years

AGES = ((17, "0-17"), (24, "18-24"), (34, "25-34"), (44, "35-44"), (54, "45-54"), (64, "55-64"),
        (74, "65-74"), (84, "75-84"), (999, "85+"))  # fmt: skip
SEXES = {"m": "male", "f": "female", "x": "other"}  # as rosters write it; typed ones are words
SEXES |= {word: word for word in SEXES.values()}
COMMON = 11  # calls that a beat or a building needs to be distinguished from others
YES_NO = frozenset({
    *("care", "clinician", "backup_asked", "backup_arrived", "force_used", "injury"),
    *("again", "reached", "closed", "accepted", "received"),
})  # fmt: skip
PSEUDONYMS = ("call", "referral", "follow_up", "person", "place")

_TEXT = Path(__file__).with_name("columns.toml").read_text(encoding="utf-8")
_LISTS = tomllib.loads(_TEXT.replace("{common}", str(COMMON)))
REMOVED: list[str] = _LISTS["removed"]
_SHARED: dict[str, str] = _LISTS["shared"]
# Table -> its columns, each with its meaning; `hour` is written only with --hours.
TABLES: dict[str, dict[str, str]] = {
    table: {name: text or _SHARED[name] for name, text in columns.items()}
    for table, columns in _LISTS["tables"].items()
}
# Table -> the columns that make its cells, in the order in which small cells lose them.
ORDER: dict[str, tuple[str, ...]] = {
    "calls": ("beat", "age_band", "sex", "nature", "day"),
    "referrals": ("age_band", "sex", "need", "day"),
    "follow_ups": ("age_band", "sex", "kind", "day"),
    "people": ("housing", "age_band", "sex"),
}

# The tables of a region's export, where towns are added up. Beside the town and the pseudonym a row
# has these columns alone, in the order in which small cells lose them, and those of KEPT, by which
# figures are counted. So a cell is all that a row tells.
REGION: dict[str, tuple[str, ...]] = {
    "calls": ("arrived", "age_band", "sex", "clinician", "nature", "month"),
    "referrals": ("days_to_accepted", "handoff", "age_band", "sex", "status", "need", "month"),
    "follow_ups": (
        *("days_late", "attempts", "age_band", "sex"),
        *("closed", "reached", "kind", "month"),
    ),
}
KEPT = {"calls": ("care",), "referrals": ("accepted", "received"), "follow_ups": ()}
NUMBERS = frozenset({"attempts", "days_late", "days_to_accepted"})


def of_region(table: str) -> dict[str, str]:
    """Return the columns of a table of a region's export, each with its meaning."""
    meanings = {**TABLES[table], **_LISTS["region"]}
    names = ("town", "person", *reversed(REGION[table]), *KEPT[table])
    return {name: meanings[name] for name in names}


def type_of(column: str) -> str:
    """Return what a column of a region's export holds: text, number or yes/no."""
    return "number" if column in NUMBERS else "yes/no" if column in YES_NO else "text"


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
    age += max(0, years(since, last))
    return next(band for most, band in AGES if age <= most)
