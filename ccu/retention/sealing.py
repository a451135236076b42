"""Sealing by an erasure order: what it would take, asked twice, done, and told to the custodian."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ccu import dates
from ccu.ask import ask, read_line
from ccu.errors import InvalidInput
from ccu.output import say
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.retention.seals import Sealed


def seal(
    session: Session,
    record: str,
    record_id: int,
    *,
    authority: str | None,
    ordered: str | None,
    yes: bool,
) -> str:
    """Seal a person or a call; what to tell. Raises InvalidInput, NotFound."""
    from ccu.records import codes
    from ccu.retention import sealed_content, seals

    by, asking = session.staff_id, session.interactive and not yes
    content = sealed_content.gather(session.db, record, record_id)
    choices = ", ".join(codes.choices(session.db, "seal_authority"))
    said = ask(f"By whose order ({choices})", authority, "--authority", asking)
    code = codes.code(session.db, "seal_authority", said, "--authority")
    typed = ask("Day of the order", ordered, "--ordered", asking)
    day = dates.parse_day(typed, session.today, field="--ordered", future=False)
    if not yes:
        _confirm(session, record, record_id, content.records, content.count())
    with session.writing() as connection:
        done = seals.seal(
            connection,
            by,
            record,
            record_id,
            authority=code,
            ordered_on=day.isoformat(),
            at=dates.to_iso(session.now),
        )
    _tell(done)
    return f"{record.capitalize()} {record_id} is sealed, as seal {done.id}."


def _confirm(session: Session, record: str, record_id: int, records: list[int], rows: int) -> None:
    """Nobody seals by a slip of the finger. Raises InvalidInput."""
    if not session.interactive:
        raise InvalidInput("--yes is missing: nobody is at a terminal to confirm it")
    others = [each for each in records if each != record_id]
    also = f", with {_numbers('record', others)} merged into it" if others else ""
    say(f"{record} {record_id}{also}: {rows} rows are taken out of every list, search and card.")
    if read_line(f"Type {record_id} to seal it: ").strip() != str(record_id):
        raise InvalidInput("that is another number; nothing was sealed")


def _tell(done: "Sealed") -> None:
    """What ended with it, and what the order may also mean; numbers and logins only."""
    if done.ended:
        told = "; ".join(f"{what} {number} ({login})" for what, number, login in done.ended)
        say(f"ended {len(done.ended)} open: {told}")
    if done.calls:
        say(
            f"what stays, without its words: {_numbers('call', done.calls)}; if the order means"
            " that too: ccu seal call"
        )
    if done.places:
        say(f"notes on {_numbers('place', done.places)} may name them: look with ccu place show")
    say("care notes, if there are any, are Human Services' to destroy: ccu care destroy")


def _numbers(what: str, numbers: Iterable[int]) -> str:
    told = [str(each) for each in numbers]
    return f"{what}{'' if len(told) == 1 else 's'} {', '.join(told)}"
