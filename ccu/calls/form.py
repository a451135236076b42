"""Turn a call's options and answers into the values of its record. Nothing is written here.

Times are read here, because a time without a day means the first one after the call began; the
address, the responders and the people too.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ccu import address, dates
from ccu.calls.options import AmendOptions, CallOptions
from ccu.calls.store import OWN_SYSTEM, Responder, supplemented
from ccu.errors import InvalidInput
from ccu.options import typed_text
from ccu.people.store import Met
from ccu.records import codes
from ccu.session import Session
from ccu.work import Work

LONGEST_TEXT = 1_000  # of a description or a reason
LONGEST_CALL = 12  # hours; the most that a time without a day may be after --when

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

NOT_NAMED, NOBODY = ("unknown", "unk", "not known"), ("none", "n/a", "na", "nobody", "no one")
# Words of a description that starts with unknown: unknown male, 40s; UNK W/F.
_UNNAMED = r"(?i:unk(?:nown)?)[ ,]+(?:[a-z]|(?i:[a-z]/[mf]|male|female)\b)"
_BARE_CLOCK = (
    r"\d{1,2}(:\d\d){0,2} ?([ap](\.?m\.?)?)?|\d{4} ?(h|hrs?|hours?)?|\d{3,4} ?[ap](\.?m\.?)?|noon"
)


def flag(option: str) -> str:
    """The option as it is typed."""
    return "--" + option.replace("_", "-").replace("danger", "hazard")


def field_of(option: str) -> str:
    """The field of the record that an option fills."""
    return FIELDS.get(option, option)


def refuse_two_inputs(given: CallOptions) -> None:
    """Raise InvalidInput if both files are to be read from standard input."""
    if str(given.person_file) == str(given.note_file) == "-":
        raise InvalidInput(
            "--person-file and --note-file cannot both be -; name a file for one of them"
        )


def distinct(option: str, codes: Sequence[str]) -> list[str]:
    """Return the codes of a repeated option, each once. Raises InvalidInput."""
    found = list(dict.fromkeys(codes))
    if option == "danger" and "none" in found and len(found) > 1:
        raise InvalidInput("--hazard none cannot be combined with another hazard")
    return found


class CallForm:
    """Reads options one by one into `values`, which have the names of `NewCall`.

    `choose` reads the codes in the text of a responder or a person: `codes.code` for the command
    line, `codes.chosen` for an answer. `began` is when an amended call began.
    """

    choose = staticmethod(codes.code)

    def __init__(self, session: Session, began: str | None = None, asking: bool = False) -> None:
        self.values: dict[str, Any] = {}
        self._asking = asking
        self._session = session
        self._connection = session.db
        self._now = session.now
        self._settings = session.settings
        self._began = began

    def read_all(self, given: CallOptions) -> None:
        """Read every option that was given, except the files. Raises InvalidInput."""
        for option in (field.name for field in fields(CallOptions) if field.name not in FILES):
            value = getattr(given, option)
            if value is not None and value != []:
                self.read(option, value)

    def read_files(self, given: CallOptions) -> None:
        """Read the files that were given; last, because one may be standard input."""
        if given.person_file is not None:
            found = self.people_of_file(given.person_file)
            if self._asking:
                found = [offered(self._session, each) for each in found]
            self.values["people"] = [*self.values.get("people", []), *found]
        if given.note_file is not None:
            text = typed_text.file_text(given.note_file, "--note-file")
            self.values["narrative"] = typed_text.note(text, "--note-file")

    def read(self, option: str, given: Any) -> None:
        """Read an option, or the answer to its question, into `values`. Raises InvalidInput."""
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
            return address.read(given, town=self._settings.names)
        if option == "responder":
            return [self.responder(text, name) for text in given]
        if option == "person":
            return [self.person(text, name) for text in given]
        return None if given == "" else given

    def code(self, table: str, text: str, name: str) -> str:
        """Return the code of a list that a text names."""
        return self.choose(self._connection, table, text, name)

    # ------------------------------------------------------------ times

    def _time(self, text: str, name: str) -> str:
        began = dates.from_iso(self._call_began())
        if not re.fullmatch(_BARE_CLOCK, text.strip().lower()):
            return dates.to_iso(typed_text.moment(self._session, text, name))
        began = began.astimezone(self._now.tzinfo)
        moment = self._first_after(began, text, name)
        if dates.is_after(moment, self._now):
            raise InvalidInput(f"{name} is in the future: the call began at {began:%H:%M}")
        return dates.to_iso(moment)

    def _call_began(self) -> str:
        return str(self.values.get("occurred_at") or self._began or dates.to_iso(self._now))

    def _first_after(self, began: datetime, text: str, name: str) -> datetime:
        """Return the first time of day `text` after the call began: of a call at 22:30 yesterday,
        22:40 is yesterday and 00:10 is today. More than half a day later is a mistake.
        """
        for day in (began.date(), began.date() + timedelta(days=1)):
            moment = dates.parse_moment(f"{day} {text}", self._now, field=name, future=True)
            if not dates.is_after(began, moment):
                break
        if dates.is_after(moment, dates.add_elapsed(began, hours=LONGEST_CALL)):
            raise InvalidInput(f"{name} is before --when; for another day, give its date too")
        return moment

    # ------------------------------------------------------------ who was there

    def responder(self, text: str, name: str) -> Responder:
        """Read AGENCY[+clinician][:STATE][:unit=TEXT][:minutes=N][:REASON with any colons]."""
        who, *rest = text.split(":")
        agency, plus, clinician = who.partition("+")
        if plus and clinician.strip().lower() != "clinician":
            raise InvalidInput(f"{name}: after the agency only +clinician is allowed")
        found: dict[str, Any] = {
            "agency": self.code("agency", agency, name),
            "clinician": bool(plus),
            "state": "arrived",
        }
        if rest:
            found["state"] = self.code("responder_state", rest.pop(0), name)
        while rest and (detail := re.match(r"\s*(unit|minutes)=", rest[0])):
            value = rest.pop(0)[detail.end() :]
            if detail[1] == "minutes":
                found["minutes"] = typed_text.whole_number(value, f"minutes= of {name}", 100_000)
            else:
                found["unit"] = typed_text.line(value, f"unit= of {name}", 60) or ""
        reason = typed_text.line(":".join(rest), f"the reason of {name}", LONGEST_TEXT)
        if reason and found["state"] not in ("cancelled", "unavailable"):
            raise InvalidInput(f"{name}: a reason is allowed only with cancelled or unavailable")
        return Responder(**found, reason=reason)

    def person(self, text: str, name: str, names: bool = False) -> Met:
        """Read [ROLE:]WHO: unknown, described: TEXT, a person's number or, if `names`, a name.

        A birth date, an age or a relation may follow a name. Raises InvalidInput.
        """
        typed = typed_text.line(text, name, LONGEST_TEXT) or ""
        role, colon, rest = typed.partition(":")
        stated = bool(colon) and role.strip().lower() != "described"
        if stated:
            from ccu.people import who  # only here and below, because most calls name nobody

            stated = not who.ends_before_birth(role)
        if not stated:
            role, rest = "subject", typed
        elif who.RELATIONS.get(said := role.strip().lower(), said) not in ("", said):
            role, rest, stated = who.role_of(said), f"{rest.strip()}, {said}", False
        else:
            role = self.code("call_role", role, f"the role in {name}")
        rest = rest.strip()
        if (word := rest.lower().rstrip(".")) in NOT_NAMED:
            return Met(role)
        if word in NOBODY:
            raise InvalidInput(f"{name}: leave it out if there was no one, or write unknown")
        if re.match(_UNNAMED, rest):
            return Met(role, description=rest)
        word, colon, description = (part.strip() for part in rest.partition(":"))
        if colon and word.lower() == "described":
            if not description:
                raise InvalidInput(f"{name}: add a description after described:")
            return Met(role, description=description)
        if rest.isdigit():
            return Met(role, person_id=typed_text.record_id(rest, "person"))
        if not names:
            raise InvalidInput(
                f"{name}: give unknown, described: TEXT or a person's number; put a name in"
                " --person-file, because others on this machine can read command lines"
            )
        return self._named("" if not stated else role, rest, name)

    def _named(self, role: str, text: str, name: str) -> Met:
        """Read a name with what follows it; `role` is empty if none was given."""
        from ccu.people import who

        read = who.read(self._session, text, name)
        if read.relation and not role:
            role = who.role_of(read.relation)
            if not role:
                raise InvalidInput(
                    f"{name}: start with caller:, subject:, victim: or witness: for someone who is"
                    " neither the subject nor family"
                )
        born = read.fields.get("birth_date")
        if born and born > self._call_began()[:10]:
            raise InvalidInput(f"{name}: the birth date is after the call")
        return Met(
            role or "subject",
            given_name=read.given,
            family_name=read.family,
            description=read.relation,
            **read.fields,
        )

    def people_of_file(self, path: Path) -> list[Met]:
        """Read the people of --person-file: one per line, names allowed, empty lines ignored."""
        lines = typed_text.file_text(path, "--person-file").split("\n")
        return [
            self.person(text, f"--person-file line {number}", names=True)
            for number, text in enumerate(lines, 1)
            if text.strip()
        ]


# ---------------------------------------------------------------- an amendment

_MANY_VALUED = (*MANY, "responder", "person")
# What --clear can name: every option of the record that may be empty.
CLEARABLE = (
    *(field.name for field in fields(CallOptions) if field.name not in (*REQUIRED, *FILES)),
    "note",
)


def offered(session: Session, met: Met) -> Met:
    """Show possible matches on file, and ask, before a named person is added."""
    if not (met.given_name or met.family_name):
        return met  # nothing more is loaded for somebody unknown
    from ccu.people import finding

    return finding.of_met(session, met)


class Amendment:
    """The new values of an amendment, read once, and the text added to the narrative (`note`)."""

    def __init__(self, given: AmendOptions, form: CallForm, note: str | None = None) -> None:
        form.read_all(given)
        self._note = note
        self._cleared = [_clearable(text) for text in given.clear or ()]
        self._added: dict[str, list[Any]] = {}
        for option in MANY:
            if codes := getattr(given, f"add_{option}"):
                self._added[field_of(option)] = distinct(option, codes)
        if given.add_responder:
            self._added["responders"] = [
                form.responder(text, "--add-responder") for text in given.add_responder
            ]
        form.read_files(given)
        # People are only added: replacing all of them by naming one more would lose the others.
        self._added["people"] = form.values.pop("people", [])
        self._new = form.values
        for option in self._cleared:
            if field_of(option) in self._new:
                raise InvalidInput(f"{flag(option)}: give a new value or --clear it, not both")
        if not (self._new or self._cleared or any(self._added.values()) or note):
            raise InvalidInput("nothing to change; to see the options: ccu call edit --help")

    def over(self, old: Mapping[str, Any], work: Work) -> dict[str, Any]:
        """Return the complete new value of each field that was given. Raises InvalidInput."""
        new = dict(self._new)
        for option in self._cleared:
            new[field_of(option)] = [] if option in _MANY_VALUED else None
            if option == "incident":
                new["source_system"] = OWN_SYSTEM
        for field, added in self._added.items():
            if added:
                before = new[field] if field in new else _as_values(field, old[field])
                new[field] = [*before, *(each for each in added if each not in before)]
        dangers = new.get("dangers", [])
        if "none" in dangers and len(dangers) > 1:
            if "none" in self._added.get("dangers", []):
                raise InvalidInput(
                    "--add-hazard none: the call has hazards; --hazard none replaces them"
                )
            new["dangers"] = [danger for danger in dangers if danger != "none"]
        if self._note:
            new["narrative"] = supplemented(work, old["narrative"], self._note)
        return new


def added_note(session: Session, given: AmendOptions, edit: bool) -> str:
    """Return what is added to a narrative: asked for, from the editor or from standard input.

    Raises InvalidInput when it is empty, or the narrative is to be replaced or cleared as well.
    """
    if given.note_file is not None or "note" in map(_clearable, given.clear or ()):
        raise InvalidInput("give --add-note alone: --note-file and --clear note replace the note")
    if edit or session.interactive:
        from ccu.options import questions

        text = questions.note(session, None, edit)
    else:
        text = typed_text.note(typed_text.file_text(Path("-"), "--add-note"), "--add-note")
    if text is None:
        raise InvalidInput("the note is empty; nothing was added")
    if edit or session.interactive:
        questions.remember(session, text)
    return text


def _as_values(field: str, recorded: list[Any]) -> list[Any]:
    if field == "responders":
        return [Responder(**each) for each in recorded]
    if field == "people":
        return [Met(each["role"], each["id"]) for each in recorded]
    return recorded


def _clearable(text: str) -> str:
    option = text.strip().lower().removeprefix("--").replace("-", "_")
    option = "danger" if option in ("hazard", "hazards") else option
    if option in REQUIRED:
        raise InvalidInput(f"--clear: a call must have its {option}; give a new one instead")
    if option == FILES[1]:
        option = "note"
    if option not in CLEARABLE:
        names = ", ".join(flag(each).removeprefix("--") for each in CLEARABLE)
        raise InvalidInput(f"--clear: no such field; choose from {names}")
    return option
