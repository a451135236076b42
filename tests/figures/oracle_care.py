"""Referrals, handoffs, follow-ups: the care loop's figures."""

from datetime import date
from math import ceil, sqrt
from statistics import fmean, median

from .chance import day
from .parts import Asked, Figures, Part, count, share
from .rows import ACCEPTED, ENGAGED, File, Row, add_days, instant

WARM = {"warm_in_person", "warm_by_phone"}
DAY, HOUR = 86_400, 3_600
Z = 1.959963984540054  # 95% of a normal distribution lies within so many deviations


def wilson(some: int, of: int) -> tuple[float, float] | tuple[None, None]:
    """Both roots of (p - x)^2 = z^2 x (1 - x) / n."""
    if not of:
        return None, None
    p = some / of
    a, b, c = 1 + Z * Z / of, -(2 * p + Z * Z / of), p * p
    root = sqrt(max(b * b - 4 * a * c, 0))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


# ---------------------------------------------------------------- the status of a referral


def status(file: File, referral: Row, as_of: int) -> str | None:
    """The last event's that had happened by then; None: it had not been made."""
    so_far = [event for event in file.events[referral["id"]] if event["at"] <= as_of]
    return str(so_far[-1]["status"]) if so_far else None


def offered(file: File, asked: Asked) -> list[Row]:
    """Referrals made in the period, less drafts and those entered in error."""
    return [
        row
        for row in file.tables["referral"]
        if asked.holds(row)
        and status(file, row, asked.as_of) not in (None, "draft", "entered_in_error")
    ]


def accepted_at(file: File, referral: Row, as_of: int) -> Row | None:
    """The earliest event by which it was accepted, also when it was typed in late."""
    events = [e for e in file.steps(referral) if e["status"] in ACCEPTED]
    return min((e for e in events if e["at"] <= as_of), key=lambda e: int(e["at"]), default=None)


def referrals(file: File, asked: Asked) -> Figures:
    rows = offered(file, asked)
    statuses = [status(file, row, asked.as_of) for row in rows]
    events = [accepted_at(file, row, asked.as_of) for row in rows]
    days = sorted(
        (event["at"] - row["at"]) / DAY for row, event in zip(rows, events, strict=True) if event
    )
    is_open = [each in file.open_statuses for each in statuses]
    waiting = sum(each and not event for each, event in zip(is_open, events, strict=True))
    middle = median(days) if days else None
    found = {
        ("referrals_made", ""): count(len(rows)),
        ("referral_acceptance", ""): share(len(days), len(rows)),
        ("referral_success", ""): share(statuses.count("service_received"), len(rows)),
        ("referral_open", ""): share(sum(is_open), len(rows)),
        ("days_to_acceptance", ""): Part("days", None, len(days), 0, waiting, middle),
    }
    for code, label in file.labels("referral_status").items():
        found["referral_outcome", label] = count(statuses.count(code))
    needs = [row["need"] for row in rows]
    for code, label in file.labels("need").items():
        found["referrals_by_need", label] = share(needs.count(code), len(rows))
    return found


# ---------------------------------------------------------------- handoffs


def engaged_at(file: File, referral: Row, as_of: int) -> int | None:
    """First in progress, service received or reached; never before it was made."""
    moments = [e["at"] for e in file.steps(referral) if e["status"] in ENGAGED]
    for due in file.follow_ups_of.get(referral["id"], []):
        tries = file.attempts.get(due["id"], [])
        moments += [each["at"] for each in tries if each["result"] == "reached"]
    return min((m for m in moments if referral["at"] <= m <= as_of), default=None)


def hand_offs(file: File, asked: Asked) -> Figures:
    days = int(file.settings["handoff_days"]) * DAY
    rows = offered(file, asked)
    over = {row["id"]: row["at"] + days <= asked.as_of for row in rows}
    in_time = {}
    for row in rows:
        met = engaged_at(file, row, asked.as_of)
        in_time[row["id"]] = met is not None and met <= row["at"] + days
    found: Figures = {}
    handoffs = file.labels("handoff")
    cohorts = [("follow_through", label.split(" (")[0], {code}) for code, label in handoffs.items()]
    cohorts += [
        ("follow_through", "all", {*handoffs}),
        ("connected", "warm handoff", {*WARM}),
        ("connected", "other handoff", {*handoffs} - {*WARM}),
    ]
    for figure, label, codes in cohorts:
        its = [row["id"] for row in rows if row["handoff"] in codes]
        cohort = [number for number in its if over[number]]
        some = sum(in_time[number] for number in cohort)
        part = share(some, len(cohort), not_yet=len(its) - len(cohort))
        part.low, part.high = wilson(some, len(cohort))
        found[figure, label] = part
    warm = sum(row["handoff"] in WARM for row in rows)
    return found | {("warm_handoffs", ""): share(warm, len(rows))}


# ---------------------------------------------------------------- time to first follow-up


def _planned(file: File) -> dict[int, list[Row]]:
    """call -> the tries at the follow-ups planned for it, or for a referral made from it."""
    found: dict[int, list[Row]] = {}
    for due in file.planned:
        about = {due["call_id"]}
        if due["referral_id"]:
            about.add(file.referral[due["referral_id"]]["call_id"])
        for call in about - {None}:
            found.setdefault(call, []).extend(file.attempts.get(due["id"], []))
    return found


def first_follow_up(file: File, asked: Asked) -> Figures:
    planned = _planned(file)
    cohort = [call for call in file.calls if asked.holds(call) and call["id"] in planned]
    ends = [instant(call["cleared_at"] or call["occurred_at"]) for call in cohort]
    tries = [[t for t in planned[c["id"]] if t["at"] <= asked.as_of] for c in cohort]
    reached = [[each for each in some if each["result"] in file.reaching] for some in tries]
    found: Figures = {}
    for what, kept in (("attempt", tries), ("reached", reached)):
        first = [
            max(0, min(each["at"] for each in some) - end) if some else None
            for end, some in zip(ends, kept, strict=True)
        ]
        for name, hours in (("24h", 24), ("72h", 72), ("7d", 168)):
            over = [end + hours * HOUR <= asked.as_of for end in ends]
            some = sum(
                is_over and wait is not None and wait <= hours * HOUR
                for is_over, wait in zip(over, first, strict=True)
            )
            not_yet = len(over) - sum(over)
            found[f"first_{what}_within_{name}", ""] = share(some, sum(over), not_yet=not_yet)
        for name, of_ten in (("median", 5), ("p90", 9)):
            found[f"{name}_hours_to_first_{what}", ""] = _rank(first, of_ten)
    found |= _greensboro(asked, ends, tries)
    found["never_attempted", ""] = count(sum(not some for some in tries), len(cohort))
    without = sum(call["cleared_at"] is None for call in cohort)
    found["end_not_recorded", ""] = count(without, len(cohort))
    return found | _contact_rate(file, asked)


def _rank(waits: list[int | None], of_ten: int) -> Part:
    """The nearest rank, those never tried last; of two in the middle, the mean of those tried."""
    ordered = sorted(wait for wait in waits if wait is not None)
    rank = ceil(len(waits) * of_ten / 10)
    two = of_ten == 5 and len(waits) % 2 == 0
    ranked = ordered[rank - 1 : rank + two] if waits else []
    value = fmean(ranked) / HOUR if ranked else None
    return Part("hours", None, len(waits), value=value)


def _greensboro(asked: Asked, ends: list[int], tries: list[list[Row]]) -> Figures:
    """Within 24 hours, and again on a later day within 7 days."""
    cohort = [
        (end, some) for end, some in zip(ends, tries, strict=True) if end + 7 * DAY <= asked.as_of
    ]
    number = 0
    for end, some in cohort:
        soon = [each["day"] for each in some if each["at"] <= end + DAY]
        week = [each["day"] for each in some if each["at"] <= end + 7 * DAY]
        number += bool(soon) and max(week) > min(soon)
    not_yet = len(ends) - len(cohort)
    return {("greensboro_24h_and_7d", ""): share(number, len(cohort), not_yet=not_yet)}


def _contact_rate(file: File, asked: Asked) -> Figures:
    results = [row["result"] for row in file.tables["attempt"] if asked.holds(row)]
    return {("contact_rate", ""): share(sum(r in file.reaching for r in results), len(results))}


# ---------------------------------------------------------------- overdue and stalled


def overdue(file: File, asked: Asked) -> list[Row]:
    """Open follow-ups that were due before the as-of moment, the oldest first."""
    return sorted(
        (row for row in open_follow_ups(file) if row["at"] < asked.as_of),
        key=lambda row: (row["at"], row["id"]),
    )


def open_follow_ups(file: File) -> list[Row]:
    return [row for row in file.tables["follow_up"] if row["closed_at"] is None]


def open_referrals(file: File) -> list[Row]:
    return [row for row in file.tables["referral"] if row["status"] in file.open_statuses]


def last_work(file: File, referral: Row) -> int:
    """Its last event, or a later try at one of its follow-ups."""
    tries = [
        each["at"]
        for due in file.follow_ups_of.get(referral["id"], [])
        for each in file.attempts.get(due["id"], [])
    ]
    return int(max([file.steps(referral)[-1]["at"], *tries]))


def stalled(file: File, asked: Asked) -> list[Row]:
    """Open, and without an event or a try for stalled_days."""
    since = asked.as_of - int(file.settings["stalled_days"]) * DAY
    return [row for row in open_referrals(file) if last_work(file, row) <= since]


def late(file: File, asked: Asked) -> Figures:
    return {
        ("overdue_now", ""): count(len(overdue(file, asked)), len(open_follow_ups(file))),
        ("stalled_now", ""): count(len(stalled(file, asked)), len(open_referrals(file))),
    }


def overdue_list(file: File, asked: Asked) -> list[Row]:
    kinds = file.labels("follow_up_kind")
    found = []
    for row in overdue(file, asked):
        referral = file.referral.get(row["referral_id"], {})
        found.append(
            {
                **{"what": "follow-up overdue", "id": row["id"], "referral": row["referral_id"]},
                "call": row["call_id"] or referral.get("call_id"),
                "person": file.whose(row),
                "kind": kinds[row["kind"]],
                "owner": file.staff[row["owner_id"]]["login"],
                "due": row["day"],
                "days_late": days_between(row["day"], asked.today),
            }
        )
    return found


def stalled_list(file: File, asked: Asked) -> list[Row]:
    """Due so many local days after the last work."""
    needs = file.labels("need")
    found = []
    for row in stalled(file, asked):
        due = add_days(day(last_work(file, row)), int(file.settings["stalled_days"]))
        found.append(
            {
                **{"what": "referral stalled", "id": row["id"], "referral": row["id"]},
                **{"call": row["call_id"], "person": file.whose(row), "kind": needs[row["need"]]},
                "owner": file.staff[row["owner_id"]]["login"],
                **{"due": due, "days_late": days_between(due, asked.today)},
            }
        )
    return found


def days_between(earlier: str, later: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days


def is_over(asked: Asked, begun: str, days: int) -> bool:
    """Whether so many local days after a day are over."""
    return add_days(begun, days) < asked.today
