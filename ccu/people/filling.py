"""Somebody typed in who is recorded already: what their record lacks is added to it."""

from collections.abc import Mapping
from typing import Any

from ccu.people import store as people
from ccu.people.form import NAMES, PersonForm
from ccu.people.store import EMPTY, Said
from ccu.session import Session

_AGE = ("age_estimate", "age_estimated_on", "minor")


def fill(session: Session, person_id: int, said: Said) -> str:
    """Give a record what it lacks of what was said, and say so; what it holds stays as it is."""
    with session.work() as work:
        old = people.read(work.connection, person_id)
        new = lacking(old, said)
        form = PersonForm(work.connection, session.today)
        form.said = new
        form.settle(old)
        changed = people.change(work, person_id, new)
        now = people.read(work.connection, person_id)
    done = f"It is person {person_id}; nobody was added."
    if changed:
        words = ", ".join(NAMES[field] for field in NAMES if field in changed)
        others = ", other names" if "aliases" in changed else ""
        done += f" New in the record: {(words + others).removeprefix(', ')}."
    differs = [NAMES[field] for field in NAMES if _differs(field, said, now)]
    if differs:
        done += f" Left as it was: {', '.join(differs)} (ccu person change {person_id})."
    return done


def lacking(old: Mapping[str, Any], said: Said) -> Said:
    """What a record does not say yet. A name beside the one it has is one more they go by."""
    known = {field for field in EMPTY if old[field] not in (None, "")}
    fields = {
        field: value
        for field, value in said.fields.items()
        if field not in known and value not in (None, "")
    }
    aliases = list(said.aliases)
    if known & {"given_name", "family_name"}:
        typed = (said.fields.get("given_name", ""), said.fields.get("family_name", ""))
        fields = {name: value for name, value in fields.items() if not name.endswith("_name")}
        if any(typed) and typed != (old["given_name"], old["family_name"]):
            aliases.insert(0, typed)
    if known & {"birth_date", "age_estimate"}:  # an age guessed anew says less than what is there
        fields = {name: value for name, value in fields.items() if name not in _AGE}
    still_empty = EMPTY.keys() - known - fields.keys()
    missing = {field: why for field, why in said.missing.items() if field in still_empty}
    return Said(fields=fields, aliases=aliases, missing=missing)


def _differs(field: str, said: Said, now: Mapping[str, Any]) -> bool:
    """A name that differs became an alias."""
    value = None if field.endswith("_name") else said.fields.get(field)
    return value not in (None, "") and _bare(value) != _bare(now[field])


def _bare(value: Any) -> str:
    """Letters and digits alone: 203-555-0142 is 2035550142."""
    return "".join(each for each in str(value).casefold() if each.isalnum())
