"""People served, connections, repeat contacts, before and after."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from math import exp, log, sqrt

from .chance import day
from .oracle_calls import exempt, in_period
from .oracle_care import DAY, Z, accepted_at, days_between, is_over, status
from .oracle_response import arrival_known, somebody_arrived, team_came
from .parts import Asked, Figures, Part, count
from .rows import FACE_TO_FACE, File, Row, add_days, group

# ---------------------------------------------------------------- people served


@cache
def served(file: File, as_of: int) -> dict[str, list[tuple[int | None, str]]]:
    """Who was met, reached or accepted, ever, and on which day; known and unknown."""
    return {
        "met on a call": [
            (who, call["day"])
            for call in file.calls
            if call["at"] <= as_of and somebody_arrived(file, call)
            for who in file.people_of(call, FACE_TO_FACE)
        ],
        "reached by a follow-up": [
            (file.whose(file.follow_up[row["follow_up_id"]]), row["day"])
            for row in file.tables["attempt"]
            if row["at"] <= as_of and row["result"] == "reached"
        ],
        "referral accepted": [
            (file.whose(row), event["day"]) for row, event in acceptances(file, as_of)
        ],
    }


@cache
def acceptances(file: File, as_of: int) -> list[tuple[Row, Row]]:
    """Referrals and the event by which each was first accepted, less those entered in error."""
    found = []
    for referral in file.tables["referral"]:
        event = accepted_at(file, referral, as_of)
        if event and status(file, referral, as_of) != "entered_in_error":
            found.append((referral, event))
    return found


def people(file: File, asked: Asked) -> Figures:
    ways = served(file, asked.as_of)
    now = {
        way: {who for who, when in rows if who is not None and asked.start <= when < asked.end}
        for way, rows in ways.items()
    }
    everybody = set().union(*now.values())
    not_new = {who for rows in ways.values() for who, when in rows if when < asked.start}
    unsure = [
        file.people_of(call, FACE_TO_FACE)
        for call in in_period(file, asked)
        if not arrival_known(file, call)
    ]
    known = sum(bool(each & file.known) for each in unsure)
    unknown = sum(bool(each - file.known) for each in unsure)
    here = {call["id"] for call in in_period(file, asked)}
    given = sum(row["call_id"] in here for row in file.tables["call_intervention"])
    accepted = sum(asked.holds(event) for _, event in acceptances(file, asked.as_of))
    met = {
        call["id"]
        for call in in_period(file, asked)
        if somebody_arrived(file, call) and file.people_of(call, FACE_TO_FACE) & file.known
    }
    theirs = sum(row["call_id"] in met for row in file.tables["call_intervention"])
    theirs += sum(
        asked.holds(event) and file.whose(row) in file.known
        for row, event in acceptances(file, asked.as_of)
    )
    number = len(everybody & file.known)
    here_met = [
        file.people_of(call, FACE_TO_FACE)
        for call in in_period(file, asked)
        if arrival_known(file, call)
    ]
    somebody = everybody.union(*here_met)
    ever = any(file.tables[name] for name in ("call_person", "follow_up", "referral"))
    bare = not somebody and (bool(here) or not ever)

    def unless(lacking: bool, figures: int, missing: int = 0) -> Part:
        return Part("count", missing=missing) if lacking else count(figures, missing=missing)

    found = {
        ("people_served", ""): unless(bare, number, known),
        ("unknown_people", ""): unless(bare, len(everybody - file.known), unknown),
        ("interventions", ""): unless(bare and not given, given),
        ("referrals_accepted", ""): count(accepted),
        ("connections", ""): unless(bare and not given + accepted, given + accepted),
        ("connections_per_person", ""): Part(
            *("number", theirs, number, given + accepted - theirs),
            value=theirs / number if number else None,
        ),
        ("new_people", ""): unless(bare, len((everybody - not_new) & file.known)),
    }
    for name, who in now.items():
        missing = known if name == "met on a call" else 0
        found["people_served", name] = unless(bare, len(who & file.known), missing)
    return found


# ---------------------------------------------------------------- repeat contacts


def repeat_contacts(file: File, asked: Asked) -> Figures:
    """A person's contacts in order: an index, then the first one more than d days after it."""
    contacts: dict[int, list[Row]] = defaultdict(list)
    for call in file.calls:
        if call["care"] and call["at"] <= asked.as_of:
            for who in file.people_of(call, FACE_TO_FACE) & file.known:
                contacts[who].append(call)
    return {(f"repeat_contact_{days}", ""): _repeated(contacts, asked, days) for days in (30, 90)}


def _repeated(contacts: dict[int, list[Row]], asked: Asked, days: int) -> Part:
    again = over = not_yet = 0
    for calls in contacts.values():
        index: Row | None = None
        for place, call in enumerate(calls):
            if not asked.holds(call):
                continue
            if index is not None and days_between(index["day"], call["day"]) <= days:
                continue
            index = call
            if not is_over(asked, call["day"], days):
                not_yet += 1
                continue
            over += 1
            again += any(
                days_between(call["day"], later["day"]) <= days and later["at"] > call["at"]
                for later in calls[place + 1 :]
            )
    return Part("share", again, over, 0, not_yet, again / over if over else None)


# ---------------------------------------------------------------- before and after


@dataclass(frozen=True)
class Engagement:
    """When somebody was first engaged, and from which call."""

    at: int
    day: str
    call: int | None


@dataclass
class Arm:
    """People compared: each one's calls after and before."""

    pairs: list[tuple[int, int]] = field(default_factory=list)
    not_yet: int = 0
    no_before: int = 0


@cache
def _calls_about(file: File, as_of: int) -> dict[int, list[Row]]:
    """Calls of which known people are the subject, in order of time."""
    found: dict[int, list[Row]] = defaultdict(list)
    for call in file.calls:
        if call["at"] <= as_of:
            for who in file.known_about(call):
                found[who].append(call)
    return found


@cache
def engagements(file: File, as_of: int) -> dict[int, Engagement]:
    """Each person's first accepted referral or attempt that reached them."""
    found: dict[int, Engagement] = {}

    def note(who: int | None, happened: Row, call: int | None) -> None:
        if who is None or happened["at"] > as_of:
            return
        if who not in found or happened["at"] < found[who].at:
            found[who] = Engagement(happened["at"], happened["day"], call)

    for referral, event in acceptances(file, as_of):
        note(file.whose(referral), event, referral["call_id"])
    for row in file.tables["attempt"]:
        if row["result"] == "reached":
            due = file.follow_up[row["follow_up_id"]]
            referral = file.referral.get(due["referral_id"], {})
            note(file.whose(due), row, due["call_id"] or referral.get("call_id"))
    return found


def _ending_in(asked: Asked) -> Asked:
    """The days of which the days after end in the year to the period's end."""
    start, end = (add_days(each, -asked.window) for each in (asked.begun, asked.end))
    return replace(asked, start=start, end=end)


def _drawn(calls: Iterable[Row]) -> Row | None:
    """One of the calls, by its number alone."""
    return min(calls, key=lambda call: call["id"] * 2654435761 % 2**32, default=None)


def before_after(file: File, asked: Asked) -> Figures:
    asked = _ending_in(asked)
    first = engagements(file, asked.as_of)
    calls = _calls_about(file, asked.as_of)
    arms = {"engaged": Arm(), "not engaged": Arm()}
    for who in sorted(file.known):
        t0 = first.get(who)
        if t0 and asked.start <= t0.day < asked.end:
            mine = calls.get(who, [])
            left_out = (
                {t0.call}
                if t0.call is not None
                else {call["id"] for call in mine if call["day"] == t0.day}
            )
            _put(file, asked, arms["engaged"], mine, t0.at, left_out)
        index = _drawn(c for c in calls.get(who, []) if asked.counts(c) and asked.holds(c))
        if index and (t0 is None or t0.at > index["at"] + asked.window * DAY):
            _put(file, asked, arms["not engaged"], calls.get(who, []), index["at"], {index["id"]})
    found: Figures = {}
    for name, arm in arms.items():
        found["reduction", name] = _reduction(arm)
        people = len(arm.pairs)
        found["people_compared", name] = count(people, missing=arm.no_before, not_yet=arm.not_yet)
    return found


def addresses(file: File, asked: Asked) -> Figures:
    """Calls at an address before and after the team's first contact there."""
    asked = _ending_in(asked)
    arms = {"engaged": Arm(), "not engaged": Arm()}
    at_place = group((c for c in file.calls if c["at"] <= asked.as_of), lambda c: c["place_id"])
    left_out = file.nothing_read | exempt(file)
    for place, calls in at_place.items():
        if place in left_out:
            continue
        counted = [call for call in calls if asked.counts(call)]
        contact = next((call for call in counted if team_came(file, call)), None)
        if contact and asked.holds(contact):
            _put(file, asked, arms["engaged"], calls, contact["at"], {contact["id"]})
        index = _drawn(call for call in counted if asked.holds(call))
        if index and (contact is None or contact["at"] >= index["at"] + asked.window * DAY):
            _put(file, asked, arms["not engaged"], calls, index["at"], {index["id"]})
    found: Figures = {}
    for name, arm in arms.items():
        found["address_reduction", name] = _reduction(arm)
        number = len(arm.pairs)
        found["addresses_compared", name] = count(
            number, missing=arm.no_before, not_yet=arm.not_yet
        )
    return found


def _put(
    file: File, asked: Asked, arm: Arm, calls: list[Row], t0: int, left_out: set[int | None]
) -> None:
    """Count somebody when there is a full window on both sides."""
    w = asked.window * DAY
    if t0 + w > asked.as_of:
        arm.not_yet += 1
    elif file.first_day is None or add_days(day(t0), -asked.window) < file.first_day:
        arm.no_before += 1
    else:
        theirs = [c["at"] for c in calls if asked.counts(c) and c["id"] not in left_out]
        after = sum(t0 < at < t0 + w for at in theirs)
        before = sum(t0 - w < at < t0 for at in theirs)
        arm.pairs.append((after, before))


def _reduction(arm: Arm) -> Part:
    """1 - after / before; its interval from the people's own differences from the ratio."""
    n = len(arm.pairs)
    after, before = (sum(each) for each in zip(*arm.pairs, strict=True)) if n else (0, 0)
    part = Part("share", after, before, arm.no_before, arm.not_yet, n=n)
    if n >= 10 and after and before:
        part.value = 1 - after / before
        # the delta method: log(A/B) moves by a/A - b/B with each person, whose mean is nought
        moves = [a / after - b / before for a, b in arm.pairs]
        spread = Z * sqrt(n / (n - 1) * sum(move * move for move in moves))
        ratio = log(after / before)
        part.low, part.high = 1 - exp(ratio + spread), 1 - exp(ratio - spread)
    return part
