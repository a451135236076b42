"""`ccu report --public`: one fixed page of figures for the town's website.

Guarantee: every number on the page is computed only from rounded counts (`rounded`). So a count
reveals no more than the interval it was rounded from: <10 is 0 to 9, 10 is 10 to 12, and any other
n is n - 2 to n + 2. A percentage comes from two rounded counts and adds nothing to them.

Pages that count the same records twice are rounded apart, so a quarter less two of its months can
narrow the count that is left. Of months, their quarters and their year, each published once, this
holds for a count of 1 to 8: it stays one of at least two numbers. Proof: move one call from it to
another month of its quarter that is 10 or more, or back; every total stays, and that month's
interval has at least three numbers, so one of the two moves stays in it. The same holds between two
months under 10, of which none is both 0 and 9. Of 0 and 9 themselves nothing is promised.

Not promised either: the same days published again after records changed, or ranges of days that
overlap otherwise. Publish each period once.

n/a means that the file has no calls before the end of the period, or nothing at all of what the
figure counts, in any period.
"""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from ccu import dates
from ccu.errors import InvalidInput
from ccu.report import figures, sentences, store
from ccu.report.definitions import Plan
from ccu.report.figures import NO_DATA, NOT_YET, SMALL, Figure

if TYPE_CHECKING:
    from ccu.report.build import Report, ReportSection
    from ccu.session import Session

STEP = 5  # counts are rounded to a multiple of this
LEAST = 10  # the smallest count that is printed
BASE = 25  # the smallest rounded base of a percentage

PAGE = Plan(
    "public",
    "Figures for publication",
    "figures",
    ("calls", "people", "repeats", "referrals", "first_follow_up"),
    pick=(
        *("calls", "care_calls", "people_served:", "connections", "repeat_addresses"),
        *("repeat_people", "referrals_made", "referral_acceptance", "warm_handoffs"),
        *("first_attempt_within_24h", "first_attempt_within_7d"),
    ),
)
# figure -> tables that it counts; when all are empty there is no data.
_COUNTED = {
    "people_served": ("call_person", "follow_up", "referral"),
    "connections": ("call_intervention", "referral"),
    "repeat_addresses": ("place",),
    "repeat_people": ("call_person",),
    "referrals_made": ("referral",),
    "referral_acceptance": ("referral",),
    "warm_handoffs": ("referral",),
    "first_attempt_within_24h": ("follow_up",),
    "first_attempt_within_7d": ("follow_up",),
}
# figure -> days after the period until the window of its last call is over.
_WAITS = {"first_attempt_within_24h": 1, "first_attempt_within_7d": 7}
_NOT_NAMED = "(not named)"
_NOT_BEGUN = "No calls are recorded in this period or before it."
_NOT_COMPLETE = "The records of this period are not complete: days without any calls are missing."
_EXPLAINS = (
    "Counts are rounded to the nearest 5. <10 is any count under 10, 0 included.",
    f"A percentage is printed where its base is at least {BASE}; it is computed from the rounded"
    " counts. n/a: a smaller base, or no data.",
    "Care calls have a nature on the town's care list; dispatch words without one do not count.",
    "Referrals to programs under 42 CFR Part 2 are left out, and follow-ups of them.",
)


def rounded(count: float | int | None) -> int | None:
    """Return the count as the page may print it; None for one under 10."""
    if count is None or count < LEAST:
        return None
    return STEP * round(count / STEP)


def shown(name: str, unit: str, over: int | None, under: int | None) -> Figure:
    """Return a figure computed from its rounded parts."""
    value: float | int | None = over
    note = SMALL if over is None else ""
    if unit == "share" and over is not None:
        enough = under is not None and under >= BASE
        value = figures.rounded(over / under) if under and enough else None
        note = "" if enough else f"base under {BASE}"
    return _figure(name, unit, value, over, under, note)


def check(session: "Session", report: "Report") -> None:
    """Raise InvalidInput for a period that is not over, or that no record reaches.

    Otherwise <10 would be read as few calls. A quiet town's last days are still published.
    """
    if report.not_over:
        raise InvalidInput(
            f"{report.period.label} is not over; run --public for it after {report.period.last}"
        )
    end = store.ends(session.db, public=False)["last_day"] or ""
    if report.gaps["period"] and end < str(report.period.start):
        last = dates.say_date(date.fromisoformat(end))
        raise InvalidInput(
            f"no calls are on file after {last}: there is nothing to publish for"
            f" {report.period.label}; import its calls first"
        )


def publish(session: "Session", report: "Report", section: "ReportSection") -> None:
    """Turn a report and the exact figures of its section into the page."""
    begun = report.first_day is not None and report.first_day < report.period.end
    section.figures = [
        _published(each, session, report) if begun else _no_number(each, NO_DATA)
        for each in section.figures
    ]
    section.says = [f"Repeats: {sentences.threshold(report)}."]
    section.explains = [*_EXPLAINS]
    notes = [_NOT_COMPLETE] if report.gaps["period"] else [] if begun else [_NOT_BEGUN]
    report.notes = notes + sentences.destroyed(session.db, report)
    report.sections, report.public = [section], True
    report.file = _NOT_NAMED  # a file may be named after a person


def _published(each: Figure, session: "Session", report: "Report") -> Figure:
    if each.numerator is None or not store.has_rows(
        session.db, _COUNTED.get(each.figure, ("call",))
    ):
        return _no_number(each, NO_DATA)
    over = report.period.end + timedelta(days=_WAITS.get(each.figure, 0))
    if each.figure in _WAITS and dates.day_start(over, session.settings.zone) > report.as_of:
        return _no_number(each, NOT_YET)
    return shown(each.figure, each.unit, rounded(each.numerator), rounded(each.denominator))


def _no_number(each: Figure, note: str) -> Figure:
    return _figure(each.figure, each.unit, None, None, None, note)


def _figure(
    name: str, unit: str, value: float | int | None, over: int | None, under: int | None, note: str
) -> Figure:
    return Figure(
        figure=name,
        value=value,
        unit=unit,
        numerator=over,
        denominator=under,
        missing=None,
        not_yet=None,
        note=note,
    )
