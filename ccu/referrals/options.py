"""The options of `refer`, `needs refer`, `referral list` and `referral edit`."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from ccu.errors import InvalidInput
from ccu.options import NOTE_LATER, REFERRAL, LaterNote, flag, line, opt
from ccu.options.lookups import LOGIN, MOMENT, PROVIDER, code, of_list, whole_number
from ccu.people.who import NAMED_PERSON

if TYPE_CHECKING:
    from ccu.session import Session

LONGEST_HANDOFF = 10_000  # minutes
MOST_EVENTS = 1_000_000


def _need(session: "Session", text: str, option: str) -> str:
    """Read an answer as `codes.chosen` does, else as a plain-language need, as `provider find`."""
    from ccu.providers import find, page
    from ccu.providers.need_words import NeedWords
    from ccu.records import codes

    try:
        likely = {codes.chosen(session.db, "need", text, option)}
    except InvalidInput:
        known = NeedWords(session.db, spoken=True)
        meant = known.meant(known.english(text)).needs
        likely = {need for need, sure in meant.items() if sure == max(meant.values())}
        in_use = [each for each in codes.every(session.db, "need") if not each.retired]
        if len(begins := codes.beginning(in_use, codes.plain(text))) > 1:
            likely |= {*begins}
        if not likely:
            raise
        if len(likely) > 1:
            raise InvalidInput(f"Could be {codes.numbered(in_use, likely)}") from None
    if not likely.isdisjoint(find.URGENT):
        page.tell_of_911(session)
    return likely.pop()


NEED = replace(code("need"), answer=_need)
HANDOFF, REASON_CODE = code("handoff"), code("reason")
HANDOFF_MINUTES, PARTIES = whole_number(LONGEST_HANDOFF), line()

NoteFileOption = Annotated[
    LaterNote | None, opt("--note-file", NOTE_LATER, "Read a note from a file; - is stdin.")
]


def _open(session: "Session", more: bool, number: int | None) -> tuple[dict[int, str], int]:
    """Return open referrals, one's own first, as `lookups.of_list` wants them; recorded."""
    from ccu.options import terminal
    from ccu.records import codes, person_ids, staff
    from ccu.referrals import page

    if not session.may("referral list"):
        return {}, 0
    found = page.list_rows(session, ListOptions(every=number is not None), number=number)
    own = staff.login_of(session.db, session.staff_id)
    found.sort(key=lambda row: row["owner"] != own)
    rows = terminal.some_of(found, more)
    people = [row["person"] for row in rows if row["person"] is not None]
    with session.writing() as connection:
        names: dict[int, str] = {}
        if session.may("referral list --names"):
            names = person_ids.names(connection, people)
            person_ids.shown(connection, session.staff_id, "referral-list", people)
    labels = codes.of_columns(session.db, need="need")
    lines = {}
    for row in rows:
        who = names.get(row["person"], "")
        if who in person_ids.NAMELESS:
            who = row["place"] or f"person {row['person']}"
        owner = row["owner"] if row["owner"] != own else None
        need = labels["need"].get(row["need"], row["status"])
        parts = (who, need, row["provider"], owner)
        lines[row["id"]] = ", ".join(filter(None, parts))
    return lines, len(found)


def _updatable(session: "Session", number: int) -> None:
    from ccu.referrals import rules, store

    if not session.may(rules.CORRECT):
        store.require_open(session.db, number)


OPEN = of_list(REFERRAL, "referral", _open, _updatable)


@dataclass(eq=False, repr=False)
class NeedReferOptions:
    """The options of a new referral whose need and person come from an assessment."""

    to: Annotated[int | None, opt("--to", PROVIDER, "Its number, or how its name begins.")] = None
    handoff: Annotated[
        str | None, opt("--handoff", HANDOFF, "How the person was handed off; default none.")
    ] = None
    parties: Annotated[
        str | None, opt("--parties", PARTIES, "Who took part in the handoff: roles, not names.")
    ] = None
    handoff_minutes: Annotated[
        int | None, opt("--handoff-minutes", HANDOFF_MINUTES, "Minutes the handoff took.")
    ] = None
    owner: Annotated[int | None, opt("--owner", LOGIN, "Who follows up, by login.")] = None
    made: Annotated[datetime | None, opt("--made", MOMENT, "When it was made; default now.")] = None
    draft: Annotated[bool, flag("--draft", "Not sent yet: status draft.")] = False
    note_file: NoteFileOption = None


@dataclass(eq=False, repr=False)
class ReferOptions(NeedReferOptions):
    """The options of a new referral; None where one was not given."""

    need: Annotated[str | None, opt("--need", NEED, "The need it is for.")] = None
    person: Annotated[
        int | None, opt("--person", NAMED_PERSON, "Client; default the call's only subject.")
    ] = None
    again_of: Annotated[
        int | None, opt("--again-of", REFERRAL, "Refer again: the earlier referral's number.")
    ] = None


@dataclass(eq=False, repr=False)
class ListOptions:
    """The options of `referral list`."""

    inbox: Annotated[bool, flag("--inbox", "Awaiting acceptance: status requested.")] = False
    mine: Annotated[bool, flag("--mine", "Only the ones you own.")] = False
    owner: Annotated[int | None, opt("--owner", LOGIN, "Owned by this login.")] = None
    stalled: Annotated[
        bool, flag("--stalled", "Without activity for the days of the setting stalled_days.")
    ] = False
    need: Annotated[str | None, opt("--need", NEED, "For this need.")] = None
    provider: Annotated[
        int | None, opt("--provider", PROVIDER, "To this provider: number, or how its name begins.")
    ] = None
    status: Annotated[
        list[str] | None,
        opt(
            "--status",
            code("referral_status", commas=True),
            "With this status, closed ones too. Repeatable.",
        ),
    ] = None
    every: Annotated[bool, flag("--all/--open", "Closed ones too; default the open ones.")] = False


@dataclass(eq=False, repr=False)
class UpdateOptions:
    """The options of a change to a referral."""

    status: Annotated[str | None, opt("--status", code("referral_status"), "Its new status.")] = (
        None
    )
    reason: Annotated[
        str | None,
        opt(
            "--reason",
            REASON_CODE,
            "Why it is not going ahead; required for on_hold, rejected, expired, cancelled,"
            " entered_in_error.",
        ),
    ] = None
    note_file: NoteFileOption = None
    person: Annotated[
        int | None, opt("--person", NAMED_PERSON, "The person of a referral that names nobody.")
    ] = None
    when: Annotated[datetime | None, opt("--when", MOMENT, "When it changed; default now.")] = None
    owner: Annotated[
        int | None, opt("--owner", LOGIN, "New owner; the follow-ups are reassigned too.")
    ] = None
    seen: Annotated[
        int | None,
        opt(
            "--seen",
            whole_number(MOST_EVENTS),
            "How many events you saw; refused if there are more now.",
        ),
    ] = None
