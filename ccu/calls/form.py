"""The words of a call's options -> the values of its record. What is wrong is told by the option.

Nothing is written here; codes are looked up, times and the address are read.
"""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ccu import address, dates, typed
from ccu.calls import who_was_there as who
from ccu.calls.options import CallOptions
from ccu.calls.store import OWN_SYSTEM, Responder
from ccu.errors import InvalidInput
from ccu.people.store import Met
from ccu.records import codes
from ccu.records.settings import Settings

LONGEST_ADDRESS = 300  # the address reader reads no further
LONGEST_CALL = 12  # hours; a time without a day is no longer after --when than this

# option -> its field in the record, where the names differ
FIELDS = {
    "when": "occurred_at",
    "dispatched": "dispatched_at",
    "arrived": "arrived_at",
    "cleared": "cleared_at",
    "lead": "lead_agency",
    "responder": "responders",
    "danger": "dangers",
    "intervention": "interventions",
    "disposition": "dispositions",
    "person": "people",
    "person_file": "people",
    "note": "narrative",
    "note_file": "narrative",
}
# option -> its code list
LISTS = {
    "nature": "nature",
    "nature_cleared": "nature",
    "source": "call_source",
    "lead": "agency",
    "crisis_kind": "crisis_kind",
    "danger": "danger",
    "intervention": "intervention",
    "disposition": "disposition",
}
MANY = ("danger", "intervention", "disposition")
FILES = ("person_file", "note_file")
REQUIRED = ("when", "address", "nature")

_BARE_CLOCK = r"\d{1,2}(:\d\d){0,2} ?([ap]\.?m\.?)?|noon"


def flag(option: str) -> str:
    """The option as it is typed."""
    return "--" + option.replace("_", "-")


def field_of(option: str) -> str:
    """The field of the record that an option fills."""
    return FIELDS.get(option, option)


def refuse_two_inputs(given: CallOptions) -> None:
    """Raises InvalidInput when both files are to be read from standard input."""
    if str(given.person_file) == str(given.note_file) == "-":
        raise InvalidInput(
            "--person-file and --note-file can not both be -; name a file for one of them"
        )


class CallForm:
    """Reads options one by one into `values`, which have the names of `NewCall`.

    `choose` finds a code: `codes.code` for the command line, `codes.chosen` for an answer.
    `began` is when a call that is amended began.
    """

    choose = staticmethod(codes.code)

    def __init__(
        self,
        connection: sqlite3.Connection,
        now: datetime,
        settings: Settings,
        began: str | None = None,
    ) -> None:
        self.values: dict[str, Any] = {}
        self._connection = connection
        self._now = now
        self._settings = settings
        self._began = began

    def read_all(self, given: CallOptions) -> None:
        """Every option that was given, but for the files. Raises InvalidInput."""
        for option in (field.name for field in fields(CallOptions) if field.name not in FILES):
            said = getattr(given, option)
            if said is not None and said != []:
                self.read(option, said)

    def read_files(self, given: CallOptions) -> None:
        """The files that were given: last, because one may be what is typed now."""
        if given.person_file is not None:
            found = self.people_of_file(given.person_file)
            self.values["people"] = [*self.values.get("people", []), *found]
        if given.note_file is not None:
            text = typed.file_text(given.note_file, "--note-file")
            self.values["narrative"] = typed.note(text, "--note-file")

    def read(self, option: str, said: Any) -> Any:
        """One option, or the answer to its question, into `values`; returns the value."""
        value = self._value(option, said)
        if value is None and option in REQUIRED:
            raise InvalidInput(f"{flag(option)} is empty")
        self.values[field_of(option)] = value
        if option == "incident":
            self.values["source_system"] = self._settings["cad_system"] or OWN_SYSTEM
        return value

    def _value(self, option: str, said: Any) -> Any:
        name = flag(option)
        if option in ("when", "dispatched", "arrived", "cleared"):
            return self._time(option, said)
        if option in MANY:
            return self.codes(option, said)
        if option in LISTS:
            return self.code(LISTS[option], said, name)
        if option == "address":
            text = typed.line(said, name, LONGEST_ADDRESS)
            return text and address.read(text, town=self._settings.town)
        if option == "responder":
            return [self.responder(text, name) for text in said]
        if option == "person":
            return [self.person(text, name) for text in said]
        if option == "minutes":
            return typed.whole_number(said, name, 100_000)
        return said if isinstance(said, bool) else typed.line(said, name, 60)

    def code(self, table: str, text: str, name: str) -> str:
        """The code of a list that a text names."""
        return self.choose(self._connection, table, text, name)

    # ------------------------------------------------------------ times

    def _time(self, option: str, text: str) -> str:
        name = flag(option)
        if option == "when":
            return dates.to_iso(dates.parse_moment(text, self._now, field=name))
        began = dates.from_iso(self._call_began())
        if not re.fullmatch(_BARE_CLOCK, text.strip().lower()):
            return dates.to_iso(dates.parse_moment(text, self._now, field=name))
        began = began.astimezone(self._now.tzinfo)
        moment = self._first_after(began, text, name)
        if dates.is_after(moment, self._now):
            raise InvalidInput(f"{name} would be in the future, for the call began {began:%H:%M}")
        return dates.to_iso(moment)

    def _call_began(self) -> str:
        return str(self.values.get("occurred_at") or self._began or dates.to_iso(self._now))

    def _first_after(self, began: datetime, text: str, name: str) -> datetime:
        """The first time that a clock showed `text` since the call began: 22:40 of a call at 22:30

        yesterday is yesterday's, 00:10 of it is today's. More than half a day later is a slip.
        """
        for day in (began.date(), began.date() + timedelta(days=1)):
            moment = dates.parse_moment(f"{day} {text}", self._now, field=name, future=True)
            if not dates.is_after(began, moment):
                break
        if dates.is_after(moment, dates.add_elapsed(began, hours=LONGEST_CALL)):
            raise InvalidInput(f"{name} is before --when; if it is not, write its day too")
        return moment

    # ------------------------------------------------------------ lists

    def codes(self, option: str, said: Sequence[str], name: str = "") -> list[str]:
        """The codes of a repeated option; each may hold several with commas between."""
        name = name or flag(option)
        words = [word for text in said for word in text.split(",") if word.strip()]
        if not words:
            raise InvalidInput(f"{name} is empty")
        found = [self.code(LISTS[option], word, name) for word in words]
        found = list(dict.fromkeys(found))
        if option == "danger" and "none" in found and len(found) > 1:
            raise InvalidInput("--danger none can not stand beside another danger")
        return found

    # ------------------------------------------------------------ who was there

    def responder(self, text: str, name: str) -> Responder:
        """Somebody who responded, as --responder says it."""
        return who.responder(text, name, self.code)

    def person(self, text: str, name: str, names: bool = False) -> Met:
        """Somebody met, as --person says it; with `names` also by name."""
        return who.person(text, name, self.code, dates.from_iso(self._call_began()).date(), names)

    def people_of_file(self, path: Path) -> list[Met]:
        """The people of --person-file: one a line, names allowed, empty lines passed over."""
        lines = typed.file_text(path, "--person-file").split("\n")
        return [
            self.person(text, f"--person-file line {number}", names=True)
            for number, text in enumerate(lines, 1)
            if text.strip()
        ]
