"""Care notes: a file that only HSD's accounts can open (`CCU_CARE_DB`), and its pages.

care.sql  its schema
store     opens it; writes, reads, moves and destroys notes in it; records in its own audit
actions   what the `ccu care` commands do with both files

Here are the notes as people see them: below a card, and as a list of their own.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from ccu import dates
from ccu.output import Document, Section, Table, say
from ccu.session import Session

VARIABLE = "CCU_CARE_DB"  # names the file, where ccu.toml does not
RIGHT = "care note list"
LAST_NOTES = 5


def below(
    session: Session, card: Document, people: Callable[[], Iterable[int]], every: bool
) -> Document:
    """Return the card with the care notes of these people below it, for roles that may see them.

    For any other role the file is not looked for. If this account cannot open one, the card is the
    same as without notes: `care_notes` is empty and nothing is printed.
    """
    if not session.may(RIGHT):
        return card
    found = _read(session, list(people()))
    return replace(
        card,
        sections=[*card.sections, _section(found, every)],
        data={**card.data, "care_notes": found},
    )


def _read(session: Session, people: list[int]) -> list[dict[str, Any]]:
    """Return the notes; a problem with their file is just a message, since the card must print."""
    from ccu import installation
    from ccu.errors import CcuError

    try:
        if not installation.named(VARIABLE):
            return []
        from ccu.care import store
        from ccu.database.opening import write
        from ccu.records import person_ids

        canonical = person_ids.canonical(session.db, person_ids.same(session.db, people))
        with store.opened_or_none(session) as connection:
            if connection is None:
                return []
            with write(connection):
                return store.read(connection, login(session), "history", canonical)
    except CcuError as error:
        say(f"ccu: the care notes are not shown: {error}")
        return []


def login(session: Session) -> str:
    """Return the login at the keyboard; the care file has logins, not staff ids."""
    from ccu import access

    return access.login(session.service_account)


def _section(found: Sequence[dict[str, Any]], every: bool) -> Section:
    shown = found if every else found[:LAST_NOTES]
    older = "all of them"
    if len(shown) < len(found):
        older = f"the last {len(shown)} of {len(found)}; --all lists every one"
    texts = [each for note in shown for each in (_lines(note), "")]
    return Section(f"Care notes ({older})", lines=texts[:-1])


def _lines(note: dict[str, Any]) -> str:
    """Return one note: its author, its person, its text, its notice."""
    head = (
        f"{dates.said(note['day'])}, note {note['id']} of person {note['person']} by {note['by']}"
    )
    head += f", corrects note {note['corrects']}" if note["corrects"] else ""
    return "\n".join(filter(None, (head, note["text"], note["notice"])))


def listed(person_id: int, found: Sequence[dict[str, Any]]) -> Document:
    """Return the notes of one person as a table, with the notice below it if one is Part 2."""
    from ccu.care import store
    from ccu.records.visibility import NOTICE

    notice = [NOTICE] if any(note["part2"] for note in found) else []
    table = Table(store.COLUMNS, found)
    return Document(
        f"Care notes of person {person_id}",
        [Section(table=table, empty="No care notes.", main=True), Section(lines=notice)],
        {"person": person_id, "care_notes": list(found)},
    )
