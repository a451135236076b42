"""What the town decided: its name, state, time zone and the defaults that figures are made with."""

import re
import sqlite3
from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from ccu import dates
from ccu.errors import DatabaseUnusable, InvalidInput, NotFound
from ccu.store import audit


class _Stored(dict[str, str]):
    def __missing__(self, name: str) -> str:
        raise DatabaseUnusable(f"the file has lost the setting {name}; restore a backup")


class Settings:
    """The settings of one file, read once; values are text as stored, with typed readers."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    @property
    def town(self) -> str:
        """The town's name as typed, for headings."""
        return self._values["town"]

    @property
    def zone(self) -> ZoneInfo:
        """The town's time zone; the machine's own is never used."""
        return dates.zone(self._values["timezone"])

    def number(self, name: str) -> int:
        """A setting that is a whole number."""
        return int(self._values[name])


def load(connection: sqlite3.Connection) -> Settings:
    """All settings."""
    found = connection.execute("SELECT name, value FROM setting")
    return Settings(_Stored({row["name"]: row["value"] for row in found}))


def rows(connection: sqlite3.Connection, name: str | None = None) -> list[sqlite3.Row]:
    """name, value, help of every setting in the order of schema.sql, or of one. Raises NotFound."""
    found = connection.execute(
        "SELECT name, value, help FROM setting WHERE name = :name OR :name IS NULL ORDER BY sort",
        {"name": name},
    ).fetchall()
    if not found:
        raise NotFound("no setting of that name; ccu settings lists them")
    return found


def checked(name: str, value: str) -> str:
    """The value as it would be stored. Raises InvalidInput for one that can not be right."""
    return _CHECKS.get(name, _text)(name, value.strip())


def change(connection: sqlite3.Connection, staff_id: int, name: str, value: str) -> str:
    """Set one setting inside the caller's transaction; returns the value as stored.

    Raises NotFound for an unknown name and InvalidInput for a value that can not be right.
    """
    rows(connection, name)
    stored = checked(name, value)
    connection.execute(
        "UPDATE setting SET value = :value WHERE name = :name", {"name": name, "value": stored}
    )
    audit.record(connection, staff_id, "setting", "setting", None, name=name)
    return stored


def _text(name: str, value: str) -> str:
    if len(value) > 100 or not value.isprintable():
        raise InvalidInput(f"{name} must be one short line of plain text")
    return value


def _town(name: str, value: str) -> str:
    if not any(letter.isalpha() for letter in value):
        raise InvalidInput(f"{name} must be a name, such as Westport")
    return _text(name, value)


def _state(name: str, value: str) -> str:
    from ccu.address.words import STATE_CODES

    code = value.upper()
    if code not in STATE_CODES:
        raise InvalidInput(f"{name} must be a two-letter postal code, such as CT")
    return code


def _zone(name: str, value: str) -> str:
    return str(dates.zone(value).key)


def _positive(name: str, value: str) -> str:
    if not (
        value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= 100_000 and len(value) < 7
    ):
        raise InvalidInput(f"{name} must be a whole number from 1 to 100000")
    return str(int(value))


def _hours(name: str, value: str) -> str:
    parts = [_positive(name, part.strip()) for part in value.split(",")]
    return ",".join(sorted(set(parts), key=int))


def _office_hours(name: str, value: str) -> str:
    from ccu import office_hours

    return office_hours.checked_hours(name, value)


def _holidays(name: str, value: str) -> str:
    from ccu import office_hours

    return office_hours.checked_holidays(name, value)


def _natures(name: str, value: str) -> str:
    codes = [part.strip().lower() for part in value.split(",") if part.strip()]
    if not all(re.fullmatch("[a-z0-9_]{1,40}", code) for code in codes):
        raise InvalidInput(f"{name} must be codes of natures, comma-separated")
    return ",".join(dict.fromkeys(codes))


# Part 2 and care notes are never a matter of policy: each person consents, or not.
_BY_POLICY = ("worker", "plan", "connected", "referrals", "follow_ups", "needs")


def _scopes(name: str, value: str) -> str:
    said = {part.strip().lower().replace("-", "_") for part in value.split(",") if part.strip()}
    if not said <= {*_BY_POLICY}:
        raise InvalidInput(f"{name} must be some of {', '.join(_BY_POLICY)}, comma-separated")
    return ",".join(scope for scope in _BY_POLICY if scope in said)


def _rate(name: str, value: str) -> str:
    if value and not re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,2})?", value):
        raise InvalidInput(f"{name} must be dollars an hour, such as 62.50, or empty")
    return value


def _one_of(*words: str) -> Callable[[str, str], str]:
    def checked_word(name: str, value: str) -> str:
        word = value.lower().replace("-", "_").replace(" ", "_")
        if word not in words:
            raise InvalidInput(f"{name} must be {' or '.join(words)}")
        return word

    return checked_word


_CHECKS: dict[str, Callable[[str, str], str]] = {
    "town": _town,
    "state": _state,
    "timezone": _zone,
    "repeat_calls": _positive,
    "repeat_days": _positive,
    "follow_up_hours": _hours,
    "office_hours": _office_hours,
    "holidays": _holidays,
    "stalled_days": _positive,
    "handoff_days": _positive,
    "plan_review_months": _positive,
    "flag_years": _positive,
    "plan_expiry_months": _positive,
    "override_review_days": _positive,
    "civilian_natures": _natures,
    "police_sees": _scopes,
    "rate_scene": _rate,
    "rate_follow_up": _rate,
    "sealed_totals": _one_of("count", "leave_out"),
    "recognise_returning": _one_of("yes", "no"),
}
