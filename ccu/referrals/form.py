"""A new referral from its options: what is asked, what to warn of, the write."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ccu.calls import store as calls
from ccu.errors import InvalidInput
from ccu.options import PROVIDER, required
from ccu.output import say
from ccu.providers import store as providers
from ccu.records import codes, person_ids, table, visibility
from ccu.referrals import page, rules
from ccu.referrals import reads as referral_reads
from ccu.referrals import store as referrals
from ccu.referrals.options import (
    HANDOFF,
    HANDOFF_MINUTES,
    NEED,
    PARTIES,
    NeedReferOptions,
    ReferOptions,
)
from ccu.referrals.store import NewReferral
from ccu.session import Session
from ccu.work import Work

WARM = ("warm_in_person", "warm_by_phone")


@dataclass
class About:
    """The source of a new referral: a call, or an assessment's need and person."""

    call_id: int | None
    person_id: int | None
    need: str
    again_of: int | None = None


def from_call(session: Session, call_id: int, given: ReferOptions, asking: bool) -> About:
    """Return the call, person and need of `refer`. Raises NotFound, InvalidInput."""
    calls.require_not_void(session.db, call_id)  # before anything is asked
    found = calls.subjects(session.db, call_id)
    person_id = found[0] if len(found) == 1 else None
    again_of, need = given.again_of, given.need
    if again_of is not None:
        old = table.require(session.db, "referral", again_of)
        visibility.refuse("referral", session.view.referrals([again_of]))
        need = need or old["need"]
        if old["person_id"] is not None:
            person_id = person_ids.canonical(session.db, [old["person_id"]])[old["person_id"]]
    if given.person is not None:
        person_id = given.person
    if need is None and not asking:
        missing = "--need is missing" if given.to is not None else "--need and --to are missing"
        raise InvalidInput(missing)
    need = need or NEED.ask(session, "Need", "--need")
    return About(call_id, person_id, need, again_of=again_of)


def new_referral(
    session: Session, about: About, given: ReferOptions | NeedReferOptions, asking: bool
) -> NewReferral:
    """Return the new referral, asking for what is missing where that is allowed."""
    if asking:
        _ask(session, about.need, given)
    return NewReferral(
        call_id=about.call_id,
        person_id=about.person_id,
        need=about.need,
        again_of=about.again_of,
        provider_id=required(given.to, "--to"),
        owner_id=given.owner or session.staff_id,
        made_at=given.made or session.now,
        handoff=given.handoff or "none",
        handoff_parties=given.parties or "",
        handoff_minutes=given.handoff_minutes,
        status="draft" if given.draft else "requested",
        note=given.note_file() if given.note_file else None,
    )


def _ask(session: Session, need: str, given: ReferOptions | NeedReferOptions) -> None:
    if given.to is None:
        given.to = _ask_provider(session, need)
    if given.handoff is None:
        given.handoff = HANDOFF.ask(session, "Handoff", "--handoff", "none")
        if given.handoff in WARM and given.parties is None:
            given.parties = PARTIES.ask_or_skip(session, "Who took part, by role", "--parties")
        if given.handoff in WARM and given.handoff_minutes is None:
            given.handoff_minutes = HANDOFF_MINUTES.ask_or_skip(
                session, "Minutes it took", "--handoff-minutes"
            )


def _ask_provider(session: Session, need: str) -> int:
    """Ask for a provider, listing those for the need; any other may be named too."""
    listed = providers.rows(session.db, need=need)
    capacities = codes.labels(session.db, "capacity")
    for each in listed:
        facts = (each["phone"], each["hours"], each["eligibility"])
        known = "; ".join([capacities[each["capacity"]], *(fact for fact in facts if fact)])
        say(f"  {each['id']} {each['name']} ({known})")
    if not listed:
        say("  No provider is listed for that; ccu provider list shows all.")
    return PROVIDER.ask(session, "Provider", "--to")


# ---------------------------------------------------------------- making it


def make(
    session: Session,
    new: NewReferral,
    link: Callable[[Work, int], None] | None = None,
) -> dict[str, Any]:
    """Write the referral, print its warnings, and return its data.

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
    """What the person should know of this referral, as clauses without a period."""
    of_person = _of_person(session, connection, new)
    return [*of_person, *_of_provider(session, connection, new)]


def _of_person(session: Session, connection: sqlite3.Connection, new: NewReferral) -> list[str]:
    found = []
    call_id, person_id = new.call_id, new.person_id
    if call_id is not None and person_id is None:
        count = len(calls.subjects(connection, call_id))
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
        old = table.require(connection, "referral", new.again_of)
        if old["status"] in rules.OPEN:
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
