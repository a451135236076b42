"""The calls: logged by hand and imported, with all that may be on them or missing."""

from typing import Any

from .chance import BEGAN, DAY, ENDED, HOUR, LAST_TYPED, MINUTE, QUIET, stamp, unix
from .town import Row, Town

CARE = {
    *("suicide", "overdose", "crisis", "welfare_check", "substance", "missing", "unsheltered"),
    *("dementia", "youth_crisis", "elder_concern", "hoarding", "criminal_mh"),
}
NATURES = (*sorted(CARE), *("domestic", "disturbance", "trespass", "medical_assist", "other"))
AGENCIES = ("police", "fire", "ems", "human_services", "mobile_crisis", "provider", "school")
RICH = unix(2025, 1, 1, 0)
DANGERS = (
    *("weapon", "violence", "threat", "injury", "fire"),
    *("dog", "biohazard", "barricade", "other"),
)
DISPOSITIONS = (
    *("resolved", "resources_given", "referred", "voluntary_transport", "police_exam"),
    *("physician_certificate", "crisis_team", "shelter", "arrest", "citation"),
    *("arrest_diverted", "unable_to_locate", "no_action"),
)
INTERVENTIONS = ("de_escalation", "risk_assessment", "clinician_scene", "basic_needs", "naloxone")
ROLES = ("subject", "subject", "subject", "caller", "family", "victim", "witness")
STATES = ("associated", "dispatched", "arrived", "arrived", "arrived", "cancelled", "unavailable")


def calls(town: Town, count: int = 10_000) -> None:
    """All calls in order of time, those near a change of the clock and those to come among them."""
    chance = town.chance
    texts = {number: f"TEXT {number}" for number in range(1, 10)} | {6: "Text  3", 5: "text 3 "}
    town.rows["cad_text"] = [{"id": number, "text": text} for number, text in texts.items()]
    moments = [chance.randrange(BEGAN, ENDED) for _ in range(count)]
    moments += [BEGAN, ENDED - 1, *_near_clock_changes()]
    moments = [each for each in moments if not QUIET[0] <= each < QUIET[1]]
    moments += [chance.randrange(ENDED, ENDED + 60 * DAY) for _ in range(25)]  # not yet happened
    while len(moments) < count:
        moments.append(chance.randrange(BEGAN, QUIET[0]))
    for moment in sorted(moments[:count]):
        _call(town, moment)
    _first_seen(town)


def _near_clock_changes() -> list[int]:
    """Around the hour that is left out in spring and the one that comes twice in autumn."""
    days = ((2023, 3, 12), (2023, 11, 5), (2024, 3, 10), (2024, 11, 3), (2025, 3, 9), (2025, 11, 2))
    return [
        unix(*each, 0) + minutes * MINUTE - shift
        for each in days
        for minutes in (0, 59, 60, 61, 90, 119, 120, 121, 150, 179, 180, 181, 240)
        for shift in (0, 1)
    ]


def _call(town: Town, at: int) -> None:
    chance = town.chance
    by_hand = chance.often(0.35)
    nature = chance.choice(NATURES)
    cleared = chance.perhaps(chance.choice(NATURES), 0.9)
    care = int((cleared or nature) in CARE)
    arrived = at + chance.randrange(2 * HOUR)
    recorded = at + MINUTE if at >= ENDED else chance.typed(at)
    number = len(town.rows["call"]) + 1  # not by chance: what follows stays as it was
    dispatched = None if number % 5 == 0 else stamp(min(at + number * 37 % 900, arrived))
    call = town.add(
        "call",
        dispatched_at=dispatched,
        source="officer" if number % 13 == 0 else None,
        cad_nature_id=None if by_hand or number % 9 == 0 else number % 7 + 1,
        cad_disposition_id=None if by_hand or number % 4 == 0 else 9,
        cad_cleared_id=8 if not by_hand and number % 11 == 0 else None,
        source_system_id=1 if by_hand else chance.choice((2, 2, 2, 2, 3)),
        incident=None if by_hand else f"N{len(town.rows['call']):06}",
        import_batch_id=None if by_hand else 1,
        **dict(occurred_at=stamp(at), recorded_at=stamp(min(recorded, LAST_TYPED))),
        recorded_by=chance.choice((2, 2, 2, 3, 4, 7)) if by_hand else 1,
        place_id=_place(town),
        **dict(nature=nature, nature_cleared=cleared),
        care=1 - care if chance.often(0.02) else care,  # the list was edited since
        beat=chance.choice(("1", "2", "3", "North", None, "" if chance.often(0.3) else "4")),
        lead_agency=chance.perhaps(chance.choice(AGENCIES[:6]), 0.3 if by_hand else 0.85),
        arrived_at=chance.perhaps(stamp(arrived), 0.5),
        cleared_at=chance.perhaps(stamp(arrived + chance.randrange(9 * HOUR)), 0.3),
        **dict(voided_at=None, voided_by=None, void_reason=None),
        # from 2025 on most dispatch records record how the call ended, and who came
        **_details(town, rich=by_hand or chance.often(0.05 if at < RICH else 0.8)),
    )
    if chance.often(0.015):
        when = recorded + 60 + chance.randrange(90 * DAY)
        if when < LAST_TYPED:
            town.change("call", call, when, voided_at=stamp(when))
            call |= {"voided_by": 4, "void_reason": "twice"}


def _place(town: Town) -> int | None:
    """A few addresses have many calls; some calls have none, or a text without meaning."""
    kind = town.chance.choices(("somewhere", "none", "unread"), (94, 3, 3))[0]
    if kind == "somewhere":
        return int(town.chance.skewed(town.rows["place"][:1400], 1.6)["id"])
    return None if kind == "none" else 1401 + town.chance.randrange(2)


def _details(town: Town, *, rich: bool) -> Row:
    """What hand-logged calls have, and few others."""
    chance = town.chance
    if not rich:
        nothing: Row = {name: None for name in ("backup_asked", "backup_arrived", "minutes")}
        nothing |= {"force_used": None, "injury": None, "dangers": [], "responders": []}
        return {**nothing, "dispositions": [], "interventions": [], "people": []}
    dangers = chance.choice(([], ["none"], ["none"], chance.some(DANGERS, 0, 8, 2)))
    if chance.often(0.01):
        dangers = ["none", "threat"]
    return {
        "backup_asked": chance.answer(0.1, 0.3),
        "backup_arrived": chance.answer(0.08, 0.4),
        "force_used": chance.answer(0.03, 0.3),
        "injury": chance.answer(0.05, 0.3),
        "minutes": chance.perhaps(chance.randrange(120), 0.4),
        "dangers": dangers,
        "dispositions": chance.some(DISPOSITIONS, 20, 60, 15, 5),
        "interventions": chance.some(INTERVENTIONS, 40, 40, 15, 5),
        "responders": [
            _responder(town) for _ in range(chance.choices(range(4), (25, 40, 25, 10))[0])
        ],
        "people": _people(town),
    }


def _responder(town: Town) -> Row:
    chance = town.chance
    return {
        "agency": chance.choice(("police", "police", *AGENCIES)),
        "clinician": int(chance.often(0.12)),
        "unit": "",
        "state": chance.choice(STATES),
        "reason": None,
        "minutes": chance.perhaps(chance.randrange(90), 0.5),
    }


def _people(town: Town) -> list[Row]:
    """Nobody to three records, at times two of one person, or one in two roles."""
    chance = town.chance
    found = {
        (chance.skewed(town.rows["person"], 2.2)["id"], chance.choice(ROLES))
        for _ in range(chance.choices(range(4), (25, 50, 18, 7))[0])
    }
    if found and chance.often(0.02):
        found.add((sorted(found)[0][0], "family"))
    return [{"id": number, "role": role} for number, role in sorted(found)]


def _first_seen(town: Town) -> None:
    """Somebody met on a call is recorded with the first call that is typed in."""
    for call in town.rows["call"]:
        for each in call["people"]:
            seen(town, each["id"], call["recorded_at"])


def seen(town: Town, person: int, recorded_at: str) -> None:
    """A record of a person is at least as old as what it is on."""
    row = town.rows["person"][person - 1]
    row["recorded_at"] = min(row["recorded_at"], recorded_at)


def changes(town: Town) -> None:
    """Amendments, days to a year after the call was recorded."""
    chance = town.chance
    for call in chance.sample(town.rows["call"], len(town.rows["call"]) // 28):
        begun = unix_of(call["recorded_at"])
        for _ in range(chance.choice((1, 1, 2))):
            at = begun + chance.randrange(HOUR, 360 * DAY)
            if at < LAST_TYPED:
                town.change("call", call, at, **_amended(town, call))


def _amended(town: Town, call: Row) -> dict[str, Any]:
    """What an amendment changes, as `ccu call edit` keeps it."""
    chance = town.chance
    nature = chance.choice(NATURES)
    known = [row for row in call["people"] if chance.often(0.5)]
    return chance.choice(
        (
            {"nature_cleared": nature, "care": int(nature in CARE)},
            {"occurred_at": _earlier(call)},
            {"dispositions": chance.some(DISPOSITIONS, 1, 1, 1)},
            {"interventions": chance.some(INTERVENTIONS, 1, 1, 1)},
            {"dangers": chance.choice((["none"], [], ["weapon"]))},
            {"responders": [_responder(town) for _ in range(chance.randrange(3))]},
            {"people": known},
            {"beat": chance.choice(("1", "2", None)), "lead_agency": chance.choice(AGENCIES[:6])},
            {"minutes": chance.perhaps(7, 0.2), "place_id": _place(town)},
            {"arrived_at": chance.choice((None, call["cleared_at"]))},
            {"cleared_at": None, "backup_asked": chance.answer(0.5, 0.2)},
        )
    )


def _earlier(call: Row) -> str:
    """The same call seventeen days before: often in another month."""
    return stamp(max(BEGAN, unix_of(call["occurred_at"]) - 17 * DAY - 3 * HOUR))


def unix_of(text: str) -> int:
    """The instant of a stored time."""
    from datetime import datetime

    return int(datetime.fromisoformat(text).timestamp())
