"""What `refer` asks for, warns of, writes and reports."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ccu import dates
from ccu.calls.options import UNDECIDED
from ccu.errors import Cancelled, CcuError, Declined, InvalidInput
from ccu.options import OptionType, questions, required
from ccu.options.lookups import LOGIN, PROVIDER
from ccu.options.questions import Question, fill_in
from ccu.options.terminal import choose, show_list, yes_or_no
from ccu.output import Format, emit_document, say
from ccu.providers import store as providers
from ccu.records import codes, person_ids, staff, staff_list, table, visibility
from ccu.referrals import page, rules
from ccu.referrals import read_store as referral_reads
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
MOST_OFFERED = 8  # providers listed before the question


@dataclass
class About:
    """The source of a new referral: a call, or an assessment's need and person."""

    call_id: int | None
    person_id: int | None
    need: str | None  # None: still to be asked
    again_of: int | None = None


def from_call(session: Session, call_id: int | None, given: ReferOptions, asking: bool) -> About:
    """Return the call, person and need of `refer`; without a call for walk-ins and phone calls.

    Raises NotFound, InvalidInput.
    """
    person_id = None
    if asking and call_id is None and given.person is None and given.again_of is None:
        call_id = UNDECIDED.ask(
            session, "Call, by number (for a walk-in: refer --person P)", "CALL"
        )
    if call_id is not None:
        table.require_call(session.db, call_id)  # before any question
        found = person_ids.subjects(session.db, call_id)
        person_id = found[0] if len(found) == 1 else None
    elif given.person is None and given.again_of is None:
        raise InvalidInput(
            "the call is missing; type ccu refer CALL, or for a walk-in ccu refer --person P"
        )
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
    return About(call_id, person_id, need, again_of=again_of)


def new_referral(
    session: Session, about: About, given: ReferOptions | NeedReferOptions, asking: bool
) -> NewReferral:
    """Return the new referral; with `asking`, ask for what is missing.

    Raises Declined if the same referral is open and a second one is not wanted.
    """
    if asking:
        if given.to is None and not providers.rows(session.db):
            raise InvalidInput("no provider is on file to refer to; first: ccu provider add")
        _ask(session, about, given)
    new = _new(session, about, given)
    new = replace(new, note=given.note_file() if given.note_file else None)
    alike = _open_alike(session, session.db, new) if asking else []
    if alike:
        numbers = ", ".join(map(str, alike))
        say(f"Already open for the same need and provider: referral {numbers}.")
        if not yes_or_no("Make another? y or n"):
            raise Declined
    return new


def _new(session: Session, about: About, given: ReferOptions | NeedReferOptions) -> NewReferral:
    """Return the new referral without its note."""
    return NewReferral(
        call_id=about.call_id,
        person_id=about.person_id,
        need=required(about.need, "--need"),
        again_of=about.again_of,
        provider_id=required(given.to, "--to"),
        owner_id=staff_list.owner_of_new(session.db, session.staff_id, given.owner),
        made_at=given.made or session.now,
        handoff=given.handoff or "none",
        handoff_parties=given.parties or "",
        handoff_minutes=given.handoff_minutes,
        status="draft" if given.draft else "requested",
    )


def _ask(session: Session, about: About, given: ReferOptions | NeedReferOptions) -> None:
    def is_warm() -> bool:
        return given.handoff in WARM

    def notes() -> list[str]:
        found = _notes(cautions(session, session.db, _new(session, about, given)))
        session.printed |= {*found}  # do not print it again when it is saved
        return found

    def question(
        field: str, type: OptionType[Any], label: str, option: str, **more: Any
    ) -> Question:
        return questions.of_option(session, given, field, type, label, option, **more)

    fill_in(session, [
        *_person_question(session, about),
        questions.of_option(session, about, "need", NEED, "Need", "--need"),
        _provider_question(session, about, given),
        question("handoff", HANDOFF, "Handoff", "--handoff", usual="none"),
        question(
            "parties", PARTIES, "Who took part, by role", "--parties", skip=True, wanted=is_warm
        ),
        question(
            "handoff_minutes", HANDOFF_MINUTES, "Minutes it took", "--handoff-minutes",
            skip=True, wanted=is_warm,
        ),
        question("owner", LOGIN, "Who follows up (login)", "--owner", usual=_usual_owner(session)),
    ], notes=notes)  # fmt: skip


def _person_question(session: Session, about: About) -> list[Question]:
    """Return the question for the subject of the call, if it has several; else none."""
    call_id = about.call_id
    found = person_ids.subjects(session.db, call_id) if call_id and not about.person_id else []
    if len(found) < 2:
        return []
    called = dict.fromkeys(found, "")
    if session.may("person find"):
        called = person_ids.names(session.db, found)
        with session.work() as work:
            person_ids.shown(work.connection, work.staff_id, "person-find", found)

    def words() -> str:
        number = about.person_id
        return f"person {number} {called.get(number, '')}".strip() if number else "no person named"

    def ask() -> None:
        show_list(called)
        about.person_id = choose(
            "Which person? Enter the number (Enter to name nobody)",
            "person",
            called,
            ("",),
            ", or press Enter to name nobody",
        )
        say(f"  {words()}")

    return [Question("Person", ask, words)]


def _usual_owner(session: Session) -> str:
    """Return the login to offer as owner; none for a patrol officer, who is never a default."""
    usual = staff.default_owner(session.db, session.settings)
    usual = usual or staff_list.usual_owner(session.db, session.staff_id)
    return staff.login_of(session.db, usual) if usual else ""


def _provider_question(
    session: Session, about: About, given: ReferOptions | NeedReferOptions
) -> Question:
    """Ask for a provider, listing those for the need; Enter takes the only one listed."""

    capacities = codes.labels(session.db, "capacity")

    def ask() -> None:
        from ccu.providers import find
        from ccu.providers import page as directory

        listed = providers.rows(session.db, need=about.need)
        if about.need in find.URGENT:
            directory.tell_of_911(session)
        if not listed:
            say("  No provider is listed for this need. These are all providers on file:")
        offered = listed or providers.rows(session.db)
        other_age = _of_other_age(session, about.person_id, offered)
        ranked = find.search(session, find.Asked(needs=[about.need or ""])) if listed else []
        rank = {each["id"]: place for place, each in enumerate(ranked)}
        offered.sort(key=lambda each: (each["id"] in other_age, rank.get(each["id"], 0)))
        for each in offered[:MOST_OFFERED]:
            alert = f"ALERT: {each['alert']}" if each["alert"] else ""
            age = "another age group" if each["id"] in other_age else ""
            facts = (alert, age, each["phone"], each["hours"], each["eligibility"])
            known = "; ".join([capacities[each["capacity"]], *(fact for fact in facts if fact)])
            say(f"  {each['id']} {each['name']} ({known})")
        if len(offered) > MOST_OFFERED:
            say(f"  {len(offered) - MOST_OFFERED} more: type what is needed, in plain words")
        alone = len(listed) == 1 and listed[0]["id"] not in other_age
        usual = str(listed[0]["id"]) if alone else ""
        before = str(providers.read(session.db, given.to)["name"]) if given.to else usual
        shown = {each["id"] for each in offered[:MOST_OFFERED]} | {given.to}
        given.to = _of_list(shown).ask(session, "Provider", "--to", before, default=given.to)

    def words() -> str:
        return providers.offered(providers.read(session.db, given.to)) if given.to else ""

    return Question("Provider", ask, words, given.to is not None)


def _of_other_age(
    session: Session, person_id: int | None, offered: list[dict[str, Any]]
) -> set[int]:
    """Return the providers that do not serve the person's age, if it is known."""
    from ccu.people.options import age_on
    from ccu.providers.find import excludes

    person = table.require(session.db, "person", person_id) if person_id else None
    age = age_on(dict(person), session.today) if person else None
    return {each["id"] for each in offered if age is not None and excludes(each, age)}


def _of_list(shown: set[int | None]) -> OptionType[int]:
    """Return PROVIDER, but reading a number only if the list shows it, and else a name."""

    def answer(session: Session, text: str, option: str) -> int | None:
        found = (PROVIDER.answer or PROVIDER.read)(session, text, option)
        if text.strip().isdigit() and found is not None and found not in shown:
            name = providers.read(session.db, found)["name"]
            raise InvalidInput(f"{found} is {name}, not in the list; type its name to take it")
        return found

    return replace(PROVIDER, answer=answer)


# ---------------------------------------------------------------- making it


def make(
    session: Session,
    new: NewReferral,
    format: Format | None,
    output: Path | None,
    link: Callable[[Work, int], None] | None = None,
) -> None:
    """Write the referral, and print its warnings and what was made.

    `link` stores the new referral's number elsewhere in the same transaction.
    """
    with session.work() as work:
        referrals.check_new(work.connection, new)
        warnings = cautions(session, work.connection, new)
        for note in _notes(warnings):
            if note not in session.printed:
                say(note)
        referral_id = referrals.make(work, new)
        if link is not None:
            link(work, referral_id)
        data = page.read(work.connection, referral_id, session.now, named=False, full=False)
    if new.person_id is None:
        say(f"To name the person later: ccu referral edit {referral_id} --person N")
    emit_document(page.made(session.db, {**data, "warnings": warnings}), format, output)


def _notes(cautions: list[str]) -> list[str]:
    return [f"Note: {each}." for each in cautions]


def cautions(session: Session, connection: sqlite3.Connection, new: NewReferral) -> list[str]:
    """Return warnings about this referral, as clauses without a period."""
    of_person = _of_person(session, connection, new)
    return [*of_person, *_of_provider(session, connection, new)]


def _of_person(session: Session, connection: sqlite3.Connection, new: NewReferral) -> list[str]:
    found = []
    call_id, person_id = new.call_id, new.person_id
    if call_id is not None and person_id is None:
        count = len(person_ids.subjects(connection, call_id))
        has = f"has {count} subjects" if count else "has no subject"
        found.append(f"call {call_id} {has}, so this names no person; --person names one")
    elif call_id and person_id and not referral_reads.was_on_call(connection, call_id, person_id):
        found.append(f"person {person_id} was not on call {call_id}")
    if alike := _open_alike(session, connection, new):
        numbers = ", ".join(map(str, alike))
        found.append(f"already open for the same need: referral {numbers}; --again-of refers again")
    if new.again_of is not None:
        old = table.require(connection, "referral", new.again_of)
        if old["status"] in rules.OPEN:
            found.append(
                f"referral {old['id']} is still open; to close it: ccu referral edit {old['id']}"
            )
    return found


def _open_alike(session: Session, connection: sqlite3.Connection, new: NewReferral) -> list[int]:
    """Return the open referrals of the same person, need and provider that may be shown."""
    alike = [each for each in referral_reads.open_alike(connection, new) if each != new.again_of]
    hidden = session.view.referrals(alike)  # do not reveal a hidden one that somebody else made
    return [each for each in alike if each not in hidden]


def _of_provider(session: Session, connection: sqlite3.Connection, new: NewReferral) -> list[str]:
    provider = providers.read(connection, new.provider_id)
    name = f"provider {provider['id']} ({provider['name']})"
    found = []
    if provider["alert"]:
        found.append(f"{name}: ALERT: {provider['alert'].rstrip('.')}")
    if provider["capacity"] == "full":
        found.append(f"{name} is full")
    elif provider["capacity"] == "waitlist":
        found.append(f"{name} has a waitlist")
    if new.need not in provider["needs"]:
        label = codes.labels(connection, "need")[new.need]
        found.append(f"{name} is not listed for {label}")
    days = session.settings.number("verified_days")
    if provider["verified_on"] is None:
        found.append(f"the details of {name} were never verified")
    elif providers.is_old(provider, session.today, days):
        verified = dates.said(provider["verified_on"])
        found.append(f"the details of {name} are out of date: verified {verified}")
    return found


def offer_after_call(session: Session, call_id: int) -> None:
    """Offer the referral that the disposition names, if the account may make it; else tell how.

    Until then the call is undecided. The call is saved whatever happens here.
    """
    later = f"Call {call_id} is undecided until it is referred: ccu refer {call_id}"
    if not session.may("refer"):
        say(later)
        return
    try:
        if not yes_or_no("Make the referral now? y or n [y]", enter=True):
            say(later)
            return
        given = ReferOptions()
        about = from_call(session, call_id, given, asking=True)
        make(session, new_referral(session, about, given, asking=True), None, None)
    except (KeyboardInterrupt, CcuError) as error:
        is_message = isinstance(error, CcuError) and not isinstance(error, Cancelled)
        if is_message:
            questions.give_back(session, since_saved=True)
        reason = f"{error}. " if is_message else ""
        say(f"{reason}The call is saved; the referral is not. {later}")
