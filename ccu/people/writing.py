"""Add a person and change one, by options, a file or answers; return what was done."""

from collections.abc import Iterable, Mapping
from typing import Any

from ccu.errors import InvalidInput
from ccu.output import say
from ccu.people import finding as person_finding
from ccu.people import store as people
from ccu.people.form import FULL_AGE, NAMES, PersonForm, ask_changes, ask_new, years
from ccu.people.options import ChangeOptions, PersonOptions
from ccu.people.store import EMPTY, IDENTIFYING, Said
from ccu.session import Session

# A record must say by one of these who is meant; what only describes everybody does not.
_SAYS_WHO = ("given_name", "family_name", "description", "phone", "email")


def add(session: Session, given: PersonOptions, asking: bool) -> str:
    """Add a person, or nobody when it is somebody on file; return what was done.

    Raises InvalidInput, and KeyboardInterrupt when the person stops.
    """
    form = PersonForm(session.db, session.today)
    form.read_options(given)
    if asking and given.file is None:
        ask_new(session.db, form)
    form.settle()
    said = form.said
    if not said.aliases and not any(said.fields.get(field) for field in _SAYS_WHO):
        raise InvalidInput(
            "nothing identifies the person: give a name, a description, a phone or an email"
        )
    chosen = person_finding.existing(session, person_finding.of_said(said)) if asking else None
    if chosen is not None:
        return _fill(session, chosen, said)
    with session.work() as work:
        person_id = people.create(work, said)
        alike = [] if asking else person_finding.messages(work.connection, [person_id])
    _say(alike)
    return f"Person {person_id} is added{_minor(session, said.fields)}."


def change(session: Session, person_id: int, given: ChangeOptions, asking: bool) -> str:
    """Change what is known of a person; returns what was done. Raises NotFound, InvalidInput."""
    people.must_exist(session.db, person_id)
    form = PersonForm(session.db, session.today)
    form.read_options(given)
    if "alias" in [text.strip().lower() for text in given.clear or ()]:
        form.said.drop_aliases += people.alias_ids(session.db, person_id)
    if asking and not form.said and given.file is None:
        _ask(session, person_id, form)
    if not form.said and not asking:
        raise InvalidInput(
            "nothing to change was given; ccu person change --help lists what can be"
        )
    with session.work() as work:
        form.settle(people.read(work.connection, person_id))
        changed = people.change(work, person_id, form.said)
        who = not set(changed).isdisjoint(IDENTIFYING)
        alike = person_finding.messages(work.connection, [person_id], every=True) if who else []
    _say(alike)
    if not changed:
        return f"Person {person_id} has these values already; nothing was changed."
    minor = _minor(session, form.said.fields)
    return f"Changed person {person_id}: {words_of(changed)}{minor}."


def words_of(changed: Iterable[str]) -> str:
    """The fields that changed, as they are called on screens."""
    return ", ".join(
        dict.fromkeys(
            NAMES.get("age_estimate" if field == "age_estimated_on" else field, field)
            for field in changed
        )
    )


def _minor(session: Session, fields: Mapping[str, Any]) -> str:
    """Return what follows from a birth date that was given, in words."""
    born = fields.get("birth_date")
    if not born:
        return ""
    age = years(born, session.today)
    return f" ({'a minor, ' if age < FULL_AGE else ''}age {age})"


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        say(line)


def _ask(session: Session, person_id: int, form: PersonForm) -> None:
    with session.work() as work:
        old = people.read(work.connection, person_id)
        work.audit("person-show", "person", person_id)
    ask_changes(session.db, form, old)


# ---------------------------------------------------------------- somebody on file


_AGE = ("age_estimate", "age_estimated_on", "minor")


def _fill(session: Session, person_id: int, said: Said) -> str:
    """Add to a record what it lacks; what it holds stays as it is. Return what was done."""
    with session.work() as work:
        old = people.read(work.connection, person_id)
        new = _lacking(old, said)
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


def _lacking(old: Mapping[str, Any], said: Said) -> Said:
    """Return what a record lacks. A name beside the one it has becomes an alias."""
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
    if known & {"birth_date", "age_estimate"}:  # a new guess is worth less than what is known
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
