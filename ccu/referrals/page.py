"""A referral as JSON and as a page, with its events, follow-ups and attempts; lists."""

import sqlite3
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ccu import dates
from ccu.calls import answer_store
from ccu.errors import InvalidInput
from ccu.output import Document, Section, Table
from ccu.output.text import for_person
from ccu.people.open_work_store import AsOf
from ccu.records import audit, codes, person_ids
from ccu.records.visibility import Hidden
from ccu.referrals import read_store as referral_reads
from ccu.referrals import rules
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.referrals.options import ListOptions

EVENT_COLUMNS = ("When", "By", "Event", "Reason", "Note")
FOLLOW_UP_COLUMNS = ("Number", "Due", "Type", "Owner", "Status", "Attempts")
ATTEMPT_COLUMNS = ("Follow-up", "Attempt", "When", "By", "Result", "Minutes", "Note")


def read(
    connection: sqlite3.Connection, referral_id: int, now: datetime, *, named: bool, full: bool
) -> dict[str, Any]:
    """Return the referral in its documented JSON shape. Raises NotFound.

    The person's name is null unless `named`, notes unless `full`; note_characters is always set.
    """
    data = referral_reads.record(connection, referral_id)
    data = {
        **{key: data.pop(key) for key in ("id", "status", "since")},
        "outcome": answer_store.of_referral(connection, referral_id, AsOf.of(now)),
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
    """Return the referral as this account sees it and record the read; call it inside a write.

    A hidden referral shows only that it is being handled; hidden follow-ups are left out.
    """
    data = read(connection, referral_id, session.now, named=True, full=full)
    view = session.view
    hidden = view.referrals([referral_id]).get(referral_id)
    if hidden is not None:
        return _handled(data, hidden)
    untold = view.follow_ups(each["id"] for each in data["follow_ups"])
    data["follow_ups"] = [each for each in data["follow_ups"] if each["id"] not in untold]
    view.keep()
    return data


def _handled(data: dict[str, Any], hidden: Hidden) -> dict[str, Any]:
    """Return the same keys with only the values that may be shown of a hidden referral."""
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
    """Return the referral as a page."""
    if data["need"] is None:  # hidden
        pairs = [("status", data["outcome"]), ("for", _for(data)), ("from", ", ".join(_from(data)))]
        shown = Section(pairs=[pair for pair in pairs if pair[1]], main=True)
        return Document(f"Referral {data['id']}: {data['outcome']}", [shown], data)
    count = len(data["events"])
    return Document(
        title(connection, data),
        [
            Section(pairs=_pairs(connection, data), main=True),
            Section(
                f"Events ({count}; to update it having seen them: --seen {count})",
                table=Table(EVENT_COLUMNS, _events(connection, data)),
            ),
            *_due(connection, data),
        ],
        data,
    )


def made(connection: sqlite3.Connection, data: dict[str, Any]) -> Document:
    """Return a new referral in a few lines: the person, the owner, what is due when."""
    kinds = codes.labels(connection, "follow_up_kind")
    pairs = [pair for pair in _pairs(connection, data) if pair[0] in ("for", "owner", "handoff")]
    due = [
        f"Follow-up {each['id']}: {kinds[each['kind']]}, due {dates.said(each['due_at'])}"
        f" ({each['owner']})"
        for each in data["follow_ups"]
    ]
    return Document(title(connection, data), [Section(pairs=pairs, lines=due, main=True)], data)


def title(connection: sqlite3.Connection, data: dict[str, Any]) -> str:
    """Return Return `Referral 7: Housing, Homes with Hope (requested)`."""
    need = codes.labels(connection, "need")[data["need"]]
    status = codes.labels(connection, "referral_status")[data["status"]].lower()
    return f"Referral {data['id']}: {need}, {data['provider']['name']} ({status})"


def _pairs(connection: sqlite3.Connection, data: dict[str, Any]) -> list[tuple[str, Any]]:
    provider, owner = data["provider"], data["owner"]
    where = ", ".join(_from(data)) or "walk-in or phone-in, no call"
    if data["assessment"] and not data["call"]:
        where = f"assessment {data['assessment']}"
    handoff = codes.labels(connection, "handoff")[data["handoff"]]
    parts = [handoff.partition(" (")[0], data["handoff_parties"]]  # without the explanation
    if data["handoff_minutes"] is not None:
        parts.append(f"{data['handoff_minutes']} minutes")
    status = codes.labels(connection, "referral_status")[data["status"]]
    reached = [owner["name"], owner["phone"]]
    pairs = [
        ("status", f"{status}, since {dates.said(data['since'])}"),
        ("answer", data["outcome"]),
        ("for", _for(data)),
        ("from", where),
        ("provider", ", ".join(part for part in (str(provider["id"]), provider["phone"]) if part)),
        ("owner", ", ".join(part for part in (owner["login"], *reached) if part)),
        ("handoff", ", ".join(part for part in parts if part)),
        ("made", f"{dates.minute(data['made_at'])} by {data['recorded_by']}"),
    ]
    if data["again_of"]:
        pairs.append(("refers again", f"referral {data['again_of']}"))
    return pairs


def _for(data: dict[str, Any]) -> str:
    if data["person"] is None:
        return "no person named"
    return f"person {data['person']}" + (f", {data['person_name']}" if data["person_name"] else "")


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
            what.append(f"Reassigned to {each['owner']}")
        if each["again"]:
            what.append(f"Referred again as {each['again']}")
        if each["undone"]:
            what = [f"{', '.join(what) or statuses[each['status']]} ({each['undone']})"]
        before = each["status"]
        reason = reasons[each["reason"]] if each["reason"] else None
        rows.append((dates.minute(each["at"]), each["by"], ", ".join(what), reason, _note(each)))
    return rows


def _due(connection: sqlite3.Connection, data: dict[str, Any]) -> list[Section]:
    kinds = codes.labels(connection, "follow_up_kind")
    results = codes.labels(connection, "follow_up_result")
    rows, tries = [], []
    for each in data["follow_ups"]:
        state = f"closed {for_person(each['closed_at'])}" if each["closed_at"] else "open"
        state = "awaiting signature" if each["unsigned"] else state
        count = len(each["attempts"])
        kind = kinds[each["kind"]]
        rows.append((each["id"], dates.minute(each["due_at"]), kind, each["owner"], state, count))
        for number, attempt in enumerate(each["attempts"], 1):
            result = (results[attempt["result"]], attempt["minutes"], _note(attempt))
            tries.append((each["id"], number, dates.minute(attempt["at"]), attempt["by"], *result))
    sections = [Section("Follow-ups", table=Table(FOLLOW_UP_COLUMNS, rows), empty="none")]
    if tries:
        sections.append(Section("Attempts", table=Table(ATTEMPT_COLUMNS, tries)))
    return sections


def _note(event: dict[str, Any]) -> str | None:
    if event["note"] is None and event["note_characters"]:
        return f"{event['note_characters']} characters"
    note: str | None = event["note"]
    return note


# ---------------------------------------------------------------- lists

# changed and next_due are shown as days, so that rows fit a terminal
COLUMNS = ("id", "status", "need", "provider", "person", "place", "owner", "next_due")
NAMED_COLUMNS = (*COLUMNS[:5], "name", *COLUMNS[5:])


def list_rows(
    session: Session, given: "ListOptions", *, names: bool = False, number: int | None = None
) -> list[dict[str, Any]]:
    """Return the rows; record one audit event for the list and one for each person it names.

    `number`: of that referral alone. Raises InvalidInput for options that contradict each other.
    """
    numbers = None if number is None else [number]
    conditions = {**_conditions(session, given), referral_reads.NUMBERS: numbers}
    staff_id = session.staff_id
    with session.writing() as connection:
        found = _visible(session, given, referral_reads.rows(connection, conditions))
        people = sorted({row["person"] for row in found if row["person"] is not None})
        audit.record(
            connection, staff_id, "referral-list", "referral", None, rows=len(found), names=names
        )
        called = person_ids.names(connection, people) if names else {}
        if names:
            person_ids.shown(connection, staff_id, "referral-list", people)
    for row in found:
        row["name"] = called.get(row["person"])
        row["next_due"] = row["next_due"] and row["next_due"][:10]
    return found


def _conditions(session: Session, given: "ListOptions") -> dict[str, object]:
    chosen = {"--inbox": given.inbox, "--status": bool(given.status), "--all": given.every}
    typed = [option for option, is_given in chosen.items() if is_given]
    if given.stalled and given.every:
        typed.append("--stalled")
    if len(typed) > 1:
        raise InvalidInput(f"{' and '.join(typed)} contradict each other; give one of them")
    if given.mine and given.owner is not None:
        raise InvalidInput("--mine and --owner contradict each other; give one of them")
    statuses = ["requested"] if given.inbox else given.status or list(rules.OPEN)
    return {
        referral_reads.STATUSES: None if given.every else statuses,
        referral_reads.OWNER: session.staff_id if given.mine else given.owner,
        referral_reads.NEED: given.need,
        referral_reads.PROVIDER: given.provider,
        referral_reads.STALLED: AsOf.of(session.now).unix if given.stalled else None,
    }


def _visible(
    session: Session, given: "ListOptions", found: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the rows as this account sees them; call it inside a write.

    A hidden one is listed as being handled; it is left out if the list was filtered by a hidden
    value: need, provider, status, owner.
    """
    hidden = session.view.referrals(row["id"] for row in found)
    session.view.keep()
    by_owner = given.mine or given.owner is not None
    by_status = given.inbox or given.status or given.stalled
    if by_owner or by_status or given.need or given.provider:
        return [row for row in found if row["id"] not in hidden]
    nothing = dict.fromkeys(("need", "provider", "provider_id", "next_due", "made", "changed"))
    for row in found:
        if (each := hidden.get(row["id"])) is not None:
            row |= {**nothing, "status": each.state, "owner": each.agency}
    return found
