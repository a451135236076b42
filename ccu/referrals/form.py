"""The words of the options -> a new referral, or a provider's fields. Nothing is written here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccu import dates, typed
from ccu.consent import visibility
from ccu.errors import InvalidInput
from ccu.providers import store as providers
from ccu.records import codes, person_ids, staff
from ccu.referrals import (
    checks as referral_checks,
)
from ccu.referrals import (
    events as referral_events,
)
from ccu.referrals import (
    reads as referral_reads,
)
from ccu.referrals.options import NeedReferOptions, ProviderOptions, ReferOptions
from ccu.referrals.store import NewReferral
from ccu.session import Session

LONGEST_HANDOFF = 10_000  # minutes
WARM = ("warm_in_person", "warm_by_phone")


@dataclass
class About:
    """What a new referral comes from: a call, or an assessment's need and person."""

    call_id: int | None
    person_id: int | None
    need: str
    again_of: int | None = None


def from_call(session: Session, call: str, given: ReferOptions, asking: bool) -> About:
    """The call, person and need of `refer`. Raises NotFound, InvalidInput."""
    call_id = typed.record_id(call, "call")
    referral_checks.not_void(session.db, call_id)  # before anything is asked
    found = referral_reads.subjects(session.db, call_id)
    person_id = found[0] if len(found) == 1 else None
    again_of = typed.record_id(given.again_of, "referral") if given.again_of is not None else None
    need = given.need
    if again_of is not None:
        old = referral_events.referral(session.db, again_of)
        visibility.refuse("referral", session.view.referrals([again_of]))
        need = need or old["need"]
        if old["person_id"] is not None:
            person_id = person_ids.canonical(session.db, [old["person_id"]])[old["person_id"]]
    if given.person is not None:
        person_id = typed.record_id(given.person, "person")
    if need is None and not asking:
        missing = "--need is missing" if given.to is not None else "--need and --to are missing"
        raise InvalidInput(missing)
    if need is None:
        from ccu.referrals import questions

        need = questions.code(session.db, "need", "Need", "--need")
    return About(
        call_id, person_id, codes.code(session.db, "need", need, "--need"), again_of=again_of
    )


def new_referral(
    session: Session, about: About, given: ReferOptions | NeedReferOptions, asking: bool
) -> NewReferral:
    """The new referral, asking for what is missing where that is allowed."""
    if asking:
        _ask(session, about.need, given)
    if given.to is None:
        raise InvalidInput("--to is missing")
    made_at = session.now
    if given.made is not None:
        made_at = dates.parse_moment(given.made, session.now, field="--made")
    owner = given.owner
    return NewReferral(
        call_id=about.call_id,
        person_id=about.person_id,
        need=about.need,
        again_of=about.again_of,
        provider_id=providers.find(session.db, given.to, "--to")["id"],
        owner_id=session.staff_id if owner is None else staff.require(session.db, owner, "--owner"),
        made_at=made_at,
        handoff=codes.code(session.db, "handoff", given.handoff or "none", "--handoff"),
        handoff_parties=typed.line(given.parties or "", "--parties") or "",
        handoff_minutes=typed.whole_number(
            given.handoff_minutes or "", "--handoff-minutes", LONGEST_HANDOFF
        ),
        status="draft" if given.draft else "requested",
        note=note(given.note_file),
    )


def _ask(session: Session, need: str, given: ReferOptions | NeedReferOptions) -> None:
    from ccu.referrals import questions

    if given.to is None:
        given.to = questions.provider(session.db, need, "--to")
    if given.handoff is None:
        given.handoff = questions.code(session.db, "handoff", "Hand-off", "--handoff", "none")
        if given.handoff in WARM and given.parties is None:
            given.parties = questions.text("Who took part, by role")
        if given.handoff in WARM and given.handoff_minutes is None:
            given.handoff_minutes = questions.text("Minutes it took")


def note(path: Path | None) -> str | None:
    """The text of --note-file."""
    if path is None:
        return None
    return typed.note(typed.file_text(path, "--note-file"), "--note-file")


def provider_fields(session: Session, name: str | None, given: ProviderOptions) -> dict[str, Any]:
    """The fields given, checked; an empty text clears a field that may be empty."""
    fields: dict[str, Any] = {}
    if name is not None:
        fields["name"] = typed.line(name, "the name", 100)
        if fields["name"] is None:
            raise InvalidInput("the name is empty")
    if given.need:
        words = [word for text in given.need for word in text.split(",") if word.strip()]
        if not words:
            raise InvalidInput("--need is empty")
        fields["needs"] = [codes.code(session.db, "need", word, "--need") for word in words]
    for table, said in (("agency", given.agency), ("capacity", given.capacity)):
        if said is not None:
            fields[table] = codes.code(session.db, table, said, f"--{table}")
    for field, text, longest in (
        ("phone", given.phone, 60),
        ("hours", given.hours, 200),
        ("eligibility", given.eligibility, 1_000),
    ):
        if text is not None:
            fields[field] = typed.line(text, f"--{field}", longest) or ""
    if given.part2 is not None:
        fields["part2"] = given.part2
    if given.verified is not None:
        day = dates.parse_day(given.verified, session.today, field="--verified", future=False)
        fields["verified_on"] = day.isoformat()
    return fields
