"""Adding a person and changing one: from what was said to what was written, as a sentence."""

from collections.abc import Iterable, Mapping
from typing import Any

from ccu.errors import InvalidInput
from ccu.output import say
from ccu.people import filling as person_filling
from ccu.people import offer as person_offer
from ccu.people import record as person_record
from ccu.people import store as people
from ccu.people.form import FULL_AGE, NAMES, PersonForm, years
from ccu.people.options import ChangeOptions, PersonOptions
from ccu.people.store import IDENTIFYING
from ccu.session import Session

# A record must say by one of these who is meant; what only describes everybody does not.
_SAYS_WHO = ("given_name", "family_name", "description", "phone", "email")


def add(session: Session, given: PersonOptions, asking: bool) -> str:
    """Add a person, or nobody when it is somebody recorded already; returns what was done.

    Raises InvalidInput, and KeyboardInterrupt when the person stops.
    """
    form = PersonForm(session.db, session.today)
    form.read_options(given)
    if asking and given.file is None:
        from ccu.people import questions as person_questions

        person_questions.ask_new(session.db, form)
    form.settle()
    said = form.said
    if not said.aliases and not any(said.fields.get(field) for field in _SAYS_WHO):
        raise InvalidInput("nothing says who it is: a name, a description, a phone or an email")
    chosen = person_offer.existing(session, person_offer.of_said(said)) if asking else None
    if chosen is not None:
        return person_filling.fill(session, chosen, said)
    with session.work() as work:
        last = people.last(work.connection)
        person_id = people.create(work, said)
        alike = [] if asking else person_offer.told(work.connection, [person_id])
    _say(alike)
    if person_id <= last:
        return f"Seen before: person {person_id}, whose records were de-identified, is back."
    return f"Person {person_id} is added{_minor(session, said.fields)}."


def change(session: Session, person_id: int, given: ChangeOptions, asking: bool) -> str:
    """Change what is known of a person; returns what was done. Raises NotFound, InvalidInput."""
    people.must_exist(session.db, person_id)
    form = PersonForm(session.db, session.today)
    form.read_options(given)
    if "alias" in [text.strip().lower() for text in given.clear or ()]:
        form.said.drop_aliases += person_record.aliases(session.db, person_id)
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
        alike = person_offer.told(work.connection, [person_id], every=True) if who else []
    _say(alike)
    if not changed:
        return f"Person {person_id} says that already; nothing was changed."
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
    """What follows from a birth date that was just said."""
    born = fields.get("birth_date")
    if not born:
        return ""
    age = years(born, session.today)
    return f" ({'a minor, ' if age < FULL_AGE else ''}age {age})"


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        say(line)


def _ask(session: Session, person_id: int, form: PersonForm) -> None:
    from ccu.people import questions as person_questions

    with session.work() as work:
        old = people.read(work.connection, person_id)
        work.audit("person-show", "person", person_id)
    person_questions.ask_changes(session.db, form, old)
