"""Making a referral: what to beware of, the write, the page. For `refer` and `needs refer`."""

import sqlite3
from collections.abc import Callable
from typing import Any

from ccu.output import say
from ccu.providers import store as providers
from ccu.records import codes
from ccu.referrals import (
    events as referral_events,
)
from ccu.referrals import (
    life as referral_steps,
)
from ccu.referrals import page
from ccu.referrals import (
    reads as referral_reads,
)
from ccu.referrals import (
    store as referrals,
)
from ccu.referrals.store import NewReferral
from ccu.session import Session
from ccu.work import Work


def make(
    session: Session,
    new: NewReferral,
    link: Callable[[Work, int], None] | None = None,
) -> dict[str, Any]:
    """Write the referral; what to beware of is said and does not stop it. Returns its data.

    `link` writes in the same transaction what the new referral's number goes into.
    """
    with session.work() as work:
        warnings = cautions(session, work.connection, new)
        referral_id = referrals.make(work, new)
        if link is not None:
            link(work, referral_id)
        data = page.read(work.connection, referral_id, session.now, named=False, full=False)
    for each in warnings:
        say(f"Note: {each}.")
    return {**data, "warnings": warnings}


def cautions(session: Session, connection: sqlite3.Connection, new: NewReferral) -> list[str]:
    """What the person should know of this referral, as clauses without a full stop."""
    of_person = _of_person(session, connection, new)
    return [*of_person, *_of_provider(session, connection, new)]


def _of_person(session: Session, connection: sqlite3.Connection, new: NewReferral) -> list[str]:
    found = []
    call_id, person_id = new.call_id, new.person_id
    if call_id is not None and person_id is None:
        count = len(referral_reads.subjects(connection, call_id))
        has = f"has {count} subjects" if count else "has no subject"
        found.append(f"call {call_id} {has}, so this is for nobody by name; --person says whom")
    elif call_id and person_id and not referral_reads.was_on_call(connection, call_id, person_id):
        found.append(f"person {person_id} was not on call {call_id}")
    alike = [each for each in referral_reads.open_alike(connection, new) if each != new.again_of]
    hidden = session.view.referrals(alike)  # that somebody else asked for the same is not told
    alike = [each for each in alike if each not in hidden]
    if alike:
        numbers = ", ".join(map(str, alike))
        found.append(f"the same is open already: referral {numbers}; --again-of is to refer again")
    if new.again_of is not None:
        old = referral_events.referral(connection, new.again_of)
        if old["status"] in referral_steps.OPEN:
            found.append(f"referral {old['id']} is still open; ccu referral update ends it")
    return found


def _of_provider(session: Session, connection: sqlite3.Connection, new: NewReferral) -> list[str]:
    provider = providers.read(connection, new.provider_id)
    name = f"provider {provider['id']} ({provider['name']})"
    found = []
    if provider["capacity"] == "full":
        found.append(f"{name} is full")
    elif provider["capacity"] == "waitlist":
        found.append(f"{name} has a waitlist")
    if new.need not in provider["needs"]:
        label = codes.labels(connection, "need")[new.need]
        found.append(f"{name} is not listed for {label}")
    days = session.settings.number("verified_days")
    if provider["verified_on"] is None:
        found.append(f"what is known of {name} was never verified")
    elif providers.is_old(provider, session.today, days):
        found.append(f"what is known of {name} is old: verified {provider['verified_on']}")
    return found
