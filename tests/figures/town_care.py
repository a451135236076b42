"""The care loop: referrals with their steps, follow-ups, tries, consults."""

from .chance import DAY, ENDED, HOUR, LAST_TYPED, MINUTE, stamp
from .town import Row, Town
from .town_calls import seen, unix_of
from .town_people import OFFICERS, WORKERS

NEEDS = "mh_crisis mh_outpatient detox housing shelter food legal elder_services".split()
HANDOFFS = (
    *("warm_in_person", "warm_by_phone", "direct_notice", "written", "written"),
    *("information_only", "none"),
)
RESULTS = (
    *("reached", "reached", "left_message", "not_reached", "refused", "wrong_contact"),
    *("third_party", "safe_declined", "escalated", "hospital", "jail", "moved", "no_response"),
)
ENDS = {"reached", "refused", "safe_declined", "escalated", "no_response"}
# How referrals go: steps after the first one.
WAYS = (
    ("accepted", "in_progress", "service_received"),
    ("accepted", "in_progress"),
    ("accepted", "on_hold", "accepted"),
    ("in_progress", "contact_only"),
    ("accepted", "declined"),
    ("service_received",),
    ("rejected",),
    ("unable_to_contact",),
    ("expired",),
    ("cancelled",),
    ("accepted", "entered_in_error"),
    ("entered_in_error",),
    (),
    (),
    ("requested",),
)
OPEN = {"draft", "requested", "accepted", "in_progress", "on_hold"}


def referrals(town: Town) -> None:
    """From calls, void ones too, and without a call; for a person, a household, or nobody known."""
    chance = town.chance
    for call in [each for each in town.rows["call"] if each["people"] or each["dispositions"]]:
        if call["occurred_at"] < stamp(ENDED - DAY) and chance.often(0.2 if call["care"] else 0.03):
            made = unix_of(call["occurred_at"]) + chance.randrange(-30 * MINUTE, 5 * DAY)
            who = chance.choice([*(each["id"] for each in call["people"]), None])
            _referral(town, min(made, ENDED - 6 * HOUR), call, who)
    for _ in range(250):
        made = chance.randrange(unix_of(town.rows["call"][0]["occurred_at"]), ENDED - 6 * HOUR)
        _referral(town, made, None, chance.skewed(town.rows["person"], 2.2)["id"])


def _referral(town: Town, made: int, call: Row | None, person: int | None) -> None:
    chance = town.chance
    recorded = max(chance.typed(made), unix_of(call["recorded_at"]) if call else 0)
    if person:
        seen(town, person, stamp(recorded))
    owner = chance.choice(WORKERS)
    row = town.add(
        "referral",
        call_id=call["id"] if call else None,
        person_id=person,
        household_id=None if person or chance.often(0.5) else chance.randrange(1, 81),
        **dict(need=chance.choice(NEEDS), provider_id=chance.randrange(1, 9)),
        **dict(handoff=chance.choice(HANDOFFS), handoff_minutes=chance.perhaps(25, 0.5)),
        **dict(owner_id=owner, status="requested"),
        **dict(made_at=stamp(made), recorded_at=stamp(recorded), recorded_by=owner),
    )
    first = "draft" if chance.often(0.08) else "requested"
    _event(town, row, first, made, recorded, owner)
    if first == "draft" and chance.often(0.5):
        steps: tuple[str, ...] = ()
    else:
        steps = chance.choice(WAYS)
    _steps(town, row, steps, made, recorded)
    for _ in range(chance.choices((0, 1, 2), (20, 50, 30))[0]):
        _follow_up(town, made, recorded, referral=row["id"])
    if row["status"] in OPEN:
        _follow_up(town, made, recorded, referral=row["id"], open=True)


def _steps(town: Town, row: Row, steps: tuple[str, ...], made: int, recorded: int) -> None:
    """Mostly in order; at times one is entered late, with an earlier time than the one before."""
    chance = town.chance
    at, typed = made, recorded
    for step in steps:
        at += chance.randrange(10 * MINUTE, chance.choice((2, 12, 40)) * DAY)
        typed = max(typed + 1, chance.typed(at))
        if typed > LAST_TYPED:
            return
        happened = at - chance.randrange(5 * DAY) if chance.often(0.03) else at
        owner = chance.choice(WORKERS) if chance.often(0.1) else None
        if chance.often(0.05):  # a step by mistake, and back
            before = row["status"]
            for status in ("in_progress", before):
                typed += 1
                _event(town, row, status, max(at, made), typed, None, undone=1)
            typed += 1
        _event(town, row, step, max(happened, made - DAY), typed, owner)


def _event(
    town: Town, row: Row, status: str, at: int, typed: int, owner: int | None, undone: int = 0
) -> None:
    """Events are numbered when all are made: in the order in which they were typed in."""
    row |= {"status": status, "owner_id": owner or row["owner_id"]}
    said = {"referral_id": row["id"], "status": status, "owner_id": owner}
    by = {"recorded_at": stamp(typed), "recorded_by": row["owner_id"]}
    town.add("referral_event", **said, undone=undone, occurred_at=stamp(at), **by)


def follow_ups(town: Town) -> None:
    """On calls and on people; those on referrals are made with them."""
    chance = town.chance
    for call in town.rows["call"]:
        if chance.often(0.12 if call["care"] and call["people"] else 0.003):
            begun = unix_of(call["recorded_at"])
            if begun < ENDED - 6 * HOUR and call["occurred_at"] < stamp(ENDED):
                _follow_up(town, unix_of(call["occurred_at"]), begun, call=call["id"])
    for person in chance.sample(town.rows["person"], 300):
        begun = unix_of(person["recorded_at"])
        if begun < ENDED - 6 * HOUR:
            _follow_up(town, begun, begun, person=person["id"])


def _follow_up(town: Town, begun: int, recorded: int, *, open: bool = False, **about: int) -> None:
    chance = town.chance
    kind = chance.choice(("call", "visit", "letter", "safety_check"))
    due = begun + chance.randrange(12 * HOUR, 10 * DAY)
    row = town.add(
        "follow_up",
        **dict(kind=kind, due_at=stamp(due), owner_id=chance.choice(WORKERS)),
        **{f"{name}_id": about.get(name) for name in ("referral", "call", "person")},
        **dict(closing_at=None, closed_at=None, closed_by=None, signed_by=None, cancelled=0),
        **dict(recorded_at=stamp(recorded), recorded_by=4),
    )
    _tries(town, row, begun, recorded, open=open)


def _tries(town: Town, row: Row, begun: int, recorded: int, *, open: bool) -> None:
    """Up to three; one before the contact ended now and then; the last may end it."""
    chance = town.chance
    at, typed = begun + chance.choice((-20 * MINUTE, HOUR, 20 * HOUR, 60 * HOUR)), recorded
    for _ in range(chance.choices((0, 1, 2, 3), (30, 35, 25, 10))[0]):
        at += chance.randrange(chance.choice((HOUR, DAY, 6 * DAY)))
        typed = max(chance.typed(at), typed + 1)
        if max(at, typed) > LAST_TYPED:
            return
        result = chance.choice(RESULTS)
        if open and result in ENDS:
            result = "left_message"
        _attempt(town, row, result, at, typed)
        if result in ENDS:
            return
        town.change("follow_up", row, typed, due_at=stamp(at + chance.randrange(HOUR, 40 * DAY)))
    at += chance.randrange(30 * DAY)
    if not open and row["closed_at"] is None and typed == recorded and chance.often(0.2):
        row |= {"cancelled": 1, "closed_at": stamp(recorded + HOUR), "closed_by": row["owner_id"]}
        return
    if not open and chance.often(0.7) and max(at, typed) + DAY < LAST_TYPED:
        return _attempt(town, row, "no_response", at, max(at, typed) + HOUR)
    if chance.often(0.1):
        when = max(recorded, begun) + chance.randrange(HOUR, 30 * DAY)
        if when < LAST_TYPED:
            town.change("follow_up", row, when, owner_id=chance.choice(WORKERS))


def _attempt(town: Town, row: Row, result: str, at: int, typed: int) -> None:
    town.add(
        "attempt",
        **dict(follow_up_id=row["id"], occurred_at=stamp(at), result=result),
        **dict(minutes=town.chance.perhaps(town.chance.randrange(60), 0.25)),
        **dict(recorded_at=stamp(typed), recorded_by=row["owner_id"]),
    )
    if result in ENDS:
        _close(town, row, typed)


def _close(town: Town, row: Row, at: int) -> None:
    """An intern's closing waits for a signature, a day or for ever."""
    row["closed_by"] = row["owner_id"]
    if row["owner_id"] != 7:
        row["closed_at"] = stamp(at)
        return
    row["closing_at"] = stamp(at)
    signed = at + town.chance.randrange(HOUR, 30 * DAY)
    if town.chance.often(0.8) and signed < LAST_TYPED:
        row |= {"closed_at": stamp(signed), "signed_by": 8}


def consults(town: Town) -> None:
    """An officer asks a clinician: about a call, a person, or nobody named."""
    chance = town.chance
    for _ in range(400):
        at = chance.randrange(unix_of(town.rows["call"][0]["occurred_at"]), ENDED - DAY)
        town.add(
            "consult",
            **dict(call_id=None, person_id=None, asked_by=chance.choice(OFFICERS)),
            **dict(clinician_id=5, occurred_at=stamp(at), minutes=chance.perhaps(12, 0.3)),
            **dict(recorded_at=stamp(chance.typed(at)), recorded_by=5),
        )


def in_order(town: Town) -> None:
    """Events, tries and follow-ups get their numbers in the order in which they were recorded."""
    for table in ("referral_event", "attempt"):
        rows = sorted(town.rows[table], key=lambda row: (unix_of(row["recorded_at"]), row["id"]))
        for number, row in enumerate(rows, 1):
            row["id"] = number
        town.rows[table] = rows
