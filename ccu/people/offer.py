"""People who may be the one that is typed in: shown before a new record is made, never merged.

Showing somebody is audited, in a transaction of its own, before they appear.
"""

import sqlite3
from collections.abc import Collection, Iterable

from ccu.errors import InvalidInput
from ccu.identity import Known, Name
from ccu.options import terminal, typed_text
from ccu.output import say
from ccu.people import (
    candidates,
    differences,
)
from ccu.people import (
    keys as person_keys,
)
from ccu.people import (
    store as people,
)
from ccu.people.candidates import Alike
from ccu.people.store import Met, Said
from ccu.people.summary import phone_end, why
from ccu.records import person_ids
from ccu.session import Session

MOST_SHOWN = 5
WIDTH = 78
MOST_TOLD = 3  # where nobody can be asked


def existing(session: Session, known: Known, but: Collection[int] = ()) -> int | None:
    """Ask whether it is one of those who may be the same; their number, or None for a new one.

    Asks nothing when nobody is alike. Raises KeyboardInterrupt when the person stops.
    """
    found = candidates.same(session.db, known, but)[:MOST_SHOWN]
    if not found:
        return None
    staff_id = session.staff_id
    with session.writing() as connection:
        person_ids.shown(connection, staff_id, "person-alike", [each.person_id for each in found])
    say("This may be somebody who is recorded already:")
    for each in found:
        for line in _lines(each):
            say(line)
    numbers = [each.person_id for each in found]
    which = f"{numbers[0]}" if len(numbers) == 1 else "one of them"
    question = f"The same as {which}? Its number, or n for a new one"

    def read(answer: str) -> int | None:
        if answer.lower() in ("n", "new", "no"):
            return None
        number = numbers[0] if answer.lower() in ("y", "yes") and len(numbers) == 1 else None
        number = number or typed_text.record_id(answer, "person")
        if number not in numbers:
            raise InvalidInput("write one of the numbers shown, or n")
        return number

    return terminal.ask_until_valid(question, read)


def of_met(session: Session, met: Met) -> Met:
    """Somebody on a call who was named: the existing record that was chosen, or as they came."""
    name = Name(met.given_name, met.family_name)
    chosen = existing(session, Known(names=(name,), birth_date=met.birth_date))
    return met if chosen is None else Met(met.role, person_id=chosen)


def of_said(said: Said) -> Known:
    """What was said of a person, in the form that is compared."""
    fields = said.fields
    main = Name(fields.get("given_name", ""), fields.get("family_name", ""))
    age, on = fields.get("age_estimate"), fields.get("age_estimated_on")
    return Known(
        names=(main, *(Name(*each) for each in said.aliases)),
        birth_date=fields.get("birth_date"),
        birth_years=person_keys.birth_years(age, on),
        sex=fields.get("sex"),
        phone=fields.get("phone"),
        email=fields.get("email"),
        home=fields.get("home"),
        postcode=fields.get("postcode"),
    )


def told(connection: sqlite3.Connection, ids: Iterable[int], every: bool = False) -> list[str]:
    """Who recorded before them these people may be, by numbers only, a sentence for each.

    For where nobody can be asked, after they were added, inside the same write. `every`: also
    those who were recorded after them. Not those who were found to be two.
    """
    lines = []
    for person_id, known in person_keys.known(connection, ids).items():
        found = candidates.same(connection, known, [person_id])
        others = [
            each
            for each in found
            if (every or each.person_id < person_id)
            and differences.of(connection, each.person_id, person_id) is None
        ]
        for each in others[:MOST_TOLD]:
            two = "{} {}".format(*sorted((each.person_id, person_id)))
            lines.append(
                f"person {person_id} may be person {each.person_id} (score {each.score}):"
                f" ccu person compare {two}, and if so ccu person merge {two}"
            )
    return lines


def told_since(session: Session, before: int) -> list[str]:
    """The same of everybody added since `before` was the highest number, inside a write."""
    return told(session.db, range(before + 1, people.last(session.db) + 1))


def _lines(each: Alike) -> list[str]:
    """`12  Ana Reyes, born 1980-01-31, phone ends 0142`, and below how alike and why."""
    import textwrap

    row = each.row
    name = f"{row['given_name']} {row['family_name']}".strip()
    parts = [name or ("not identified" if row["description"] else "unknown")]
    if row["birth_date"]:
        parts.append(f"born {row['birth_date']}")
    if row["phone"]:
        parts.append(f"phone {phone_end(row['phone'])}")
    number = f"  {each.person_id}  "
    score = f"score {each.score}: {why(each.fields)}"
    return [
        number + ", ".join(parts),
        *(" " * len(number) + line for line in textwrap.wrap(score, WIDTH - len(number))),
    ]
