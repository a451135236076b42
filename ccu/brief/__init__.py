"""The shift handover: what is new, due, overdue and awaiting acceptance, on one page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from ccu import dates
from ccu.brief import store as briefs
from ccu.calls import answer_store
from ccu.calls import overdue as overdue_work
from ccu.calls import triage_store as triage
from ccu.follow_ups import listing_store as follow_up_rows
from ccu.options import typed_text
from ccu.output import Document, Section, Table
from ccu.people.open_work_store import AsOf
from ccu.records import person_ids
from ccu.session import Session

MOST_ROWS = 10  # rows of each list on the page; the JSON has all
DAY = timedelta(days=1)
SPARE = ("outcome", "nature", "due")  # left out on a narrow terminal, in this order
FOLLOW_UP_COLUMNS = ("id", "due", "owner", "what", "for")

# key -> heading, columns; in the order of the page
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "overdue": ("Overdue", ("id", "days_late", *FOLLOW_UP_COLUMNS[1:])),
    "due_today": ("Due today", FOLLOW_UP_COLUMNS),
    "waiting": ("Awaiting acceptance", ("id", "made", "owner", "person", "place")),
    "care_calls": ("Care calls", ("id", "occurred", "place", "nature", "outcome", "answer")),
    "seen_often": (
        f"{briefs.SEEN_OFTEN}+ contacts in the last 7 days",
        ("person", "calls", "last", "places"),
    ),
    "in_hospital": ("Hospitalized (last report)", ("person", "heard", "who")),
    "flags_to_verify": ("Safety notes to verify", ("id", "place", "source", "by", "written")),
    "flags_expiring": (
        "Safety notes expiring soon",
        ("id", "place", "source", "by", "until", "state"),
    ),
    "overrides_due": (
        "Frequent-list overrides to review",
        ("id", "person", "place", "listed", "review_on", "days_late"),
    ),
    "plans": ("Plans", ("id", "what", "person", "place", "day", "by")),
}
TO_DO = ("flags_to_verify", "flags_expiring", "overrides_due", "plans")  # not shown when empty


def shift_brief(session: Session, since: datetime | None, names: bool) -> Document:
    """Return the page and record the read; with `names`, also of each person named.

    Its JSON: since, until, undecided and undecided_overdue (how many care calls), and a list
    for each of PARTS, of objects with those columns.
    """
    start = since or begin("24h", session)
    with session.work() as work:
        data = _lists(session, start, work.staff_id)
        work.audit("brief", rows=sum(len(data[key]) for key in PARTS))
        if names:
            with_person = [row for key in PARTS for row in data[key] if row.get("person")]
            called = person_ids.names(work.connection, (row["person"] for row in with_person))
            person_ids.shown(work.connection, work.staff_id, "brief", list(called))
            for row in with_person:
                row["name"] = called[row["person"]]
    return session.view.with_notice(_document(session, data, names))


def begin(since: str, session: Session) -> datetime:
    """Return the start of the span: `24h` or `3d` before now, or a time. Raises InvalidInput."""
    moment = typed_text.ago(session, since, "--since", "hd")
    return moment or typed_text.moment(session, since, "--since")


def _lists(session: Session, start: datetime, asker: int) -> dict[str, Any]:
    connection, now = session.db, session.now
    as_of = AsOf.of(now)
    zone = session.settings.zone
    week = dates.day_start(dates.first_of_last(7, session.today), zone)
    heard_from = dates.add_elapsed(now, days=-briefs.IN_HOSPITAL)
    end_of_day = int(dates.day_bounds(session.today, zone)[1].timestamp())
    of_span = {triage.CARE: 1, triage.SINCE: int(start.timestamp()), triage.BEFORE: as_of.unix + 1}
    found = triage.rows(connection, as_of, of_span, first_day=(start - DAY).date())
    found.sort(key=lambda call: (-call["occurred_unix"], -call["id"]))
    view = session.view
    answers = answer_store.of_calls(connection, [call["id"] for call in found], as_of, view)
    today = {follow_up_rows.DUE_FROM: as_of.unix, follow_up_rows.DUE_BEFORE: end_of_day}
    due = follow_up_rows.rows(connection, as_of, today)
    waiting = briefs.waiting(connection)
    hidden = view.referrals(row["id"] for row in waiting)
    overdue = overdue_work.seen(session, overdue_work.rows(session), by_owner=False)
    undecided = triage.undecided(connection, as_of)
    data = {
        "since": dates.to_iso(start),
        "until": dates.to_iso(now),
        "undecided": len(undecided),
        "undecided_overdue": sum(call["days_late"] is not None for call in undecided),
        "overdue": _plain(overdue),
        "due_today": _plain(follow_up_rows.seen(session, due, leave_out=True)),
        "waiting": [row for row in waiting if row["id"] not in hidden],
        "care_calls": [
            {key: call[key] for key in ("id", "occurred", "place", "nature", "outcome")}
            | {"answer": answers.get(call["id"], "")}
            for call in found
        ],
        "seen_often": briefs.seen_often(connection, _span(week, now)),
        "in_hospital": briefs.in_hospital(connection, _span(heard_from, now), view),
        "flags_to_verify": briefs.flags_to_verify(connection, session.today),
        "flags_expiring": briefs.flags_expiring(connection, session.today),
        "overrides_due": briefs.overrides_due(connection, session.today),
        "plans": briefs.plans(connection, _span(start, now), asker, start.date(), session.today),
    }
    view.keep()
    return data


def _span(start: datetime, now: datetime) -> dict[str, Any]:
    return {
        "from_text": (start - DAY).date().isoformat(),
        "until_text": (now + 2 * DAY).date().isoformat(),
        "from_unix": int(start.timestamp()),
        "until_unix": int(now.timestamp()),
    }


def _plain(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    keys = ("id", "days_late", "due", "owner", "what", "for", "person")
    return [{key: row[key] for key in keys} for row in rows]


def _document(session: Session, data: dict[str, Any], names: bool) -> Document:
    span = [("from", dates.from_iso(data["since"])), ("until", dates.from_iso(data["until"]))]
    sections = [Section(pairs=[(word, dates.say_moment(at, session.now)) for word, at in span])]
    for key, (heading, columns) in PARTS.items():
        rows = data[key]
        if names and any("name" in row for row in rows):
            columns = (*columns, "name")
            for row in rows:
                row.setdefault("name", "")
        count = f" ({len(rows)})" if rows else ""
        if key == "overdue":
            count += ", highest risk first" if len(rows) > 1 else ""
            rows = overdue_work.one_line_each(rows)
        more = len(rows) - MOST_ROWS
        sections.append(
            Section(
                heading + count,
                table=Table(columns, rows[:MOST_ROWS], spare=SPARE) if rows else None,
                lines=[f"and {more} more"] if more > 0 else [],
                empty="" if key in TO_DO else "none",
                main=key == "overdue",
                alert=key == "overdue" and bool(rows),
            )
        )
        if key == "overdue":
            since = session.settings["decide_since"]
            line = triage.sentence(data["undecided"], data["undecided_overdue"], since)
            sections.append(Section(pairs=[("Undecided", line)]))
    return Document("Shift brief", sections, data)
