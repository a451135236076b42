"""The card of a household, as data: "the whole family behind" one person, for Human Services."""

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

from ccu.card import page as card_page
from ccu.errors import InvalidInput, NotFound
from ccu.follow_ups.rows import AsOf
from ccu.households import card_store as household_card
from ccu.households import relations
from ccu.households import store as households
from ccu.options import required
from ccu.people import store as people
from ccu.records import audit, person_ids
from ccu.session import Session

ADULT = 18


def asked(session: Session, household: int | None, person: int | None) -> int:
    """The number of the household meant, by its own or by somebody in it.

    Raises NotFound; InvalidInput for neither or both, or somebody in several.
    """
    if (household is None) == (person is None):
        raise InvalidInput("give either HOUSEHOLD or --person")
    if household is not None:
        return household
    number = required(person, "--person")
    person_id = person_ids.canonical(session.db, [number])[number]
    people.must_exist(session.db, person_id)
    before = households.of_person(session.db, person_id, session.today).values()
    now = [each.household for each in before if each.now]
    if len(now) > 1:
        raise InvalidInput(f"person {person_id} is in households {listed(now)}; say which")
    if not now:
        left = [
            f"; they left household {each.household} on {each.until}"
            for each in before
            if each.until
        ]
        raise NotFound(f"person {person_id} is in no household{''.join(left)}")
    return now[0]


def show(session: Session, household_id: int) -> dict[str, Any]:
    """The card in its documented JSON shape; that it was shown is recorded, of each person on it.

    Raises NotFound.
    """
    staff_id = session.staff_id
    with session.writing() as connection:
        card, shown = _read(session, connection, household_id)
        audit.record(
            connection, staff_id, "household-show", "household", household_id, people=len(shown)
        )
        person_ids.shown(connection, staff_id, "household-show", shown)
        session.view.keep()
    return card


def _read(
    session: Session, connection: sqlite3.Connection, household_id: int
) -> tuple[dict[str, Any], list[int]]:
    name, as_of = households.name(connection, household_id), AsOf.of(session.now)
    everyone = households.members(connection, as_of.day, household_id).get(household_id, [])
    now = [each for each in everyone if each.now]
    records = person_ids.same(connection, [each.person for each in now])
    related = relations.of_people(connection, records)
    outside = {each.who for each in related} | {each.of for each in related}
    shown = sorted(outside | {each.person for each in everyone})
    known = {each["person"]: each for each in household_card.people(connection, shown)}
    calls = household_card.care_calls(connection, records, card_page.window(session))
    none = {"90": 0, "365": 0}
    return {
        "household": household_id,
        "name": name or None,
        "members": [
            {
                **_person(known[each.person], session.today),
                "since": each.since,
                "relations": _relations(related, each.person),
                "care_calls": calls.get(each.person, none),
                "lacks": household_card.lacks(connection, each.person, session.view),
            }
            for each in now
        ],
        "care_calls": calls.get(None, none),
        "workers": household_card.workers(connection, household_id, records, as_of, session.view),
        "open": household_card.open_items(connection, household_id, records, as_of, session.view),
        "elsewhere": [
            _beside(known[each], related)
            for each in sorted(outside - {each.person for each in everyone})
        ],
        "left": [
            {**_beside(known[each.person], related), "until": each.until}
            for each in sorted(everyone, key=lambda each: each.until or "", reverse=True)
            if each.until is not None and not each.now
        ],
    }, shown


def _person(row: dict[str, Any], today: date) -> dict[str, Any]:
    """person, name, birth_year, age, age_estimated, minor of one row of household_card.people."""
    age, estimated = None, False
    if row["birth_date"]:
        age = _years(date.fromisoformat(row["birth_date"]), today)
    elif row["age_estimate"] is not None and row["age_estimated_on"]:
        estimated = True
        age = row["age_estimate"] + _years(date.fromisoformat(row["age_estimated_on"]), today)
    minor = None if row["minor"] is None else bool(row["minor"])
    if age is not None and not estimated:
        minor = age < ADULT  # what was noted once does not grow up; a birth date does
    return {
        "person": row["person"],
        "name": row["name"],
        "birth_year": int(row["birth_date"][:4]) if row["birth_date"] else None,
        "age": age,
        "age_estimated": estimated,
        "minor": minor,
    }


def _years(since: date, today: date) -> int:
    return max(0, today.year - since.year - ((today.month, today.day) < (since.month, since.day)))


def _relations(related: list[relations.Relation], person: int) -> list[dict[str, Any]]:
    """person (the other one), is (what this person is to them), has_as (what they are, else)."""
    found = [each.seen_by(person) for each in related if person in (each.who, each.of)]
    return [
        {"person": other, "is": is_, "has_as": has}
        for other, is_, has in sorted(
            found, key=lambda each: (each[0], each[1] or "", each[2] or "")
        )
    ]


def _beside(row: dict[str, Any], related: list[relations.Relation]) -> dict[str, Any]:
    """person, name, relations of somebody who is not a member now."""
    theirs = _relations(related, row["person"])
    return {"person": row["person"], "name": row["name"], "relations": theirs}


# ---------------------------------------------------------------- the list


def rows_of_list(session: Session, every: bool) -> list[dict[str, Any]]:
    """id, name, members, workers, open of each household; names for those who may see them.

    Without `every` only where somebody is a member now, somebody works with them or something is
    open. `open` counts the open work of the card. Names shown are recorded in the audit.
    """
    connection, as_of = session.db, AsOf.of(session.now)
    found: list[dict[str, Any]] = []
    named = session.may("household show")
    members = households.members(connection, as_of.day)
    for household_id, name in households.names(connection).items():
        now = [each.person for each in members.get(household_id, []) if each.now]
        records = person_ids.same(connection, now)
        helping = household_card.workers(connection, household_id, records, as_of, session.view)
        items = household_card.open_items(connection, household_id, records, as_of, session.view)
        if every or now or helping or items:
            found.append(
                {
                    "id": household_id,
                    "name": name if named and name else None,
                    "members": len(now),
                    "workers": ", ".join(
                        dict.fromkeys(each["login"] or each["agency"] for each in helping)
                    ),
                    "open": len(items),
                }
            )
    session.keep_shown()
    shown: list[int] = [row["id"] for row in found if row["name"]]
    if shown:
        with session.writing() as write:
            for each in shown:
                audit.record(write, session.staff_id, "household-list", "household", each)
    return found


def listed(numbers: Sequence[int], word: str = "") -> str:
    """`3`, `3 and 5`, `3, 5 and 8`; with a word before each: `person 3 and person 5`."""
    *most, last = (f"{word} {number}".strip() for number in numbers)
    return f"{', '.join(most)} and {last}" if most else last
