"""Which referrals to list, and as what rows."""

from dataclasses import dataclass
from typing import Any

from ccu.errors import InvalidInput
from ccu.records import audit, person_ids
from ccu.referrals import life as referral_steps
from ccu.referrals import reads as referral_reads
from ccu.referrals.reads import Filter
from ccu.session import Session

# changed and next_due are days: with their minutes the rows would fit few terminals
COLUMNS = ("id", "status", "need", "provider", "person", "place", "owner", "next_due")
NAMED_COLUMNS = (*COLUMNS[:5], "name", *COLUMNS[5:])


@dataclass(kw_only=True)
class Asked:
    """What was asked of `referral list`."""

    inbox: bool
    mine: bool
    owner: int | None
    stalled: bool
    need: str | None
    provider: int | None
    status: list[str] | None
    every: bool


def wanted(session: Session, asked: Asked) -> Filter:
    """The filter. Raises InvalidInput for options that contradict each other, NotFound."""
    chosen = {"--inbox": asked.inbox, "--status": bool(asked.status), "--all": asked.every}
    said = [option for option, given in chosen.items() if given]
    if asked.stalled and asked.every:
        said.append("--stalled")
    if len(said) > 1:
        raise InvalidInput(f"{' and '.join(said)} contradict each other; give one of them")
    if asked.mine and asked.owner is not None:
        raise InvalidInput("--mine and --owner contradict each other; give one of them")
    return Filter(
        statuses=_statuses(asked),
        owner_id=session.staff_id if asked.mine else asked.owner,
        need=asked.need,
        provider_id=asked.provider,
        silent_since=_silent_since(session) if asked.stalled else None,
    )


def stalled(session: Session) -> Filter:
    """What `--stalled` means: open, and no event for the days of the setting stalled_days."""
    return Filter(silent_since=_silent_since(session))


def rows(session: Session, filter: Filter, *, names: bool) -> list[dict[str, Any]]:
    """The rows, audited: one event for the list, and one for each person whose name it shows."""
    staff_id = session.staff_id
    with session.writing() as connection:
        found = _seen(session, filter, referral_reads.rows(connection, filter))
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


def _seen(session: Session, filter: Filter, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as this account sees them, inside a write.

    Of a hidden one that it is in hand; it is left out where the list was asked for by what is
    hidden: need, provider, status, owner.
    """
    hidden = session.view.referrals(row["id"] for row in found)
    session.view.keep()
    asked = (filter.owner_id, filter.need, filter.provider_id, filter.silent_since)
    whole = filter.statuses in (referral_steps.OPEN, tuple(referral_steps.STEPS))
    if any(asked) or not whole:
        return [row for row in found if row["id"] not in hidden]
    nothing = dict.fromkeys(("need", "provider", "provider_id", "next_due", "made", "changed"))
    for row in found:
        if (each := hidden.get(row["id"])) is not None:
            row |= {**nothing, "status": each.state, "owner": each.agency}
    return found


def _statuses(asked: Asked) -> tuple[str, ...]:
    if asked.inbox:
        return ("requested",)
    if asked.every:
        return tuple(referral_steps.STEPS)
    return tuple(asked.status) if asked.status else referral_steps.OPEN


def _silent_since(session: Session) -> str:
    return referral_reads.silent_since(session.now, session.settings.number("stalled_days"))
