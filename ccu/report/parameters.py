"""The named parameters that the .sql files are run with: one place, for every file and period."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ccu import dates
from ccu.report.figures import Frames
from ccu.report.period import Period

if TYPE_CHECKING:
    from ccu.report.build import Options, Report


def frames(report: "Report", options: "Options") -> Frames:
    """The parameters of the period and of those it is compared with.

    A period that ended before the file's first call is not compared with: its nought would be no
    figure but a file that had not begun.
    """
    period = report.period
    wanted = {
        "previous": period.previous() if options.compare in ("both", "previous") else None,
        "year": period.year_before() if options.compare in ("both", "year") else None,
    }
    made = {
        name: parameters(report, each, options)
        for name, each in wanted.items()
        if each is not None and report.first_day is not None and each.end > report.first_day
    }
    return Frames(parameters(report, period, options), made.get("previous"), made.get("year"))


def parameters(report: "Report", period: Period, options: "Options") -> dict[str, Any]:
    """Every named parameter that a .sql file may use."""
    settings = report.settings
    days = int(settings["repeat_days"])
    last = min(period.last, report.as_of.date())
    previous, year = period.previous(), period.year_before()
    months = list(period.months())
    return {
        "start": str(period.start),
        "end": str(period.end),
        "as_of": dates.to_iso(report.as_of),
        "as_of_unix": int(report.as_of.timestamp()),
        "today": str(report.as_of.date()),
        "k": int(settings["repeat_calls"]),
        "window": days,
        "window_start": str(last - timedelta(days=days - 1)),
        "window_end": str(last + timedelta(days=1)),
        "all_calls": int(options.all_calls),
        "first_day": str(report.first_day) if report.first_day else None,
        "months_start": str(months[0].start),
        "months_end": str(months[-1].end),
        "previous_start": str(previous.start),
        "previous_end": str(previous.end),
        "year_before_start": str(year.start),
        "year_before_end": str(year.end),
        "handoff_days": int(settings["handoff_days"]),
        "stalled_days": int(settings["stalled_days"]),
        "civilian_natures": settings["civilian_natures"],
        "rate_scene": float(settings["rate_scene"]) if settings["rate_scene"] else None,
        "rate_follow_up": float(settings["rate_follow_up"]) if settings["rate_follow_up"] else None,
    }
