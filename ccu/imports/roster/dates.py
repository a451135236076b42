"""The dates of a roster: read by the layout's formats, and left out where they mean nothing."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from ccu.imports.roster.notes import Notes

OLDEST = 130  # years
PLAIN = ("%Y-%m-%d", "%Y%m%d")  # what needs no telling


class Dates:
    """Reads days by formats; a text that two of them read differently is refused."""

    def __init__(self, formats: Sequence[str], today: date) -> None:
        self._formats = tuple(formats) or PLAIN
        self._today = today
        self._read = lru_cache(20_000)(self._reading)

    def birth(self, text: str, name: str, line: int, notes: Notes) -> str | None:
        """A birth date as YYYY-MM-DD, or None."""
        return self._noted(text, name, line, notes, True)

    def day(self, text: str, name: str, line: int, notes: Notes) -> str | None:
        """A day that is not in the future as YYYY-MM-DD, or None."""
        return self._noted(text, name, line, notes, False)

    def _noted(self, text: str, name: str, line: int, notes: Notes, birth: bool) -> str | None:
        if not text:
            return None
        found, why = self._read(text, birth)
        if why:
            notes.add(name, why, line)
            return None
        notes.read[name] += 1
        return found

    def _reading(self, text: str, birth: bool) -> tuple[str, str]:
        """(the day, "") or ("", what is wrong)."""
        readings = {}
        for form in self._formats:
            try:
                day = datetime.strptime(text[:40], form).date()
            except ValueError:
                continue
            if "%y" in form and day > self._today:  # 24 is 1924 in a birth date
                day = day.replace(year=day.year - 100)
            readings[day] = form
        if not readings:
            return "", "no format fits"
        if len(readings) > 1:
            return "", "two formats read it differently"
        day = next(iter(readings))
        if day > self._today:
            return "", "in the future"
        if self._today.year - day.year > OLDEST:
            return "", f"more than {OLDEST} years ago"
        return day.isoformat(), ""
