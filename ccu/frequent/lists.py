"""The frequent lists: counts, overrides and exemptions, and the review of overrides."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.frequent import list_store
from ccu.frequent import store as frequent
from ccu.options import questions
from ccu.output import Document, Section, Table
from ccu.output.text import counted, for_person
from ccu.people import open_work_store as open_work
from ccu.people import store as person_store
from ccu.people.open_work_store import AsOf
from ccu.places import finding
from ccu.places import store as place_store
from ccu.records import person_ids
from ccu.session import Session
from ccu.work import Work

PLACE_COLUMNS = (
    *("place", "address", "care_calls", "calls", "people", "unknown", "last"),
    *("worker", "override"),
)
PERSON_COLUMNS = ("person", "care_calls", "places", "last", "worker", "open", "override")
EXEMPT_COLUMNS = (*PLACE_COLUMNS[:-1], "exempt")

Row = dict[str, Any]


class Count:
    """The threshold: `k` care calls within the `days` days that end today."""

    def __init__(self, session: Session, k: int | None, days: int | None) -> None:
        self.k = k or session.settings.number("repeat_calls")
        self.days = days or session.settings.number("repeat_days")
        self.start = session.days_ago(self.days)
        self.window = {**open_work.window(session), "day": self.start}


def places(session: Session, k: int | None, days: int | None, *, every: bool) -> Document:
    """Return the list of places as a page and record the read; `every`: also those left out.

    JSON: k, days, from, as_of, places, left_out (by override), exempt. Rows have the keys of
    store.places, worker and override (id, since, review_on, or None).
    """
    count = Count(session, k, days)
    with session.work() as work:
        overrides = _overrides(work, "place")
        listed = [number for number, row in overrides.items() if row["listed"]]
        rows = list_store.places(work.connection, count.window, count.k, listed)
        worked = open_work.with_worker(work.connection, work.today.isoformat())
        for row in rows:
            window = {**count.window, "place_id": row["place"]}
            here = open_work.people_here(work.connection, window)
            row["worker"] = not worked.isdisjoint(here)
        exempt = [row for row in rows if row["exempt"] and row["care_calls"] >= count.k]
        rows = [row for row in rows if not row["exempt"]]
        data = _data(session, count, "place", rows, overrides)
        data["exempt"] = exempt
        work.audit("frequent-places", rows=len(rows), k=count.k, days=count.days)
    return _page(session, count, "places", PLACE_COLUMNS, data, every)


def people(
    session: Session, k: int | None, days: int | None, *, names: bool, every: bool
) -> Document:
    """Return the list of people as a page and record the read; `every`: also those left out.

    JSON: k, days, from, as_of, people, left_out. Rows have the keys of store.people, worker, open
    (items), override and, with `names`, name: recorded as a read of each person.
    """
    count = Count(session, k, days)
    with session.work() as work:
        connection, as_of = work.connection, AsOf.of(work.now)
        overrides = _overrides(work, "person")
        listed = [number for number, row in overrides.items() if row["listed"]]
        rows = list_store.people(connection, count.window, count.k, listed)
        worked = open_work.with_worker(connection, as_of.day.isoformat())
        worked = set(person_ids.canonical(connection, worked).values())
        for row in rows:
            records = person_ids.same(connection, [row["person"]])
            row["worker"] = row["person"] in worked
            row["open"] = len(open_work.open_work(connection, records, as_of, work.view))
        work.audit("frequent-people", rows=len(rows), k=count.k, days=count.days)
        work.view.keep()
        if names:
            called = person_ids.names(connection, [row["person"] for row in rows])
            person_ids.shown(connection, work.staff_id, "frequent-people", list(called))
            for row in rows:
                row["name"] = called[row["person"]]
    data = _data(session, count, "person", rows, overrides)
    columns = (*PERSON_COLUMNS, "name") if names else PERSON_COLUMNS
    return _page(session, count, "people", columns, data, every)


def _overrides(work: Work, subject: str) -> dict[int, Row]:
    """Return person or place -> its override, the later one if a merge left two."""
    found = frequent.active_overrides(work.connection)
    return {row[subject]: row for row in found if row[subject] is not None}


def _data(
    session: Session, count: Count, subject: str, rows: Sequence[Row], overrides: dict[int, Row]
) -> Row:
    """Return those on the list, and those above the threshold that an override leaves out."""
    listed: list[Row] = []
    left_out: list[Row] = []
    for row in rows:
        override = overrides.get(row[subject])
        row["override"] = override and {
            name: override[name] for name in ("id", "since", "review_on")
        }
        (left_out if override and not override["listed"] else listed).append(row)
    return {
        "k": count.k,
        "days": count.days,
        "from": count.start,
        "as_of": dates.to_iso(session.now),
        {"place": "places", "person": "people"}[subject]: listed,
        "left_out": left_out,
    }


# ---------------------------------------------------------------- as a page


def _page(
    session: Session, count: Count, who: str, columns: tuple[str, ...], data: Row, every: bool
) -> Document:
    days = counted(count.days, "day")
    first, last = dates.said(count.start), dates.say_date(session.today)
    title = f"Frequent {who}: {count.k} or more care calls in {days} ({first} to {last})"
    exempt = data.get("exempt", ())
    left_out = _cells(data["left_out"], session)
    empty = f"{count.k}+ care calls in {days}: none"
    main = Section(table=Table(columns, _cells(data[who], session)), main=True, empty=empty)
    apart = [
        Section(f"{heading} ({len(rows)})", table=Table(titles, rows))
        for heading, titles, rows in (
            ("Left out by override", columns, left_out),
            ("Exempt", EXEMPT_COLUMNS, exempt),
        )
        if every and rows
    ]
    parts = [
        f"{len(rows)} {what}"
        for what, rows in (("left out by override", left_out), ("exempt", exempt))
        if rows
    ]
    more = "." if every else "; --all lists them."
    lines = [", ".join(parts) + more] if parts else []
    return Document(title, [main, *apart, Section(lines=lines)], data)


def _cells(rows: Sequence[Row], session: Session) -> list[Row]:
    """Return the rows with their overrides in words."""
    found = []
    for row in rows:
        words = None
        if override := row["override"]:
            due = " (due)" if override["review_on"] <= session.today.isoformat() else ""
            since, review = for_person(override["since"]), for_person(override["review_on"])
            words = f"since {since}, review {review}{due}"
        found.append({**row, "override": words})
    return found


# ---------------------------------------------------------------- overrides


LONGEST_REASON = 300
REVIEW_COLUMNS = (
    *("id", "person", "place", "address", "listed", "since", "by", "review_on", "days_late"),
    "reason",
)


def decide(
    session: Session,
    person_id: int | None,
    place: int | None,
    address: str | None,
    *,
    listed: bool,
    file: Path | None,
    asking: bool,
) -> str:
    """Write an override; return what it did. Raises NotAllowed, InvalidInput, NotFound."""
    _ = session.staff_id  # first, so that a refused account learns nothing about places
    if sum(each is not None for each in (person_id, place, address)) != 1:
        raise InvalidInput("give one of --person, --place and --address")
    if person_id is not None:
        subject = ("person", person_id)
    else:
        subject = ("place", finding.exact(session, address or "", place))
    _check(session, subject)  # before any question
    reason = questions.private_text(session, "Why", file, "the reason", LONGEST_REASON, asking)
    review_on = next_review(session)
    with session.work() as work:
        _check(session, subject)
        override_id, replaced = list_store.add_override(
            work, subject, listed=listed, reason=reason, review_on=review_on
        )
    on = "on" if listed else "off"
    ended = f" Ended override {', '.join(map(str, replaced))}." if replaced else ""
    return (
        f"Override {override_id}: {' '.join(map(str, subject))} is {on} the list regardless of the"
        f" count, until review {dates.said(review_on)}.{ended}"
    )


def _check(session: Session, subject: frequent.Subject) -> None:
    record, number = subject
    if record == "person":
        person_store.must_exist(session.db, number)
    elif place_store.place_record(session.db, number)["exempt"] is not None:
        raise InvalidInput(
            f"place {number} is exempt and is not counted; ccu place exempt --no-exempt ends that"
        )


def next_review(session: Session) -> str:
    """Return the day on which an override written today is due for review."""
    days = timedelta(days=session.settings.number("override_review_days"))
    return min(session.today + days, date(9999, 12, 31)).isoformat()


def due(session: Session, every: bool) -> list[dict[str, Any]]:
    """Return those due for review (`every`: all active) with reasons, and record the read."""
    with session.work() as work:
        rows = list_store.due_for_review(work.connection, work.today, every)
        for row in rows:
            record = "person" if row["person"] else "place"
            work.audit("frequent-review", record, row[record], override=row["id"])
    return sorted(rows, key=lambda row: (row["review_on"], row["id"]))


def review(
    session: Session, override_id: int, *, keep: bool, file: Path | None, asking: bool
) -> str:
    """Keep or end an override; return what it did. Raises NotAllowed, InvalidInput, NotFound."""
    list_store.require_override(session.reading.connection, override_id)
    reason = questions.private_text(session, "Why", file, "the reason", LONGEST_REASON, asking)
    review_on = next_review(session)
    with session.work() as work:
        if keep:
            list_store.keep_override(work, override_id, review_on, reason)
        else:
            list_store.end_override(work, override_id, reason)
    if keep:
        return f"Override {override_id} is kept until review {dates.said(review_on)}."
    return f"Override {override_id} has ended; the count decides again."
