"""Run the .sql files: a `Figure` is a number with all parts that it is computed from."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from math import exp, log, sqrt
from typing import Any

from ccu.report import definitions
from ccu.report.definitions import BY_MONTH, Definition, Plan

PLACES = 6  # decimals kept, in every format
Z = 1.959963984540054  # 97.5% of a normal distribution
LEAST = 10  # smaller bases are marked, and no interval is computed for fewer people

# Notes printed instead of the value, on the page for publication.
SMALL, NO_DATA, NOT_YET = "<10", "n/a", "not yet"
TOO_FEW = "too few"  # and in a group of people
INSTEAD = (SMALL, NO_DATA, NOT_YET, TOO_FEW)

Parameters = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One row of a section of figures; its fields, in this order, are the columns.

    value is None if the denominator is 0. missing: rows left out because they lack the data;
    not_yet: those whose window is not over. few: computed from fewer than ten. previous and
    year_before are the same figure for those periods, previous_few and year_before_few their few;
    previous_change and year_before_change the change of a count since then, as a share, with its
    95% interval.
    """

    figure: str
    group: str = ""
    value: float | int | None
    unit: str
    numerator: float | int | None = None
    denominator: float | int | None = None
    missing: int | None = 0
    not_yet: int | None = 0
    low: float | None = None
    high: float | None = None
    few: bool = False
    previous: float | int | None = None
    year_before: float | int | None = None
    note: str = ""
    previous_few: bool = False
    year_before_few: bool = False
    previous_change: float | None = None
    previous_change_low: float | None = None
    previous_change_high: float | None = None
    year_before_change: float | None = None
    year_before_change_low: float | None = None
    year_before_change_high: float | None = None

    @property
    def title(self) -> str:
        """Return what people read instead of the name."""
        return definitions.every()[self.figure].title


COLUMNS = tuple(field.name for field in fields(Figure))


@dataclass(frozen=True)
class PeriodParameters:
    """The parameters for the period and for those it is compared with; None: not compared.

    `complete`: whether a change since each of these two may be stated.
    """

    now: Parameters
    previous: Parameters | None = None
    year_before: Parameters | None = None
    months: Sequence["Month"] = ()
    complete: tuple[bool, bool] = (False, False)


@dataclass(frozen=True)
class Month:
    """One month of a series: `2026-01`, why it has no figure or only a part, its parameters."""

    name: str
    note: str
    parameters: Parameters | None


# What a figure counts, if not calls of the period: by its file or its name.
_OF_WINDOW = ("repeats", "concentration", "repeat-addresses", "repeat-people")
GAP = "the days of repeats are not complete"
_OF_RECORDS = {
    **dict.fromkeys(("referrals", "referrals_accepted", "hand_off_hours"), "referrals"),
    **dict.fromkeys(("attempts_made", "contact_rate", "follow_up_hours"), "attempts"),
    "consult_hours": "consults",
}
_PARTS = ("numerator", "denominator", "value", "missing", "not_yet")


def is_of_window(plan: Plan) -> bool:
    """Return whether a section has repeats, counted in the window that ends with the period."""
    return any(file in _OF_WINDOW for file in (*plan.files, *plan.facts))


def unknown(name: str, file: str, parameters: Parameters) -> str:
    """Return why nothing is known about a period, or "". If unknown, a 0 is not a count.

    Calls are not known in days before the first or after the last one on file; referrals and
    attempts not before the first one.
    """
    if what := _OF_RECORDS.get(name) or _OF_RECORDS.get(file):
        first = parameters[f"first_{what}"]
        known = first is not None and first < parameters["end"]
        return "" if known else f"no {what} are recorded by the end of this period"
    of_window = file in _OF_WINDOW
    start = parameters["window_start" if of_window else "start"]
    end = parameters["window_end" if of_window else "end"]
    first, last = parameters["first_day"], parameters["last_day"]
    known = first is not None and first < end and start <= last
    return (
        "" if known else f"no calls are recorded in {'these days' if of_window else 'this period'}"
    )


def _why_not(head: Definition, row: Mapping[str, Any], parameters: Parameters) -> str:
    """Return why the row is not known; nothing where it is, or is of the moment."""
    if not head.compared or any(row.get(part) for part in _PARTS):
        return ""
    return unknown(head.name, head.file, parameters)


def _is_before_file(file: str, row: Mapping[str, Any], parameters: Parameters | None) -> bool:
    """Return whether a 0 is for a window that begins before the first call on file."""
    if not parameters or file not in _OF_WINDOW or row["numerator"]:
        return False
    return bool(parameters["window_start"] < (parameters["first_day"] or ""))


class Maker:
    """Run the files of a report's sections, each once for the same parameters."""

    def __init__(self, connection: sqlite3.Connection, parameters: PeriodParameters) -> None:
        self._connection, self._parameters = connection, parameters
        self._found: dict[tuple[object, ...], list[dict[str, Any]]] = {}

    def figures(
        self, files: Sequence[str], parameters: PeriodParameters | None = None
    ) -> list[Figure]:
        """Return the figures of these files, of the report's period or of another."""
        asked = parameters or self._parameters
        return [each for file in files for each in self._run(file, asked)]

    def by_month(self, names: tuple[str, ...]) -> list[Figure]:
        """Return the figures of these names by month; without parameters it has no number."""
        heads, months = [definitions.every()[name] for name in names], self._parameters.months
        made: dict[tuple[str, str], Figure] = {}
        for month in months:
            files = {head.file for head in heads} if month.parameters else ()
            for each in self.figures([*files], PeriodParameters(month.parameters or {})):
                if not each.group:
                    made[each.figure, month.name] = each
        return [
            replace(
                made.get(
                    (head.name, month.name), Figure(figure=head.name, value=None, unit=head.unit)
                ),
                figure=head.name + BY_MONTH,
                group=month.name,
                note=month.note,
            )
            for head in heads
            for month in months
        ]

    def unknown(self, plan: Plan) -> str:
        """Return why nothing is known of a list, or nothing; one of the moment is known."""
        is_of_period = definitions.every()[plan.name].compared
        return unknown(plan.name, plan.files[0], self._parameters.now) if is_of_period else ""

    def rows(self, plan: Plan) -> list[dict[str, Any]]:
        """Return the rows of a list, with shares rounded as in figures."""
        return [
            {name: rounded(row[name]) for name in plan.columns}
            for row in self._rows(plan.files[0], self._parameters.now)
            if row.get("figure", plan.name) == plan.name
        ]

    def of_group(self, files: Sequence[str], group: str, split: bool) -> list[Figure]:
        """Return the rates of the files for a group of people; hide a rate with a small base.

        `split`: with those that have groups of their own. Without the share of care natures: only
        care calls name people, so that it is 100% of any group.
        """
        made = (
            replace(each, group=f"{group}, {each.group}" if each.group else group)
            for each in self.figures(files)
            if each.unit not in ("count", "dollars")
            and (split or not each.group)
            and each.figure != "share_of_all_calls"
        )
        return [
            each
            if (each.denominator or 0) >= LEAST
            or unknown(each.figure, "", self._parameters.now)
            else Figure(
                figure=each.figure, group=each.group, value=None, unit=each.unit,
                missing=None, not_yet=None, note=TOO_FEW,
            )
            for each in made
        ]  # fmt: skip

    def split_already(self, files: Sequence[str]) -> list[Figure]:
        """Return the rates of the files that have groups of their own."""
        made = self.figures(files)
        return [each for each in made if each.group and each.unit not in ("count", "dollars")]

    def _run(self, file: str, parameters: PeriodParameters) -> list[Figure]:
        """Return the figures of a file in its order, with those of the periods compared."""
        heads = {head.name: head for head in definitions.source(file).heads}
        found = self._keyed(file, heads, parameters.now)
        before: list[dict[tuple[str, str], dict[str, Any]]] = []
        for then in (parameters.previous, parameters.year_before):
            compared = then is not None and any(head.compared for head in heads.values())
            rows = self._keyed(file, heads, then) if compared and then else {}
            before.append(
                {
                    key: row
                    for key, row in rows.items()
                    if not _why_not(heads[key[0]], row, then or {})
                    and not _is_before_file(file, row, then)
                }
            )
        made = []
        for key, row in found.items():
            head = heads[key[0]]
            same = [each.get(key) if head.compared else None for each in before]
            if head.only_used and not any(each and each["numerator"] for each in (row, *same)):
                continue
            if why := _why_not(head, row, parameters.now):
                row = {"numerator": None, "grp": row.get("grp"), "note": why}
            elif file in _OF_WINDOW and parameters.now["window_gap"]:
                row["note"] = row.get("note") or GAP
            made.append(_with_changes(_figure(head, row, same), head, parameters.complete))
        return made

    def _keyed(
        self, file: str, heads: Mapping[str, Definition], parameters: Parameters
    ) -> dict[tuple[str, str], dict[str, Any]]:
        """Return (figure, group) -> row, in the order of the file."""
        only = next(iter(heads))
        return {
            (row.get("figure") or only, str(row.get("grp") or "")): row
            for row in self._rows(file, parameters)
        }

    def _rows(self, file: str, parameters: Parameters) -> list[dict[str, Any]]:
        key = (file, *parameters.items())
        if key not in self._found:
            found = self._connection.execute(definitions.source(file).sql, parameters)
            self._found[key] = [dict(row) for row in found]
        return self._found[key]


def _figure(
    head: Definition, row: Mapping[str, Any], same: Sequence[Mapping[str, Any] | None]
) -> Figure:
    over, under = row.get("numerator"), row.get("denominator")
    low, high = _interval(head, row)
    then = [None if each is None else _value(head, each) for each in same]
    few = [each is not None and _few(head, each) for each in same]
    return Figure(
        figure=head.name,
        group=str(row.get("grp") or ""),
        value=_value(head, row),
        unit=head.unit,
        numerator=rounded(over),
        denominator=rounded(under),
        missing=int(row.get("missing") or 0),
        not_yet=int(row.get("not_yet") or 0),
        low=rounded(low),
        high=rounded(high),
        few=_few(head, row),
        previous=then[0],
        year_before=then[1],
        note=str(row.get("note") or ""),
        previous_few=few[0],
        year_before_few=few[1],
    )


def _with_changes(figure: Figure, head: Definition, complete: tuple[bool, bool]) -> Figure:
    """Return the figure with its changes since the two other periods, where they can be stated."""
    if head.interval != "counts" or figure.value is None:
        return figure
    found: dict[str, Any] = {}
    for name, is_complete in zip(("previous", "year_before"), complete, strict=True):
        then = getattr(figure, name)
        if is_complete and then is not None and then >= LEAST:
            low, high = change(figure.value, then)
            found[f"{name}_change"] = rounded(figure.value / then - 1)
            found[f"{name}_change_low"], found[f"{name}_change_high"] = rounded(low), rounded(high)
    return replace(figure, **found)


def _few(head: Definition, row: Mapping[str, Any]) -> bool:
    """Return whether a rate is made of fewer than ten, people or calls."""
    base = row.get("denominator") or 0
    return head.unit != "count" and 0 < min(row.get("n", base), base) < LEAST


def _value(head: Definition, row: Mapping[str, Any]) -> float | int | None:
    """Return the row's own `value`, else a count or one part divided by the other."""
    if "value" in row:
        return rounded(row["value"])
    over, under = row["numerator"], row.get("denominator")
    if head.unit == "count" or (under is None and "denominator" not in row):
        return rounded(over)
    if not under or over is None:
        return None
    return rounded(1 - over / under if head.interval == "reduction" else over / under)


def _interval(head: Definition, row: Mapping[str, Any]) -> tuple[float | None, float | None]:
    over, under = row.get("numerator"), row.get("denominator")
    if over is None or under is None:
        return None, None
    if head.interval == "wilson":
        return wilson(over, under)
    if head.interval == "reduction":
        return reduction(over, under, row["n"], (row["aa"], row["bb"], row["ab"]))
    return None, None


def rounded(value: float | int | None) -> float | int | None:
    """Return a float to PLACES places, as JSON holds it; whole numbers as they are."""
    return round(value, PLACES) if isinstance(value, float) else value


def wilson(hits: float, of: float) -> tuple[float, float] | tuple[None, None]:
    """Return Wilson's score interval of a share; none for a share of nothing."""
    if of <= 0:
        return None, None
    share = hits / of
    middle = share + Z * Z / (2 * of)
    spread = Z * sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    whole = 1 + Z * Z / of
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def change(now: float, then: float) -> tuple[float, float]:
    """Return the 95% interval of now/then - 1, of two counts of events that come independently.

    Given their sum, `now` is binomial with the share now/(now + then) (the conditional method for
    two Poisson counts); Wilson's interval of that share is converted back to a ratio.
    """
    low, high = wilson(now, now + then)
    assert low is not None and high is not None and high < 1
    return low / (1 - low) - 1, high / (1 - high) - 1


def reduction(
    after: float, before: float, people: int, squares: tuple[float, float, float]
) -> tuple[float, float] | tuple[None, None]:
    """Return the interval of 1 - after/before, by the delta method on the log of the ratio.

    `after` and `before` are sums over people; `squares` those of after x after, before x before and
    after x before. The variance of log(after/before) is n/(n-1) x (aa/after^2 + bb/before^2 - 2
    ab/(after x before)): people vary, not calls. None when either sum is 0 or people are fewer than
    LEAST.
    """
    if after <= 0 or before <= 0 or people < LEAST:
        return None, None
    aa, bb, ab = squares
    variance = aa / after**2 + bb / before**2 - 2 * ab / (after * before)
    spread = Z * sqrt(max(0.0, variance * people / (people - 1)))
    middle = log(after / before)
    return 1 - exp(middle + spread), 1 - exp(middle - spread)
