"""The rules of the audit review, simple enough to explain to the accounts that are in it.

A look is a person or a place that an account chose to see (READ), counted once a day. Lists of the
program (LIST: the brief, overdue follow-ups, possible duplicates) are only counted, though each
person named in one is an event too. actions.toml classifies the actions.
"""

import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from statistics import median
from typing import Any

from ccu import dates
from ccu.audit import store
from ccu.audit.store import Subject, Ties
from ccu.options import typed_text
from ccu.output import Document, Section, Table
from ccu.records import audit, codes, table
from ccu.records.audit import DIGEST
from ccu.session import Session

READ, LIST, WRITE = "read", "list", "write"
DENIAL, EXPORT, OVERRIDE = "denial", "export", "override"
ALL = (READ, LIST, WRITE, DENIAL, EXPORT, OVERRIDE)

_ACTIONS = Path(__file__).with_name("actions.toml").read_text(encoding="utf-8")
KINDS = {action: kind for kind, text in tomllib.loads(_ACTIONS).items() for action in text.split()}

HOUR, DAY = 3600, 86400
BASELINE = 56 * DAY  # the usual number is computed from the eight weeks before the span
LEAST, TIMES = 20, 3
CALL_BEFORE, CALL_AFTER = 30 * DAY, DAY  # a card is read on the way, and the call logged afterward
NIGHT_FROM, NIGHT_UNTIL, NIGHT_CALL = 22, 6, 8 * HOUR

RULES = {
    "unusual": f"On one day, at least {LEAST} different people and places, and more than {TIMES}"
    " times the account's own median day, or the median day of others in its role, over the eight"
    " weeks before; days without lookups are left out.",
    "untied": "No call with that person or at that building from 30 days before to one day after, "
    "and"
    " the account never worked with them or owned or wrote any referral, follow-up, consult, "
    "needs assessment,"
    " plan, flag or call of theirs.",
    "night": f"From {NIGHT_FROM}:00 to 0{NIGHT_UNTIL}:00 by the town's clock, with no call with"
    " that person or at that building within 8 hours.",
}

Row = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """One row of the audit as the rules need it; `when` by the town's clock."""

    when: datetime
    unix: int
    staff_id: int
    login: str
    role: str
    action: str
    kind: str
    record: str
    record_id: int | None
    detail: Row
    reason: str | None
    account: str | None  # for an event about the staff list, the login changed

    @property
    def look(self) -> Subject | None:
        """The person or place that was looked at."""
        if self.kind != READ or self.record not in ("person", "place") or self.record_id is None:
            return None
        return self.record, self.record_id

    @property
    def night(self) -> bool:
        """Return whether it was night in the town."""
        return self.when.hour >= NIGHT_FROM or self.when.hour < NIGHT_UNTIL


def events(rows: Iterable[Any], zone: tzinfo) -> list[Event]:
    """Return the rows of store.events as events, by the clock of the town."""
    return [
        Event(
            when=datetime.fromtimestamp(row["unix"], UTC).astimezone(zone),
            unix=row["unix"],
            staff_id=row["staff_id"] or 0,
            login=row["login"] or "not on the list",
            role=row["role"] or "",
            action=row["action"],
            kind=KINDS.get(row["action"], WRITE),
            record=row["record"],
            record_id=row["record_id"],
            detail=json.loads(row["detail"]),
            reason=row["reason"],
            account=row["account"],
        )
        for row in rows
    ]


def accounts(found: Sequence[Event]) -> list[Row]:
    """Return counts of what each account did, by how many people it looked at."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for event in found:
        counts[event.login, event.role].update(_counted(event))
    keys = ("people", "places", "other", "lists", "writes", "denied", "exports", "night")
    rows = [
        {"staff": login, "role": role, **{key: count[key] for key in keys}}
        for (login, role), count in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row["people"], -row["places"], row["staff"]))


def _counted(event: Event) -> list[str]:
    if event.kind == READ:
        what = {"person": "people", "place": "places"}.get(event.record, "other")
        return [what, "night"] if event.night else [what]
    return {LIST: ["lists"], DENIAL: ["denied"], EXPORT: ["exports"]}.get(event.kind, ["writes"])


# ---------------------------------------------------------------- the three rules


def unusual(found: Sequence[Event], before: Sequence[Event]) -> list[Row]:
    """Return the days on which an account looked at far more than is usual."""
    roles = {event.login: event.role for event in [*before, *found]}
    usual = _days(before)
    rows = []
    for (login, day), subjects in sorted(_days(found).items(), key=lambda item: item[0][::-1]):
        own = [len(seen) for (who, _day), seen in usual.items() if who == login]
        others = [
            len(seen)
            for (who, _day), seen in usual.items()
            if who != login and roles[who] == roles[login]
        ]
        typical = [median(days) for days in (own, others) if days]
        many = len(subjects)
        if many >= LEAST and (not typical or any(many > TIMES * each for each in typical)):
            rows.append(
                {
                    "day": day,
                    "staff": login,
                    "role": roles[login],
                    "looked_at": many,
                    "own_usual": float(median(own)) if own else None,
                    "role_usual": float(median(others)) if others else None,
                }
            )
    return rows


def _days(found: Iterable[Event]) -> dict[tuple[str, str], set[Subject]]:
    days: dict[tuple[str, str], set[Subject]] = defaultdict(set)
    for event in found:
        if event.look:
            days[event.login, event.when.date().isoformat()].add(event.look)
    return days


def untied(found: Sequence[Event], ties: Ties) -> list[Row]:
    """Return the people and places that an account looked at without a tie, how often and when."""
    seen: dict[tuple[str, Subject], list[datetime]] = defaultdict(list)
    for event in found:
        look = event.look
        if (
            look
            and (look, event.staff_id) not in ties.staff
            and not ties.call_near(look, event.unix, CALL_BEFORE, CALL_AFTER)
        ):
            seen[event.login, look].append(event.when)
    return [
        {
            "staff": login,
            "record": record,
            "id": number,
            "times": len(times),
            "first": times[0],
            "last": times[-1],
        }
        for (login, (record, number)), times in sorted(seen.items())
    ]


def night(found: Sequence[Event], ties: Ties) -> list[Row]:
    """Return the looks at night outside of a call."""
    return [
        _row(event)
        for event in found
        if event.look
        and event.night
        and not ties.call_near(event.look, event.unix, NIGHT_CALL, NIGHT_CALL)
    ]


# ---------------------------------------------------------------- in full


def staff_changes(found: Sequence[Event]) -> list[Row]:
    """Return the changes of the staff list: new admins, then roles, then the rest; oldest first."""
    rows = []
    for event in found:
        if event.action.startswith("staff-"):
            rank, change = _change_of_staff(event)
            told = {"staff": event.login, "account": event.account, "change": change}
            rows.append((rank, {"when": event.when, **told}))
    return [row for _rank, row in sorted(rows, key=lambda ranked: ranked[0])]


def _change_of_staff(event: Event) -> tuple[int, str]:
    """Return the rank and the words of an event; old events lack the role."""
    role, was = event.detail.get("role"), event.detail.get("was")
    if event.action == "staff-retire":
        return 2, "retired"
    if event.action == "staff-add":
        done = "returned" if event.detail.get("returned") else "added"
        return (0, f"new admin, {done}") if role == "admin" else (2, f"{done} as {role}")
    fields = event.detail["fields"]
    if "role" in fields and (role is None or role != was):
        changed = f"role changed from {was} to {role}" if role else "role changed"
        return (0, f"new admin, {changed}") if role == "admin" else (1, changed)
    others = ", ".join(each.removesuffix("_id") for each in fields if each != "role")
    return 2, f"changed {others or 'nothing'}"


def denials(found: Sequence[Event]) -> list[Row]:
    """Return each denial, with what was asked for."""
    return [
        {**_row(event), "action": event.detail.get("what", "any command")}
        for event in found
        if event.kind == DENIAL
    ]


def exports(found: Sequence[Event]) -> list[Row]:
    """Return each export and backup, with its numbers."""
    return [{**_row(event), "detail": _said(event)} for event in found if event.kind == EXPORT]


def overrides(found: Sequence[Event]) -> list[Row]:
    """Return each override, and each look or export with a reason, with the text of the reason."""
    rows = []
    for event in found:
        given = event.kind != WRITE and (event.reason is not None or DIGEST in event.detail)
        if given or event.kind == OVERRIDE:
            words = event.reason or ("purged" if given else _said(event))
            rows.append({**_row(event), "reason": words})
    return rows


def _row(event: Event) -> Row:
    return {
        "when": event.when,
        "staff": event.login,
        "action": event.action,
        "record": event.record,
        "id": event.record_id,
    }


def _said(event: Event) -> str:
    parts = ((name, value) for name, value in event.detail.items() if name != DIGEST)
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in parts)


# ---------------------------------------------------------------- the page


MOST_ROWS = 20  # of each list on the page; the JSON has all
_PAGE = Path(__file__).with_name("page.toml").read_text(encoding="utf-8")
# key -> heading, columns; in the order of the page
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    key: (one["heading"], (*one["columns"].split(),)) for key, one in tomllib.loads(_PAGE).items()
}
OWN = "Your own lookups are included."


def read(session: Session, since: str) -> Document:
    """The page, recorded as a read. Its JSON: since, until, rules, and a list for each of PARTS."""
    staff_id, now = session.staff_id, session.now
    start = begin(since, session)
    span = int(start.timestamp()), int(now.timestamp()) + 1
    with session.writing() as connection:
        rows = store.events(connection, span[0] - BASELINE, span[1])
        every = events(rows, session.settings.zone)
        before = [event for event in every if event.unix < span[0]]
        found = [event for event in every if event.unix >= span[0]]
        ties = store.ties(connection, {event.look for event in found if event.look})
        audit.record(connection, staff_id, "audit-review", "audit", None, rows=len(found))
    data: dict[str, Any] = {
        "since": dates.to_iso(start),
        "until": dates.to_iso(now),
        "rules": RULES,
        "staff_changes": staff_changes(found),
        "accounts": accounts(found),
        "unusual": unusual(found, before),
        "untied": untied(found, ties),
        "night": night(found, ties),
        "denials": denials(found),
        "exports": exports(found),
        "overrides": overrides(found),
    }
    return _document(session, data)


def begin(since: str, session: Session) -> datetime:
    """The start of the span: `7d`, `24h` and `2w` before now, or a day. Raises InvalidInput."""
    if moment := typed_text.ago(session, since, "--since", "hdw"):
        return moment
    day = typed_text.day(session, since, "--since", future=False)
    return dates.day_start(day, session.settings.zone)


def _document(session: Session, data: dict[str, Any]) -> Document:
    span = [("from", dates.from_iso(data["since"])), ("until", dates.from_iso(data["until"]))]
    pairs = [(word, dates.say_moment(at, session.now)) for word, at in span]
    sections = [Section(pairs=pairs, lines=[OWN])]
    labels = {**codes.of_columns(session.db, role="staff_role"), "record": table.NAMES}
    for key, (heading, columns) in PARTS.items():
        rows = [{name: _cell(row[name]) for name in row} for row in data[key]]
        data[key] = [{name: _json(row[name]) for name in row} for row in data[key]]
        shown = rows if key == "accounts" else rows[:MOST_ROWS]
        more = len(rows) - len(shown)
        said = [RULES[key]] if key in RULES else []
        section_table = Table(columns, shown, labels=labels)
        sections.append(
            Section(
                f"{heading} ({len(rows)})" if rows else heading,
                table=section_table if rows else None,
                lines=[
                    *([] if rows else ["none"]),
                    *([f"and {more} more; --format json has all"] if more > 0 else []),
                    *said,
                ],
                main=key == "accounts",
            )
        )
    return Document("Audit review", sections, data)


def _cell(value: Any) -> Any:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value


def _json(value: Any) -> Any:
    return dates.to_iso(value) if isinstance(value, datetime) else value
