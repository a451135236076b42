"""Caseload and completeness, and what of the repeat lists is as of the moment."""

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from .oracle_calls import in_period
from .oracle_care import open_follow_ups, open_referrals, overdue
from .parts import Asked, Figures, count
from .rows import File, Row, instant

FIELDS = {
    "birth date or age": ("birth_date", "age_estimate"),
    "phone": ("phone",),
    "language": ("language",),
    "housing": ("housing",),
}
ANSWERS = ("does_not_know", "prefers_not", "not_collected", "empty")


def _is_current(row: Row, today: str) -> bool:
    """A turn, or a membership, that has begun and is not over."""
    begun = row["since"] is None or row["since"] <= today
    return bool(begun and (row["until"] is None or row["until"] > today))


def _members(file: File, asked: Asked) -> dict[int, set[int]]:
    members = defaultdict(set)
    for row in file.tables["household_member"]:
        if _is_current(row, asked.today):
            members[row["household_id"]].add(file.canonical[row["person_id"]])
    return members


def with_whom(file: File, asked: Asked) -> dict[int, set[int]]:
    """worker -> the people they are working with, a household's members one by one."""
    members = _members(file, asked)
    found: dict[int, set[int]] = defaultdict(set)
    for turn in file.tables["worker"]:
        if _is_current(turn, asked.today):
            if turn["person_id"] is not None:
                found[turn["staff_id"]].add(file.canonical[turn["person_id"]])
            else:
                found[turn["staff_id"]] |= members[turn["household_id"]]
    return found


def has_worker(file: File, asked: Asked) -> set[int]:
    return set().union(*with_whom(file, asked).values())


def open_items(file: File, asked: Asked) -> Counter[int]:
    """person -> open referrals and follow-ups: theirs, their household's, or of their own call."""
    members, calls = _members(file, asked), {call["id"]: call for call in file.calls}
    found: Counter[int] = Counter()
    for row in [*open_referrals(file), *open_follow_ups(file)]:
        person = file.whose(row)
        about = file.referral[row["referral_id"]] if row.get("referral_id") else row
        if person is not None:
            found[person] += 1
        elif about.get("household_id") is not None:
            found.update(members.get(about["household_id"], ()))
        elif about["call_id"] in calls:
            subjects = file.about(calls[about["call_id"]])
            found.update(subjects if len(subjects) == 1 else ())
    return found


def caseload(file: File, asked: Asked) -> list[Row]:
    people = with_whom(file, asked)
    late = Counter(row["owner_id"] for row in overdue(file, asked))
    found = []
    for number, who in file.staff.items():
        referrals = [row for row in open_referrals(file) if row["owner_id"] == number]
        due = [row for row in open_follow_ups(file) if row["owner_id"] == number]
        if not (referrals or due or people[number]):
            continue
        begun = [row["at"] for row in referrals] + [instant(row["recorded_at"]) for row in due]
        found.append(
            {
                "worker": who["login"],
                "role": file.labels("staff_role")[who["role"]],
                "agency": file.labels("agency")[who["agency"]],
                "supervisor": file.staff[who["supervisor_id"]]["login"]
                if who["supervisor_id"]
                else None,
                "people": len(people[number]),
                "open_referrals": len(referrals),
                "open_follow_ups": len(due),
                "overdue": late[number],
                "oldest_days": (asked.as_of - min(begun)) // 86_400 if begun else None,
            }
        )
    return found


# ---------------------------------------------------------------- completeness


def completeness(file: File, asked: Asked) -> list[Row]:
    """By officer and field, and all together."""
    tally: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    def note(staff: int, name: str, answer: str) -> None:
        for officer in ("all", file.staff[staff]["login"]):
            tally[officer, name][answer] += 1

    for call in in_period(file, asked):
        if call["source_system_id"] == 1:
            for name, answer in _of_call(file, call).items():
                note(call["recorded_by"], name, answer)
    for record in _first_recorded(file, asked):
        for name in FIELDS:
            note(record["recorded_by"], name, _of_person(file, record, name))
    return [_line(officer, name, answers) for (officer, name), answers in tally.items()]


def _line(officer: str, name: str, answers: Counter[str]) -> Row:
    some, required = answers["with_value"], answers.total()
    return {
        **{"officer": officer, "field": name, "with_value": some},
        **{answer: answers[answer] for answer in ANSWERS},
        **{"required": required, "share": round(some / required, 6)},
    }


def _of_call(file: File, call: Row) -> dict[str, str]:
    number = call["id"]
    people = file.people_of(call)
    filled = {
        "place": call["place_id"] not in file.nothing_read,
        "danger": number in file.codes["danger"],
        "disposition": number in file.codes["disposition"],
        "responder": call["lead_agency"] is not None or number in file.responders,
        "cleared": call["cleared_at"] is not None,
        "minutes": call["minutes"] is not None
        or any(row["minutes"] is not None for row in file.responders.get(number, [])),
        "person": bool(people & file.known),
    }
    found = {name: "with_value" if there else "empty" for name, there in filled.items()}
    if people and not people & file.known:
        found["person"] = "does_not_know"
    return found


def _first_recorded(file: File, asked: Asked) -> list[Row]:
    """Of each known person the record that was first; those first recorded in the period."""
    first: dict[int, Row] = {}
    for row in file.tables["person"]:
        who = file.canonical[row["id"]]
        if who in file.known and (
            who not in first or instant(row["recorded_at"]) < instant(first[who]["recorded_at"])
        ):
            first[who] = row
    return [
        row
        for row in first.values()
        if asked.start <= row["recorded_at"][:10] < asked.end
        and instant(row["recorded_at"]) <= asked.as_of
    ]


def _of_person(file: File, record: Row, name: str) -> str:
    """A value, else why there is none: of birth date and age, the birth date's reason first."""
    stands = file.canonical[record["id"]]
    shown = file.person[stands]
    if any(shown[column] not in (None, "") for column in FIELDS[name]):
        return "with_value"
    reasons = file.missing.get(stands, {})
    return next((reasons[column] for column in FIELDS[name] if column in reasons), "empty")


def data_quality(file: File, asked: Asked) -> Figures:
    """Care calls that lack what the rates are made of."""
    care = in_period(file, asked, care=True)
    of_call: dict[int | None, set[int]] = {}
    for row in file.planned:
        referral = file.referral.get(row["referral_id"])
        for call in (row["call_id"], referral["call_id"] if referral else None):
            of_call.setdefault(call, set()).add(row["id"])
    has: dict[str, Callable[[Row], Any]] = {
        "named person": file.known_about,
        "readable address": lambda call: call["place_id"] not in file.nothing_read,
        "disposition": lambda call: (
            file.codes["disposition"].get(call["id"]) or call["cad_disposition_id"]
        ),
        "responder": lambda call: file.responders.get(call["id"]),
        "cleared time": lambda call: call["cleared_at"],
        "planned follow-up": lambda call: of_call.get(call["id"]),
    }
    return {
        ("care_calls_without", name): count(sum(not test(call) for call in care), len(care))
        for name, test in has.items()
    }
