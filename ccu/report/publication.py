"""Which numbers of a report may be printed, and its sections without the others."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ccu.report.figures import PLACES, Figure
from ccu.report.public_cells import EFFORT, FIGURES, MIDDLES, NAMED, SUMS, WINDOWS, cost
from ccu.report.public_lists import Cell, PublicList, Share, roomy
from ccu.report.suppression import LEAST, Cells, read, small

if TYPE_CHECKING:
    from ccu.report.whole import Report, ReportSection

WITHHELD = "withheld"
BY_MONTH = {"calls_by_month": "calls", "care_calls_by_month": "care"}
NOTES = (  # those that are printed: what they tell is printed, too, or no number of the town
    *("not over", "not begun", "before the first call", "no rate is set"),
    *("fewer than half", "fewer than 9"),
)


class Publication:
    """Which cells of a report may be printed, and its sections with the others taken out."""

    def __init__(
        self, report: "Report", figures: Iterable[Figure], lists: Mapping[str, PublicList]
    ) -> None:
        self._figures = {(each.figure, each.group): each for each in figures}
        self._late = self._not_over()
        self._month = f"{report.period.start:%Y-%m}" if report.period.kind == "month" else ""
        self._values: dict[str, int] = {}
        unclear = set()
        for name, value in self._cells(lists):
            if self._values.setdefault(name, value) != value:
                unclear.add(name)  # two figures that should agree do not: neither is printed
        self._leave_scarce(report)
        for name in NAMED:
            self._values.setdefault(name, 0)
        printed = set(self._values)
        told = self._single_endings() + SUMS + self._months(report)
        sums, broken = read(told, self._values)
        printed -= broken | unclear
        # the same for a month in every report that has it, whatever else there is in them
        first = {
            care
            for calls, care in [("calls", "care"), *_month_pairs(self._values)]
            if care in printed and small(self._values[calls] - self._values[care])
        }
        self._printed = printed - Cells(self._values, printed, sums).suppress(cost, first)

    def _not_over(self) -> tuple[str, ...]:
        """The beginnings of the names of figures that wait for their last days."""
        found: set[str] = set()
        for each in self._figures.values():
            for start in WINDOWS:
                if each.not_yet and each.figure.startswith(start):
                    found.update(
                        ("first_", "greensboro", "never_") if start == "first_" else [start]
                    )
        return tuple(found)

    def _cells(self, lists: Mapping[str, PublicList]) -> Iterator[tuple[str, int]]:
        for each in self._figures.values():
            parts = (each.numerator, each.denominator, each.missing)
            for name, value in zip(self._names(each), parts, strict=True):
                if name and isinstance(value, int):
                    yield name, value
        for listed in lists.values():
            yield from (cell for row in listed.items for cell in row.values() if _is_cell(cell))

    def _names(self, each: Figure) -> tuple[str, str, str]:
        """The cells of a figure; none when it is not printed."""
        if each.figure not in FIGURES or each.figure.startswith(self._late):
            return "", "", ""
        if each.figure in BY_MONTH and each.group == self._month:
            return BY_MONTH[each.figure], "", ""
        group = "" if each.group == "all" else f":{each.group}"
        over, under, missing = (name.replace(":*", group) for name in FIGURES[each.figure])
        return over, under, missing

    def _leave_scarce(self, report: "Report") -> None:
        """Leave out repeats where the number of calls alone says how many there can be."""
        months = {
            group: int(each.numerator or 0)
            for (figure, group), each in self._figures.items()
            if figure == "care_calls_by_month"
        }
        for section in report.sections:
            kind = section.name.removeprefix("repeat-")
            if kind in ("addresses", "people") and not roomy(report, section, months):
                for name in [each for each in self._values if each.split(" with:")[0] == kind]:
                    del self._values[name]

    def _months(self, report: "Report") -> str:
        """The period is the sum of its months, where they are printed."""
        first, last = f"{report.period.start:%Y-%m}", f"{report.period.last:%Y-%m}"
        lines = []
        for whole in BY_MONTH.values():
            kind = f"month {whole}:"
            months = [
                name
                for name in self._values
                if name.startswith(kind) and first <= name.removeprefix(kind) <= last
            ]
            lines += [f"{whole} = {' + '.join(months)}"] if months else []
        return "\n".join(lines)

    def _single_endings(self) -> str:
        """Where every call ended in one way only, as in most imports, the ways add up to the calls.

        No definition says so, but whoever looks at several reports sees it.
        """
        ways = sum(value for name, value in self._values.items() if name.startswith("ended:"))
        return "ended = ended:*\n" if ways and ways == self._values.get("ended") else ""

    def clear(self, section: "ReportSection", listed: PublicList | None) -> dict[str, Any]:
        """Take out of a section what may not be printed; how much that was."""
        section.says, section.warnings, section.facts = [], [], []
        if section.kind == "figures":
            section.figures = [self._figure(each) for each in section.figures]
            marks = [each.note == WITHHELD for each in section.figures]
        else:
            public = listed or PublicList((), [])
            section.columns, section.says = public.columns, [*public.says]
            section.explains = section.explains if public.explained else []
            cells = [cell for row in public.items for cell in row.values() if _is_cell(cell)]
            marks = [cell.name not in self._printed for cell in cells]
            section.items = [
                {column: self._cell(value) for column, value in row.items()} for row in public.items
            ]
        return {"section": section.title, "numbers": len(marks), "withheld": sum(marks)}

    def _cell(self, cell: Any) -> Any:
        if isinstance(cell, Share):
            part, whole = self._cell(cell.part), self._cell(cell.whole)
            if WITHHELD in (part, whole) or not whole:
                return None
            return round(part / whole, PLACES)
        if _is_cell(cell):
            return cell.value if cell.name in self._printed else WITHHELD
        return cell

    def _figure(self, each: Figure) -> Figure:
        over, under, missing = (name in self._printed for name in self._names(each))
        kept = self._kept(each)
        changes: dict[str, Any] = {
            "value": _coarse(each) if kept else None,
            "numerator": each.numerator if over or kept else None,
            "denominator": each.denominator if under or kept else None,
            "missing": each.missing if missing else None,
            "not_yet": None,  # of those whose days are not over, a report told earlier
            "low": _rounded(each.low) if kept else None,
            "high": _rounded(each.high) if kept else None,
            "few": False,
            "previous": None,
            "year_before": None,
            "previous_few": False,
            "year_before_few": False,
            "note": (each.note if each.note.startswith(NOTES) else "") if kept else WITHHELD,
        }
        return replace(each, **changes)

    def _kept(self, each: Figure) -> bool:
        """Whether the value may be printed: all that it is made of, and all that it tells about."""
        if each.figure in EFFORT:
            return all(self._effort(part) for part in EFFORT[each.figure])
        if each.figure in MIDDLES:
            return self._printed.issuperset(MIDDLES[each.figure])
        if each.figure == "people_served" and each.group:
            return False  # the ways overlap, and together they tell how much
        names = {name for name in self._names(each)[:2] if name}
        if each.figure == "reduction":
            names.add(f"compared:{each.group}")
        if each.figure in BY_MONTH and each.numerator is None:
            return True  # no figure, and a note that says why
        return bool(names) and names <= self._printed

    def _effort(self, part: str) -> bool:
        """Whether enough records made these hours, or the contacts may be printed."""
        if part == "contacts":
            return part in self._printed
        hours = {
            "scene": ("scene_hours", "care_calls"),
            "later": ("follow_up_hours", "attempts_made"),
        }
        spent, of = (self._figures[name, ""] for name in hours[part])
        made_by = int(of.numerator or 0) - (spent.missing or 0)
        minutes = self._figures["cost_scene" if part == "scene" else "cost_follow_up", ""].numerator
        return made_by >= LEAST or not minutes


def _month_pairs(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The cells of each month: calls, care calls."""
    for calls in names:
        if calls.startswith("month calls:"):
            yield calls, calls.replace("calls", "care")


def _is_cell(cell: Any) -> bool:
    return isinstance(cell, Cell)


def _coarse(each: Figure) -> float | int | None:
    """The value; a middle one is a single record's, so to the hour or to a tenth of a day only."""
    if each.figure not in MIDDLES or each.value is None:
        return each.value
    return round(float(each.value), 1 if each.unit == "days" else 0)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
