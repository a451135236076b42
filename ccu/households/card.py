"""The card of a household: the family around one person, for Human Services."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput, NotFound
from ccu.households import store as households
from ccu.options import required
from ccu.output import Document, Section, Table
from ccu.output.text import listed
from ccu.people import open_work_store as open_work
from ccu.people import relations_store as relations
from ccu.people import store as people
from ccu.people import who
from ccu.people import worker_store as workers
from ccu.people.open_work_store import AsOf
from ccu.people.options import age_on, latest_birth, minor_on
from ccu.records import codes, person_ids
from ccu.session import Session
from ccu.work import Work


def asked(session: Session, household: int | None, person: int | None) -> int:
    """Return a household by its number or by a member. Raises NotFound, InvalidInput."""
    person = who.asked(session, person, household)
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
        raise InvalidInput(f"person {person_id} is in households {listed(now)}; give its number")
    if not now:
        left = [
            f"; they left household {each.household} on {dates.said(each.until)}"
            for each in before
            if each.until
        ]
        raise NotFound(f"person {person_id} is in no household{''.join(left)}")
    return now[0]


def show(session: Session, household_id: int) -> dict[str, Any]:
    """Return the card as in JSON, and record a read of each person on it. Raises NotFound."""
    with session.work() as work:
        card, shown = _read(session, work, household_id)
        work.audit("household-show", "household", household_id, people=len(shown))
        person_ids.shown(work.connection, work.staff_id, "household-show", shown)
        work.view.keep()
    return card


def _read(session: Session, work: Work, household_id: int) -> tuple[dict[str, Any], list[int]]:
    connection = work.connection
    name = households.name(connection, household_id)
    everyone = households.members(connection, work.today, household_id).get(household_id, [])
    now = [each for each in everyone if each.now]
    records = person_ids.same(connection, [each.person for each in now])
    related = relations.relations_of(connection, records)
    outside = {each.who for each in related} | {each.of for each in related}
    shown = sorted(outside | {each.person for each in everyone})
    known = households.people_on_card(connection, shown)
    calls = households.care_calls(connection, records, open_work.window(session))
    none = {"90": 0, "365": 0}
    return {
        "household": household_id,
        "name": name or None,
        "members": [
            {
                **_person(known[each.person], work.today),
                "since": each.since,
                "relations": _relations(related, each.person),
                "care_calls": calls.get(each.person, none),
                "lacks": households.needs_unmet(connection, each.person, work.view),
            }
            for each in now
        ],
        "care_calls": calls.get(None, none),
        "workers": workers.with_household(work, household_id, records),
        "open": _open_work(work, household_id, records),
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


def _open_work(work: Work, household_id: int, records: Sequence[int]) -> list[dict[str, Any]]:
    """Return open referrals and follow-ups of the household and its people by due date."""
    items = open_work.open_work(
        work.connection, records, AsOf.of(work.now), work.view, household_id=household_id
    )
    return [{**each, "status": each["status"].lower()} for each in items]


def _person(row: dict[str, Any], today: date) -> dict[str, Any]:
    """Return person, name, birth_year, age, age_estimated, minor of a row of people_on_card."""
    age, born = age_on(row, today), latest_birth(row)
    stated = None if row["minor"] is None else bool(row["minor"])
    return {
        "person": row["person"],
        "name": row["name"],
        "birth_year": int(born[:4]) if born else None,
        "age": age,
        "age_estimated": age is not None and not row["birth_date"],
        "minor": minor_on(born, stated, today),
    }


def _relations(related: list[relations.Relation], person: int) -> list[dict[str, Any]]:
    """Return person (the other one), is (what this person is to them) or has_as (the reverse)."""
    found = [each.seen_by(person) for each in related if person in (each.who, each.of)]
    return [
        {"person": other, "is": is_, "has_as": has}
        for other, is_, has in sorted(
            found, key=lambda each: (each[0], each[1] or "", each[2] or "")
        )
    ]


def _beside(row: dict[str, Any], related: list[relations.Relation]) -> dict[str, Any]:
    """Return person, name, relations of somebody who is not a member now."""
    theirs = _relations(related, row["person"])
    return {"person": row["person"], "name": row["name"], "relations": theirs}


# ---------------------------------------------------------------- the list


def rows_of_list(session: Session, every: bool) -> list[dict[str, Any]]:
    """Return id, name, members, workers, open of each household; names for those who may see them.

    Without `every`, only those with a member, a worker or open work now. `open` counts the card's
    open work. Names shown are recorded in the audit.
    """
    work = session.reading
    found: list[dict[str, Any]] = []
    named = session.may("household show")
    members = households.members(work.connection, work.today)
    for household_id, name in households.names(work.connection).items():
        now = [each.person for each in members.get(household_id, []) if each.now]
        records = person_ids.same(work.connection, now)
        helping = workers.with_household(work, household_id, records)
        items = _open_work(work, household_id, records)
        if every or now or helping or items:
            logins = dict.fromkeys(each["login"] or each["agency"] for each in helping)
            found.append(
                {
                    "id": household_id,
                    "name": name if named and name else None,
                    "members": len(now),
                    "workers": ", ".join(logins),
                    "open": len(items),
                }
            )
    session.keep_shown()
    shown = [row["id"] for row in found if row["name"]]
    if shown:
        with session.work() as work:
            for each in shown:
                work.audit("household-list", "household", each)
    return found


# ---------------------------------------------------------------- the card as a page


MEMBER_COLUMNS = ("person", "name", "age", "minor", "90 days", "365 days", "relation")
OPEN_COLUMNS = ("Item", "For", "What", "Due", "Owner")
NEED_COLUMNS = ("Name", "As of", "Unmet needs")
OUTSIDE_COLUMNS = ("Person", "Name", "Relation")
FORMER_COLUMNS = ("Person", "Name", "Until", "Relation")


def document(connection: sqlite3.Connection, card: dict[str, Any]) -> Document:
    """Return the card as a page; `card` is its documented JSON shape."""
    everyone = [each for part in ("members", "elsewhere", "left") for each in card[part]]
    names = {each["person"]: each["name"] for each in everyone}
    phrases = relations.phrases(connection)
    members = {each["person"] for each in card["members"]}
    # Only relations to members: the others are on the cards of the other households.
    related = {
        each["person"]: "; ".join(
            _relation(one, names, phrases) for one in each["relations"] if one["person"] in members
        )
        for each in everyone
    }
    elsewhere = [(*_who(each), related[each["person"]]) for each in card["elsewhere"]]
    left = [
        (*_who(each), dates.said(each["until"]), related[each["person"]]) for each in card["left"]
    ]
    return Document(
        f"Household {card['household']}" + (f": {card['name']}" if card["name"] else ""),
        [
            Section(pairs=_pairs(card, names)),
            Section(
                "Members, with the care calls of each",
                table=Table(MEMBER_COLUMNS, _members(card, related)),
                empty="No current members",
                main=True,
            ),
            Section("Open items", table=Table(OPEN_COLUMNS, _open(card, names)), empty="None open"),
            _unmet(connection, card),
            *_others("Linked people outside the household", OUTSIDE_COLUMNS, elsewhere),
            *_others("Former members", FORMER_COLUMNS, left),
        ],
        card,
    )


def _who(person: Mapping[str, Any]) -> tuple[int, str]:
    return person["person"], person["name"]


def _relation(one: Mapping[str, Any], names: Mapping[int, str], phrases: Mapping[str, str]) -> str:
    """Return `parent of Robin Sample`; without a word for that side, `has as guardian ...`."""
    other = names[one["person"]]
    if other in person_ids.NAMELESS:
        other = f"person {one['person']}"
    if one["is"]:
        return f"{phrases[one['is']]} {other}"
    return f"has as {phrases[one['has_as']].removesuffix(' of')} {other}"


def _pairs(card: Mapping[str, Any], names: Mapping[int, str]) -> list[tuple[str, str]]:
    calls = card["care_calls"]
    helping = [_worker(each, names) for each in card["workers"]]
    return [
        ("workers", "\n".join(helping) or "None assigned"),
        (
            "care calls",
            f"{calls['90']} in 90 days, {calls['365']} in 365 days (a call counts once, even with"
            " several members)",
        ),
    ]


def _worker(each: Mapping[str, Any], names: Mapping[int, str]) -> str:
    if each["name"] is None:
        return f"{each['agency']} is handling this"
    return (
        f"{each['agency']}: {each['name']}, {each['phone'] or 'no phone recorded'},"
        f" with {_for(each, names)} since {dates.said(each['since'])}"
    )


def _for(item: Mapping[str, Any], names: Mapping[int, str]) -> str:
    """Return the person's name, or `the household`, or the call for work without a person."""
    if item["person"] is not None:
        return names.get(item["person"], f"person {item['person']}")
    if item.get("household") is None and item.get("call") is not None:
        return f"call {item['call']}"
    return "the household"


def _members(card: Mapping[str, Any], related: Mapping[int, str]) -> list[tuple[Any, ...]]:
    return [
        (
            *_who(each),
            # as text, so that all align the same: one may be `about 40`
            "" if each["age"] is None else f"{'about ' * each['age_estimated']}{each['age']}",
            each["minor"],
            each["care_calls"]["90"],
            each["care_calls"]["365"],
            related[each["person"]],
        )
        for each in card["members"]
    ]


def _open(card: Mapping[str, Any], names: Mapping[int, str]) -> list[tuple[Any, ...]]:
    return [
        (
            each["record"] if each["id"] is None else f"{each['record']} {each['id']}",
            "" if each["id"] is None else _for(each, names),
            each["what"] + (f", {each['status']}" if each["status"] != "open" else ""),
            ""
            if each["id"] is None
            else (each["due"] or "nothing due") + (" (overdue)" if each["overdue"] else ""),
            each["owner"],
        )
        for each in open_work.listed_items(card["open"])
    ]


def _unmet(connection: sqlite3.Connection, card: Mapping[str, Any]) -> Section:
    labels = codes.labels(connection, "need")
    statuses = codes.labels(connection, "referral_status")
    rows, without = [], []
    for each in card["members"]:
        found = each["lacks"]
        if found is None:
            without.append(f"{each['name']} (person {each['person']})")
            continue
        unmet = "; ".join(_need(one, labels, statuses) for one in found["needs"]) or "none found"
        rows.append((each["name"], dates.said(found["on"]), unmet))
    lines = [f"Not asked yet: {', '.join(without)}."] if without else []
    return Section(
        "Unmet needs, by the latest assessment of each",
        table=Table(NEED_COLUMNS, rows) if rows else None,
        lines=lines,
    )


def _need(one: Mapping[str, Any], labels: Mapping[str, str], statuses: Mapping[str, str]) -> str:
    said = labels[one["need"]]
    if one["referral"] is None:
        return said
    return f"{said} (referral {one['referral']}, {statuses[one['referral_status']].lower()})"


def _others(title: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> list[Section]:
    return [Section(title, table=Table(columns, rows))] if rows else []
