"""Seal by order: count the rows, confirm, seal, and tell the custodian what else to do."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from ccu import dates
from ccu.options import questions
from ccu.output import Document, Section, Table, say
from ccu.output.text import counted
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.retention.seal_store import Content, Sealed


def seal(
    session: Session,
    record: str,
    record_id: int,
    *,
    authority: str | None,
    ordered: date | None,
    yes: bool,
) -> str:
    """Seal a person or a call; return the line to print. Raises InvalidInput, NotFound."""
    from ccu.options import PAST_DAY, required
    from ccu.options.lookups import code
    from ccu.retention import seal_store

    asking = session.interactive and not yes
    content = seal_store.gather(session.db, record, record_id)
    if authority is None and asking:
        authority = code("seal_authority").ask(session, "By whose order", "--authority")
    if ordered is None and asking:
        ordered = PAST_DAY.ask(session, "Day of the order", "--ordered")
    by, day = required(authority, "--authority"), required(ordered, "--ordered")
    if not yes:
        _confirm(session, record, record_id, content.records, content.count())
    with session.work() as work:
        done = seal_store.seal(work, record, record_id, authority=by, ordered_on=day.isoformat())
    _report(done)
    return f"{record.capitalize()} {record_id} is sealed, as seal {done.id}."


def _confirm(session: Session, record: str, record_id: int, records: list[int], rows: int) -> None:
    others = [each for each in records if each != record_id]
    also = f", with {_named(record, others)} merged into it" if others else ""
    stated = (
        f"Sealing {record} {record_id}{also} removes it from every list, search and card:"
        f" {counted(rows, 'row')} of the file."
    )
    what = f"the number of the {record}"
    questions.confirm_by_number(session.interactive, record_id, stated, "seal", what)


def _report(done: "Sealed") -> None:
    """Print what ended, and what the order may also cover; numbers and logins only."""
    if done.ended:
        ended = "; ".join(f"{what} {number} ({login})" for what, number, login in done.ended)
        say(f"Ended {len(done.ended)} open: {ended}")
    if done.calls:
        say(
            f"Kept without words: {_named('call', done.calls)}. If the order covers a call too:"
            " ccu seal call"
        )
    if done.places:
        say(f"Notes on {_named('place', done.places)} may name them; check with ccu place show")
    say("Human Services destroys any care notes: ccu care destroy")


def _named(what: str, numbers: Iterable[int]) -> str:
    numbers_shown = [str(each) for each in numbers]
    return f"{what}{'' if len(numbers_shown) == 1 else 's'} {', '.join(numbers_shown)}"


# ---------------------------------------------------------------- what a seal holds, as a page


COLUMNS = ("table", "row", "field", "value")


def document(session: Session, row: dict[str, Any], content: "Content | None") -> Document:
    """Return the order, every field of the sealed rows, and the words removed from others.

    42 CFR Part 2 referrals are left out for an account that may not read them.

    JSON: the columns of `seal list`, records, and rows (table, row, field, value).
    """
    from ccu.records import codes, field_words

    labels = codes.labels(session.db, "seal_authority")
    found = [] if content is None else content_rows(_readable(session, content))
    pairs = [
        ("Order", f"{labels[row['authority']]}, {dates.said(row['ordered_on'])}"),
        ("Sealed", f"{dates.minute(row['sealed_at'])} by {row['sealed_by']}"),
    ]
    if row["lifted_at"]:
        when, reasons = dates.minute(row["lifted_at"]), codes.labels(session.db, "lift_reason")
        why = reasons[row["lift_reason"]]
        pairs.append(("Lifted", f"{when} by {row['lifted_by']} ({why})"))
    fields = ((each["table"], each["field"]) for each in found)
    cells = [tuple(each.values()) for each in found]
    table = Table(COLUMNS, cells, labels=field_words.labels(session.db, fields))
    sections = [
        Section(pairs=pairs),
        Section("Sealed content", table=table, main=True, empty="None: the seal was lifted"),
    ]
    data = {**row, "records": content.records if content else [], "rows": found}
    return Document(f"Seal {row['seal']}: {row['record']} {row['number']}", sections, data)


def _readable(session: Session, content: "Content") -> "Content":
    """Return what a seal holds, without what Part 2 withholds from this account."""
    if session.reads_part2:
        return content
    from dataclasses import replace

    from ccu.consent import store as consents

    programs = consents.part2_providers(session.db)
    referrals = _ids_of(content, "referral", "provider_id", programs)
    tasks = _ids_of(content, "follow_up", "referral_id", referrals)
    gone = {*(("referral", each) for each in referrals), *(("follow_up", each) for each in tasks)}
    shown = {
        table: {
            key: {**row, "referral_id": None} if row.get("referral_id") in referrals else row
            for key, row in found.items()
            if (table, key[0]) not in gone
            and (row.get("record"), row.get("record_id")) not in gone
            and row.get("follow_up_id") not in tasks
            and row.get("again_id") not in referrals
            and (table == "need_answer" or row.get("referral_id") not in referrals)
        }
        for table, found in content.rows.items()
    }
    return replace(content, rows=shown)


def _ids_of(content: "Content", table: str, field: str, wanted: set[int]) -> set[int]:
    found = content.rows.get(table, {})
    return {row["id"] for row in found.values() if row[field] in wanted}


def content_rows(content: "Content") -> list[dict[str, Any]]:
    """Return COLUMNS of every field with a value, moved rows first."""
    moved = [
        (table, key, row)
        for table, found in content.rows.items()
        if table != "person_key"  # made from the names
        for key, row in found.items()
    ]
    words = [(table, key, was) for (table, key), was in content.blanked.items()]
    return [
        {
            "table": table,
            "row": "/".join(map(str, key)),
            "field": name,
            "value": value.hex() if isinstance(value, bytes) else str(value),
        }
        for table, key, row in moved + words
        for name, value in row.items()
        if value not in (None, "")
    ]
