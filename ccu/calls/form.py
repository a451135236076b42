"""The values of a call's record from its options and answers. Nothing is written here.

The times are read here, because those without a day are counted from when the call began; so are
the address, the responders and the people.
"""

import re
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ccu import address, dates
from ccu.calls import who_was_there as who
from ccu.calls.options import CallOptions
from ccu.calls.store import OWN_SYSTEM, Responder
from ccu.errors import InvalidInput
from ccu.options import typed_text
from ccu.people.store import Met
from ccu.records import codes
from ccu.session import Session

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


def distinct(option: str, codes: Sequence[str]) -> list[str]:
    """Return the codes of a repeated option, each once. Raises InvalidInput."""
    found = list(dict.fromkeys(codes))
    if option == "danger" and "none" in found and len(found) > 1:
        raise InvalidInput("--danger none can not stand beside another danger")
    return found


class CallForm:
    """Puts options one by one into `values`, which have the names of `NewCall`.

    `choose` finds the codes in the text of a responder or a person: `codes.code` for the command
    line, `codes.chosen` for an answer. `began` is when a call that is amended began.
    """

    choose = staticmethod(codes.code)

    def __init__(self, session: Session, began: str | None = None) -> None:
        self.values: dict[str, Any] = {}
        self._connection = session.db
        self._now = session.now
        self._settings = session.settings
        self._began = began

    def read_all(self, given: CallOptions) -> None:
        """Every option that was given, but for the files. Raises InvalidInput."""
        for option in (field.name for field in fields(CallOptions) if field.name not in FILES):
            value = getattr(given, option)
            if value is not None and value != []:
                self.read(option, value)

    def read_files(self, given: CallOptions) -> None:
        """The files that were given: last, because one may be what is typed now."""
        if given.person_file is not None:
            found = self.people_of_file(given.person_file)
            self.values["people"] = [*self.values.get("people", []), *found]
        if given.note_file is not None:
            text = typed_text.file_text(given.note_file, "--note-file")
            self.values["narrative"] = typed_text.note(text, "--note-file")

    def read(self, option: str, given: Any) -> None:
        """Put an option, or the answer to its question, into `values`. Raises InvalidInput."""
        self.values[field_of(option)] = self._value(option, given)
        if option == "incident":
            self.values["source_system"] = self._settings["cad_system"] or OWN_SYSTEM

    def _value(self, option: str, given: Any) -> Any:
        name = flag(option)
        if option == "when":
            return dates.to_iso(given)
        if option in ("dispatched", "arrived", "cleared"):
            return self._time(given, name)
        if option in MANY:
            return distinct(option, given)
        if option == "address":
            return address.read(given, town=self._settings.town)
        if option == "responder":
            return [self.responder(text, name) for text in given]
        if option == "person":
            return [self.person(text, name) for text in given]
        return None if given == "" else given

    def code(self, table: str, text: str, name: str) -> str:
        """The code of a list that a text names."""
        return self.choose(self._connection, table, text, name)

    # ------------------------------------------------------------ times

    def _time(self, text: str, name: str) -> str:
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

    # ------------------------------------------------------------ who was there

    def responder(self, text: str, name: str) -> Responder:
        """Somebody who responded, as --responder says it."""
        return who.responder(text, name, self.code)

    def person(self, text: str, name: str, names: bool = False) -> Met:
        """Somebody met, as --person says it; with `names` also by name."""
        return who.person(text, name, self.code, dates.from_iso(self._call_began()).date(), names)

    def people_of_file(self, path: Path) -> list[Met]:
        """The people of --person-file: one a line, names allowed, empty lines passed over."""
        lines = typed_text.file_text(path, "--person-file").split("\n")
        return [
            self.person(text, f"--person-file line {number}", names=True)
            for number, text in enumerate(lines, 1)
            if text.strip()
        ]
