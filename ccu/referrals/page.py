"""A referral as data and as a page: where it stands, who has it, what was tried, what became."""

import sqlite3
from datetime import datetime
from typing import Any

from ccu.calls import call_answer
from ccu.consent.visibility import Hidden
from ccu.follow_ups.rows import AsOf
from ccu.output import Document, Section, Table
from ccu.records import codes, person_ids
from ccu.referrals import reads as referral_reads
from ccu.referrals.events import minute
from ccu.session import Session

EVENT_COLUMNS = ("when", "by", "what", "reason", "note")
FOLLOW_UP_COLUMNS = ("id", "due", "kind", "owner", "state", "tries")
ATTEMPT_COLUMNS = ("follow_up", "try", "when", "by", "result", "minutes", "note")


def read(
    connection: sqlite3.Connection, referral_id: int, now: datetime, *, named: bool, full: bool
) -> dict[str, Any]:
    """The referral in its documented JSON shape. Raises NotFound.

    The person's name only if `named`, notes only if `full`; else null, and note_characters.
    """
    data = referral_reads.record(connection, referral_id)
    data = {
        **{key: data.pop(key) for key in ("id", "status", "since")},
        "outcome": call_answer.of_referral(connection, referral_id, AsOf.of(now)),
        **data,
    }
    data["person_name"] = None
    if named and data["person"] is not None:
        data["person_name"] = person_ids.names(connection, [data["person"]])[data["person"]]
    tried = [attempt for each in data["follow_ups"] for attempt in each["attempts"]]
    for each in [*data["events"], *tried]:
        each["note_characters"] = len(each["note"] or "")
        if not full:
            each["note"] = None
    return data


def seen(
    session: Session, connection: sqlite3.Connection, referral_id: int, *, full: bool
) -> dict[str, Any]:
    """The referral as this account sees it, and what was shown of it kept, inside a write.

    Of one that is hidden, and of follow-ups that are, no more than that they are in hand.
    """
    data = read(connection, referral_id, session.now, named=True, full=full)
    view = session.view
    hidden = view.referrals([referral_id]).get(referral_id)
    if hidden is not None:
        return in_hand(data, hidden)
    untold = view.follow_ups(each["id"] for each in data["follow_ups"])
    data["follow_ups"] = [each for each in data["follow_ups"] if each["id"] not in untold]
    view.keep()
    return data


def in_hand(data: dict[str, Any], hidden: Hidden) -> dict[str, Any]:
    """What is left of a referral for somebody it is hidden from: the same keys, few values."""
    kept = {key: data[key] for key in ("id", "person", "call", "place", "call_void")}
    empty = dict.fromkeys(data) | {
        key: [] for key, value in data.items() if isinstance(value, list)
    }
    return {
        **empty,
        **kept,
        "status": hidden.state,
        "outcome": hidden.words,
        "provider": {"id": None, "name": None, "phone": None},
        "owner": {"login": None, "name": hidden.agency, "phone": None},
    }


def document(connection: sqlite3.Connection, data: dict[str, Any]) -> Document:
    """The same as a page."""
    if data["need"] is None:  # hidden
        pairs = [
            ("status", data["outcome"]),
            ("for", "nobody by name" if data["person"] is None else f"person {data['person']}"),
            ("from", ", ".join(_from(data))),
        ]
        shown = Section(pairs=[pair for pair in pairs if pair[1]], main=True)
        return Document(f"Referral {data['id']}: {data['outcome']}", [shown], data)
    count = len(data["events"])
    return Document(
        title(connection, data),
        [
            Section(pairs=_pairs(connection, data), main=True),
            Section(
                f"Events ({count}; update --seen {count} says that you saw them)",
                table=Table(EVENT_COLUMNS, _events(connection, data)),
            ),
            *_due(connection, data),
        ],
        data,
    )


def made(connection: sqlite3.Connection, data: dict[str, Any]) -> Document:
    """A new referral in a few lines: whom it is for, who has it, when what is due."""
    kinds = codes.labels(connection, "follow_up_kind")
    pairs = [pair for pair in _pairs(connection, data) if pair[0] in ("for", "owner", "hand-off")]
    due = [
        f"Follow-up {each['id']}: {kinds[each['kind']]}, due {minute(each['due_at'])}"
        f" ({each['owner']})"
        for each in data["follow_ups"]
    ]
    return Document(title(connection, data), [Section(pairs=pairs, lines=due, main=True)], data)


def title(connection: sqlite3.Connection, data: dict[str, Any]) -> str:
    """`Referral 7: Housing, Homes with Hope (requested)`."""
    need = codes.labels(connection, "need")[data["need"]]
    return f"Referral {data['id']}: {need}, {data['provider']['name']} ({data['status']})"


def _pairs(connection: sqlite3.Connection, data: dict[str, Any]) -> list[tuple[str, Any]]:
    provider, owner = data["provider"], data["owner"]
    who = "nobody by name"
    if data["person"] is not None:
        who = f"person {data['person']}"
        who += f", {data['person_name']}" if data["person_name"] else ""
    where = ", ".join(_from(data))
    handoff = codes.labels(connection, "handoff")[data["handoff"]]
    parts = [handoff.partition(" (")[0], data["handoff_parties"]]  # the explanation is for choosing
    if data["handoff_minutes"] is not None:
        parts.append(f"{data['handoff_minutes']} minutes")
    status = codes.labels(connection, "referral_status")[data["status"]]
    reached = [owner["name"], owner["phone"]]
    pairs = [
        ("status", f"{status}, since {minute(data['since'])}"),
        ("what came of it", data["outcome"]),
        ("for", who),
        ("from", where or f"assessment {data['assessment']}"),
        ("provider", ", ".join(part for part in (str(provider["id"]), provider["phone"]) if part)),
        ("owner", ", ".join(part for part in (owner["login"], *reached) if part)),
        ("hand-off", ", ".join(part for part in parts if part)),
        ("made", f"{minute(data['made_at'])} by {data['recorded_by']}"),
    ]
    if data["again_of"]:
        pairs.append(("comes after", f"referral {data['again_of']}"))
    return pairs


def _from(data: dict[str, Any]) -> list[str]:
    call = data["call"] and f"call {data['call']}" + (" (void)" if data["call_void"] else "")
    return [part for part in (call, data["place"]) if part]


def _events(connection: sqlite3.Connection, data: dict[str, Any]) -> list[tuple[Any, ...]]:
    statuses = codes.labels(connection, "referral_status")
    reasons = codes.labels(connection, "reason")
    rows = []
    before = None
    for each in data["events"]:
        what = [] if each["status"] == before else [statuses[each["status"]]]
        if each["owner"]:
            what.append(f"handed to {each['owner']}")
        if each["again"]:
            what.append(f"referred again as {each['again']}")
        before = each["status"]
        reason = reasons[each["reason"]] if each["reason"] else None
        rows.append((minute(each["at"]), each["by"], ", ".join(what), reason, _note(each)))
    return rows


def _due(connection: sqlite3.Connection, data: dict[str, Any]) -> list[Section]:
    kinds = codes.labels(connection, "follow_up_kind")
    results = codes.labels(connection, "follow_up_result")
    rows, tries = [], []
    for each in data["follow_ups"]:
        state = f"closed {minute(each['closed_at'])}" if each["closed_at"] else "open"
        state = "to sign" if each["unsigned"] else state
        count = len(each["attempts"])
        kind = kinds[each["kind"]]
        rows.append((each["id"], minute(each["due_at"]), kind, each["owner"], state, count))
        for number, attempt in enumerate(each["attempts"], 1):
            said = (results[attempt["result"]], attempt["minutes"], _note(attempt))
            tries.append((each["id"], number, minute(attempt["at"]), attempt["by"], *said))
    sections = [Section("Follow-ups", table=Table(FOLLOW_UP_COLUMNS, rows), empty="none")]
    if tries:
        sections.append(Section("Tries", table=Table(ATTEMPT_COLUMNS, tries)))
    return sections


def _note(event: dict[str, Any]) -> str | None:
    if event["note"] is None and event["note_characters"]:
        return f"{event['note_characters']} characters"
    note: str | None = event["note"]
    return note
