"""The town's settings: name, state, time zone and the parameters of figures.

A setting is declared once, in settings.txt: its default, its line of help, and the check that reads
what somebody types. A stored text that its check refuses (accepted by an older ccu, or damaged)
never stops a command: the default is used, and `ccu check` names the setting. Undeclared rows are
ignored.
"""

import re
import sqlite3
import sys
from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from ccu import dates
from ccu.errors import DatabaseUnusable, InvalidInput
from ccu.records import text_table

if TYPE_CHECKING:
    from ccu.address import Names
    from ccu.dates.days import Direction

Check = Callable[[str, str], str]  # its name and a text -> the stored text, or InvalidInput


class Setting(NamedTuple):
    """One setting; settings.txt tells what each field is."""

    default: str
    help: str
    check: Check
    unread: str | None = None
    on_change: Check | None = None
    is_login: bool = False
    codes: str = ""
    days: "Direction | None" = None

    def read(self, name: str, stored: str) -> str | None:
        """Return the value of a stored text for its readers; None if it cannot be used."""
        if stored == self.default:
            return stored
        try:
            return self.check(name, stored)
        except InvalidInput:
            return None


_NAMES = " UNION ALL ".join(
    f"SELECT '{table}', code, label FROM {table} WHERE NOT retired"  # noqa: S608
    for table in ("town", "street_alias", "common_place")
)


class Settings:
    """The settings of one file, read once; every value has passed its check."""

    def __init__(
        self, stored: Mapping[str, str], connection: sqlite3.Connection | None = None
    ) -> None:
        self._stored = stored
        self._connection = connection

    def __getitem__(self, name: str) -> str:
        setting = DECLARED[name]
        value = setting.read(name, self._stored.get(name, setting.default))
        if value is None:
            return setting.default if setting.unread is None else setting.unread
        return value

    @property
    def town(self) -> str:
        """The town's name as typed, for headings."""
        return self["town"]

    @cached_property
    def names(self) -> "Names":
        """The town and the names that it keeps, for the address reader."""
        from ccu.address import Names

        lists: dict[str, dict[str, str]] = {"town": {}, "street_alias": {}, "common_place": {}}
        if self._connection is not None:
            for table, code, label in self._connection.execute(_NAMES):
                lists[table][code.replace("_", " ")] = label
        return Names(self.town, *lists.values())

    @property
    def zone(self) -> ZoneInfo:
        """The town's time zone; the machine's own is never used. Raises DatabaseUnusable."""
        try:
            return dates.zone(self._stored.get("timezone", ""))
        except InvalidInput:
            raise DatabaseUnusable(
                "the file names no usable time zone; ccu settings timezone America/New_York sets it"
            ) from None

    def number(self, name: str) -> int:
        """Return a setting that is a whole number."""
        return int(self[name])


def load(connection: sqlite3.Connection) -> Settings:
    """All settings."""
    return Settings(stored_texts(connection), connection)


def stored_texts(connection: sqlite3.Connection) -> dict[str, str]:
    """Return name -> text of every row, usable or not."""
    return dict(tuple(row) for row in connection.execute("SELECT name, value FROM setting"))


# ---------------------------------------------------------------- how each is checked


def _text(name: str, value: str) -> str:
    if len(value) > 100 or not value.isprintable():
        raise InvalidInput(f"{name} must be one short line of plain text")
    return value


def _town(name: str, value: str) -> str:
    if not any(letter.isalpha() for letter in value):
        raise InvalidInput(f"{name} must be a name, such as Westport")
    return _text(name, value)


def _state(name: str, value: str) -> str:
    from ccu.address.words import STATES

    code = STATES.get(" ".join(value.upper().rstrip(".").split()))
    if code is None:
        raise InvalidInput(f"{name} must be a US state, such as CT or Connecticut")
    return code


def _zone(name: str, value: str) -> str:
    return str(dates.town_zone(value).key)


def _whole(most: int = 100_000) -> Check:
    def checked_number(name: str, value: str) -> str:
        digits = value.isascii() and value.isdigit() and len(value) <= len(str(most))
        if not (digits and 1 <= int(value) <= most):
            raise InvalidInput(f"{name} must be a whole number from 1 to {most}")
        return str(int(value))

    return checked_number


def _hours(name: str, value: str) -> str:
    number = _whole()
    parts = [number(name, part.strip()) for part in value.split(",")]
    return ",".join(sorted(set(parts), key=int))


def _office_hours(name: str, value: str) -> str:
    from ccu.dates import office_hours

    return office_hours.checked_hours(name, value)


def _holidays(name: str, value: str) -> str:
    from ccu.dates import office_hours

    return office_hours.checked_holidays(name, value)


def _natures(name: str, value: str) -> str:
    codes = [part.strip().lower() for part in value.split(",") if part.strip()]
    if not all(re.fullmatch("[a-z0-9_]{1,40}", code) for code in codes):
        raise InvalidInput(f"{name} must be codes of natures, comma-separated")
    return ",".join(dict.fromkeys(codes))


def _day(name: str, value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat() if value else ""
    except ValueError:
        raise InvalidInput(f"{name} must be a day such as 1/31/2026") from None


# No policy can open Part 2 and care notes: that takes each person's consent.
_BY_POLICY = ("worker", "plan", "connected", "referrals", "follow_ups", "needs")


def _scopes(name: str, value: str) -> str:
    said = {part.strip().lower().replace("-", "_") for part in value.split(",") if part.strip()}
    if not said <= {*_BY_POLICY}:
        raise InvalidInput(f"{name} must be some of {', '.join(_BY_POLICY)}, comma-separated")
    return ",".join(scope for scope in _BY_POLICY if scope in said)


def _account(name: str, value: str) -> str:
    """Check that the account exists: with an unknown one, sudo would lock everybody out."""
    if value and sys.platform != "win32":
        import pwd

        try:
            pwd.getpwnam(value)
        except (KeyError, ValueError):
            raise InvalidInput(
                f"{name} must be an account of this computer, or empty for none"
            ) from None
    return value


def _rate(name: str, value: str) -> str:
    if value and not re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,2})?", value):
        raise InvalidInput(f"{name} must be dollars an hour, such as 62.50, or empty")
    return value


_CHECKS: dict[str, Check] = {
    "text": _text,
    "town": _town,
    "state": _state,
    "zone": _zone,
    "hours": _hours,
    "office_hours": _office_hours,
    "holidays": _holidays,
    "natures": _natures,
    "day": _day,
    "scopes": _scopes,
    "account": _account,
    "rate": _rate,
}


def _declared(given: dict[str, Any]) -> Setting:
    """Return a setting as settings.txt declares it."""
    check, _, most = given["check"].partition(" ")
    return Setting(
        given.get("default", ""),
        given["help"],
        _whole(int(most or 100_000)) if check == "whole" else _CHECKS[check],
        unread=given.get("unread"),
        on_change=_CHECKS[given["on_change"]] if "on_change" in given else None,
        is_login="is_login" in given,
        codes=given.get("codes", ""),
        days=given.get("days"),
    )


DECLARED = {name: _declared(dict(lines)) for name, lines in text_table("settings.txt").items()}
