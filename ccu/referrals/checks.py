"""What a write to a referral may not do. Each refusal raises InvalidInput and names what stands in

the way, by whom and when, so that the second of two people learns what the first one did.
"""

import sqlite3
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.people import store as people
from ccu.providers import store as providers
from ccu.records import person_ids, staff
from ccu.referrals import events as referral_events
from ccu.referrals import life as referral_steps
from ccu.work import Work

if TYPE_CHECKING:
    from ccu.referrals.store import NewReferral

JUST_NOW = timedelta(minutes=10)  # a change by somebody else this fresh was perhaps not seen


def check_new(connection: sqlite3.Connection, new: "NewReferral") -> None:
    """The call, person, provider and earlier referral of a new one. Raises NotFound too."""
    if new.call_id is not None:
        call = not_void(connection, new.call_id)
        if dates.is_after(dates.from_iso(call["occurred_at"]), new.made_at):
            raise InvalidInput(f"--made is before call {new.call_id} began")
    if new.person_id is not None:
        people.must_exist(connection, new.person_id)
    provider = providers.read(connection, new.provider_id)
    if not provider["active"]:
        raise InvalidInput(
            f"--to: provider {provider['id']} ({provider['name']}) is retired; choose another"
        )
    if new.again_of is not None:
        old = referral_events.referral(connection, new.again_of)
        same = person_ids.same(connection, [old["person_id"]] if old["person_id"] else [])
        if same and new.person_id is not None and new.person_id not in same:
            raise InvalidInput(f"--again-of: referral {new.again_of} is for somebody else")
        if dates.is_after(dates.from_iso(old["made_at"]), new.made_at):
            raise InvalidInput(f"--made is before referral {new.again_of} was made")


def not_void(connection: sqlite3.Connection, call_id: int) -> sqlite3.Row:
    """The call, when something may be referred from it. Raises NotFound too."""
    call = referral_events.call(connection, call_id)
    if call["voided_at"]:
        raise InvalidInput(f"call {call_id} is void; nothing is referred from it")
    return call


def check_step(
    work: Work, referral_id: int, events: list[dict[str, Any]], status: str | None
) -> None:
    """The step to `status`, or with None a note or a new owner. Raises NotAllowed too."""
    before = events[-1]["status"]
    allowed = referral_steps.STEPS[before]
    if status in allowed:
        role = staff.role_of(work.connection, work.staff_id)
        referral_steps.check_role(before, status, role)
        return
    since = referral_events.of_status(events)
    what = f"referral {referral_id} is {before} ({referral_events.who_and_when(since)})"
    if before not in referral_steps.OPEN:
        raise InvalidInput(
            f"{what}: it has ended; ccu refer CALL --again-of {referral_id} refers again"
        )
    if status is not None:
        already = " already" if status == before else ""
        raise InvalidInput(f"{what}{already}; from there it can become {', '.join(allowed)}")


def refuse_unseen(referral_id: int, events: list[dict[str, Any]], seen: int | None) -> None:
    """Somebody wrote since this person counted the events."""
    if seen is None or seen == len(events):
        return
    if seen > len(events):
        raise InvalidInput(f"--seen: referral {referral_id} has {len(events)} events")
    what = "; ".join(referral_events.say(each) for each in events[seen:][-3:])
    raise InvalidInput(
        f"referral {referral_id} was changed since you looked: {what}; nothing was written,"
        f" ccu referral show {referral_id} shows it"
    )


def refuse_fresh(work: Work, referral_id: int, events: list[dict[str, Any]]) -> None:
    """Somebody else changed it minutes ago: perhaps this person looked before that."""
    last = events[-1]
    age = work.now - dates.from_iso(last["recorded_at"])
    if len(events) > 1 and last["by_id"] != work.staff_id and timedelta() <= age < JUST_NOW:
        raise InvalidInput(
            f"referral {referral_id} was changed just now: {referral_events.say(last)}; nothing was"
            f" written; if you still mean it, add --seen {len(events)}"
        )


def step_time(referral_id: int, events: list[dict[str, Any]], at: datetime) -> str:
    """The time of a step in stored form; steps are in the order in which they happened."""
    last = events[-1]
    if dates.is_after(dates.from_iso(last["at"]), at):
        raise InvalidInput(
            f"--when is before the last event of referral {referral_id}"
            f" ({referral_events.minute(last['at'])})"
        )
    return dates.to_iso(at)
