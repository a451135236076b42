"""A new referral, or a provider's fields, from their options. Nothing is written here."""

from dataclasses import dataclass
from typing import Any

from ccu.consent import visibility
from ccu.errors import InvalidInput
from ccu.options import PROVIDER, required
from ccu.output import say
from ccu.providers import store as providers
from ccu.records import codes, person_ids
from ccu.referrals import (
    checks as referral_checks,
)
from ccu.referrals import (
    events as referral_events,
)
from ccu.referrals import (
    reads as referral_reads,
)
from ccu.referrals.options import (
    HANDOFF,
    HANDOFF_MINUTES,
    NEED,
    PARTIES,
    NeedReferOptions,
    ProviderOptions,
    ReferOptions,
)
from ccu.referrals.store import NewReferral
from ccu.session import Session

WARM = ("warm_in_person", "warm_by_phone")


@dataclass
class About:
    """What a new referral comes from: a call, or an assessment's need and person."""

    call_id: int | None
    person_id: int | None
    need: str
    again_of: int | None = None


def from_call(session: Session, call_id: int, given: ReferOptions, asking: bool) -> About:
    """Return the call, person and need of `refer`. Raises NotFound, InvalidInput."""
    referral_checks.not_void(session.db, call_id)  # before anything is asked
    found = referral_reads.subjects(session.db, call_id)
    person_id = found[0] if len(found) == 1 else None
    again_of, need = given.again_of, given.need
    if again_of is not None:
        old = referral_events.referral(session.db, again_of)
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


def provider_fields(name: str | None, given: ProviderOptions) -> dict[str, Any]:
    """Return the fields that were given, by their names in the record."""
    verified = given.verified
    fields = {
        "name": name,
        "needs": given.need or None,
        "agency": given.agency,
        "capacity": given.capacity,
        "phone": given.phone,
        "hours": given.hours,
        "eligibility": given.eligibility,
        "part2": given.part2,
        "verified_on": verified.isoformat() if verified else None,
    }
    return {field: value for field, value in fields.items() if value is not None}
