"""What `ccu seal`, `ccu purge` and `ccu deidentify` do: count, show, confirm, act, report.

Seal by order, and report what else the custodian should do. Purge records past the period of their
class. De-identify people without contact for years. After the last two, the text is removed from
the bytes of the file, with copies left by killed processes.
"""

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from ccu import dates
from ccu.consent import store as consents
from ccu.database import written
from ccu.database.written import Altered
from ccu.errors import InvalidInput, NotFound
from ccu.options import questions, required, typed_text
from ccu.options.lookups import PAST_DAY, code
from ccu.output import Document, Section, Table, say
from ccu.output.text import counted
from ccu.people import store as people
from ccu.records import audit, codes, field_words
from ccu.retention import deidentify_store, kept_store, purge_store, seal_store
from ccu.retention.deidentify_store import Candidate
from ccu.retention.kept_store import Destroyed
from ccu.retention.purge_store import Found
from ccu.retention.seal_store import Content, Sealed
from ccu.session import Session

# ---------------------------------------------------------------- sealing


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
    asking = session.interactive and not yes
    content = seal_store.gather(session.db, record, record_id)
    if authority is None and asking:
        authority = code("seal_authority").ask(session, "By whose order", "--authority")
    if ordered is None and asking:
        ordered = PAST_DAY.ask(session, "Day of the order", "--ordered")
    by, day = required(authority, "--authority"), required(ordered, "--ordered")
    if not yes:
        _confirm_seal(session, record, record_id, content.records, content.count())
    with session.work() as work:
        done = seal_store.seal(work, record, record_id, authority=by, ordered_on=day.isoformat())
    _report(done)
    return f"{record.capitalize()} {record_id} is sealed, as seal {done.id}."


def _confirm_seal(
    session: Session, record: str, record_id: int, records: list[int], rows: int
) -> None:
    others = [each for each in records if each != record_id]
    also = f", with {_named(record, others)} merged into it" if others else ""
    stated = (
        f"Sealing {record} {record_id}{also} removes it from every list, search and card:"
        f" {counted(rows, 'row')} of the file."
    )
    what = f"the number of the {record}"
    questions.confirm_by_number(session.interactive, record_id, stated, "seal", what)


def _report(done: Sealed) -> None:
    """Print what ended, and what the order may also cover; numbers and logins only."""
    if done.ended:
        ended = "; ".join(f"{what} {number} ({login})" for what, number, login in done.ended)
        say(f"Ended {len(done.ended)} open: {ended}")
    if done.calls:
        say(
            f"Text removed from {_named('call', done.calls)}. If the order covers a call too:"
            " ccu seal call"
        )
    if done.places:
        say(f"Notes on {_named('place', done.places)} may name them; check with ccu place show")
    say("Human Services destroys any care notes: ccu care destroy")


def _named(what: str, numbers: Iterable[int]) -> str:
    numbers_shown = [str(each) for each in numbers]
    return f"{what}{'' if len(numbers_shown) == 1 else 's'} {', '.join(numbers_shown)}"


# ---------------------------------------------------------------- what a seal holds, as a page


SEALED_COLUMNS = ("table", "row", "field", "value")


def sealed_document(session: Session, row: dict[str, Any], content: Content | None) -> Document:
    """Return the order, every field of the sealed rows, and the words removed from others.

    42 CFR Part 2 referrals are left out for an account that may not read them.

    JSON: the columns of `seal list`, records, and rows (table, row, field, value).
    """
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
    table = Table(SEALED_COLUMNS, cells, labels=field_words.labels(session.db, fields))
    sections = [
        Section(pairs=pairs),
        Section("Sealed content", table=table, main=True, empty="None: the seal was lifted"),
    ]
    data = {**row, "records": content.records if content else [], "rows": found}
    return Document(f"Seal {row['seal']}: {row['record']} {row['number']}", sections, data)


def _readable(session: Session, content: Content) -> Content:
    """Return what a seal holds, without what Part 2 withholds from this account."""
    if session.reads_part2:
        return content
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


def _ids_of(content: Content, table: str, field: str, wanted: set[int]) -> set[int]:
    found = content.rows.get(table, {})
    return {row["id"] for row in found.values() if row[field] in wanted}


def content_rows(content: Content) -> list[dict[str, Any]]:
    """Return SEALED_COLUMNS of every field with a value, moved rows first."""
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


# ---------------------------------------------------------------- destroying


COLUMNS = ("class", "year", "due", "held", "open", "linked", "destroy", "note")
NOT_KNOWN = "not known: no period is set"
COPIES = "Earlier backups and copies still hold what was destroyed: destroy them too."
CARE = "Notes in a care file (ccu care destroy) and a dispatch system's records are not touched."


def dry_run(session: Session) -> Found:
    """Return what a purge would destroy today, and record the look; nothing else is written."""
    found = _seen(session)
    with session.writing() as connection:
        audit.record(connection, session.staff_id, "purge-dry-run", rows=found.total)
    return found


def purge(
    session: Session, confirm: Callable[[Found], None], altered: Altered
) -> tuple[Found, int]:
    """Destroy what is due, all or nothing, after `confirm` agrees; then scrub the file.

    Returns what was due, and how many places were deleted because nothing refers to them.

    `altered` finds the records that another program wrote (audit/verify_store.py): they are still
    reported, although the digests of all rows start again. Exactly what `confirm` saw is destroyed:
    if the counts changed meanwhile, nothing is. Raises InvalidInput, also while a class has no
    period; VerificationFailed.
    """
    found = _seen(session)
    if found.not_set:
        raise InvalidInput(f"nothing is destroyed: {set_first(found.not_set)}")
    places = 0
    if found.total:
        confirm(found)
        places = _destroy(session, found, altered)
    else:
        with session.writing() as connection:
            audit.record(connection, session.staff_id, "purge", counts={}, destructions=[])
    remove_leftovers(session)
    finish(session)  # including what an earlier purge could not scrub
    return found, places


def _destroy(session: Session, seen: Found, altered: Altered) -> int:
    from ccu.database import digests

    at = audit.clock().isoformat(timespec="seconds")
    with digests.trusting(session.db), session.writing() as connection:
        if purge_store.find(connection, session.today) != seen:
            raise InvalidInput("the records just changed; nothing was destroyed: look again")
        written_by_others = altered(connection)
        orphans = purge_store.destroy(connection, session.staff_id)
        purge_store.forget(connection)
        done = [each for each in seen.destroyed if each.count]
        if orphans:
            why = "no record names them any more"
            done.append(Destroyed("places", orphans, None, None, why, None))
        numbers = kept_store.log_destroyed(connection, session.staff_id, done, at=at)
        written.keep_all(connection, audit.key_of(connection), written_by_others)
        counts = {each.name: each.count for each in done}
        audit.record(connection, session.staff_id, "purge", counts=counts, destructions=numbers)
    return orphans


def rows(found: Found) -> list[dict[str, Any]]:
    """Return COLUMNS by class and year; a class without a period has no counts, and a note."""
    unknown = dict.fromkeys(COLUMNS) | {"note": NOT_KNOWN}
    return [
        *({**each, "note": ""} for each in found.rows),
        *({**unknown, "class": name} for name in found.not_set),
    ]


def set_first(classes: list[str]) -> str:
    """Return the sentence that names the classes without a period, and the command."""
    return (
        f"no period is set for {', '.join(classes)}; set each of them first:"
        " ccu retention set CLASS YEARS --source TEXT"
    )


def finish(session: Session) -> list[int]:
    """Scrub the file of destroyed text that is still in its bytes; return the log's numbers.

    Raises VerificationFailed if another process still reads an old snapshot of the file.
    """
    at = audit.clock().isoformat(timespec="seconds")
    return purge_store.finish(session.db, at, session.writing)


def remove_leftovers(session: Session) -> None:
    """Overwrite and remove the copies beside the file that a killed process left."""
    from ccu.database import copies

    copies.remove_leftovers(session.path.absolute().parent)


def copies(session: Session) -> list[str]:
    """Return the copies that migrations made beside the file; they still have destroyed text."""
    start = f"{session.path.name}.schema-"
    try:
        return sorted(
            each.name for each in session.path.parent.iterdir() if each.name.startswith(start)
        )
    except OSError:
        return [f"perhaps {start}*.bak, for the folder cannot be listed"]


def _seen(session: Session) -> Found:
    """Return what is due, from one snapshot and without blocking writers."""
    session.db.execute("BEGIN")
    try:
        return purge_store.find(session.db, session.today)
    finally:
        session.db.execute("ROLLBACK")  # this drops the temporary tables too


# ---------------------------------------------------------------- identities
# `ccu deidentify`: find the people, confirm, remove, and scrub the bytes of the file.


PEOPLE_COLUMNS = ("person", "last", "result")
DONE, WOULD = "de-identified", "would be de-identified"


def find_people(session: Session, before: str | None, person_id: int | None) -> list[Candidate]:
    """Return the people without contact since a day, or one person, and record the look.

    Raises NotFound; InvalidInput for options that do not fit, and for one person who must stay.
    """
    if (before is None) == (person_id is None):
        raise InvalidInput("give either --before or --person")
    if person_id is not None:
        people.must_exist(session.db, person_id)
    with session.writing() as connection:
        found = _candidates(session, connection, before, person_id)
        audit.record(connection, session.staff_id, "deidentify-look", rows=len(found))
    if person_id is not None and not found:
        raise NotFound(f"person {person_id} is already de-identified")
    if person_id is not None and found[0].why:
        raise InvalidInput(f"person {person_id} stays as they are: {found[0].why}")
    return found


def people_rows(found: list[Candidate], result: str) -> list[dict[str, Any]]:
    """Return PEOPLE_COLUMNS of each; `result` is for those to be de-identified."""
    return [
        {
            "person": each.person,
            "last": each.last,
            "result": f"stays: {each.why}" if each.why else result,
        }
        for each in found
    ]


def confirm_people(session: Session, found: list[Candidate]) -> None:
    """Ask for the number of people as confirmation. Raises InvalidInput."""
    count = sum(not each.why for each in found)
    named = counted(count, "person", "people")
    stated = f"The identity of {named} is removed for good; earlier backups still have it."
    questions.confirm_by_number(
        session.interactive, count, stated, "destroy", "the number of people"
    )


def remove_identity(
    session: Session, before: str | None, person_id: int | None, altered: Altered
) -> list[Candidate]:
    """Remove the identity, from the current state of the file. Raises VerificationFailed.

    `altered` is as for `purge`.
    """
    at = dates.to_iso(session.now)
    with session.writing() as connection:
        found = _candidates(session, connection, before, person_id)
        others = altered(connection)
        done = deidentify_store.remove(connection, session.staff_id, found, others, at=at)
    stay = len(found) - len(done.people)
    named = counted(len(done.people), "person", "people")
    say(f"{named} de-identified, {stay} as before; {done.rows} rows changed")
    if done.people:
        purge_store.finish(session.db, at, session.writing)
    return found


def _candidates(
    session: Session, connection: sqlite3.Connection, before: str | None, person_id: int | None
) -> list[Candidate]:
    day = before and typed_text.day(session, before, "--before", future=False)
    today = session.today.isoformat()
    return deidentify_store.find(connection, today, str(day) if day else None, person_id)
