"""The whole page: what the template shows, and the template."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccu.output.text import one_line
from ccu.report import definitions, sections, text
from ccu.report.build import Report, ReportSection
from ccu.report.definitions import Definition
from ccu.report.html import charts, tables
from ccu.report.html.shapes import Card, Chart, Grid

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

HERE = Path(__file__).parent
CARDS = ("calls", "care_calls", "people_served", "connections", "overdue_now", "repeat_addresses")
_INTERVALS = {"wilson": "Wilson's, 95%", "reduction": "of the ratio, 95%, by person"}


@dataclass(frozen=True)
class Part:
    """One section of the page. `grid` is None where the chart's own tables hold all its rows."""

    section: ReportSection
    chart: Chart | None
    grid: Grid | None


def page(report: Report) -> str:
    """The page as one text of HTML."""
    kind = "For publication: figures" if report.public else "Figures"
    rendered: str = (
        _environment()
        .get_template("page.html.jinja")
        .render(
            title=f"{kind} of {report.town}, {report.period.label}",
            report=report,
            compared=list(text.compared(report).values()),
            cards=list(_cards(report)),
            parts=[_part(each, report) for each in report.sections],
            definitions=[(head, _facts(head)) for head in _defined(report)],
            foot=text.foot(report),
        )
    )
    return rendered


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    made = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_safe,
    )
    css = (HERE / "page.css").read_text(encoding="utf-8")
    made.globals["css"] = Markup(css)  # ours; nothing of a town is put into it
    made.filters["drawing"] = Markup  # SVG that svg.py has escaped
    made.filters["code"] = _code
    return made


def _safe(value: Any) -> Any:
    """What is printed can not act or hide; markup of ours is left as it is."""
    return one_line(value) if type(value) is str else value


def _code(sentence: str) -> "Markup":
    """A fixed sentence with its `words` as code."""
    from markupsafe import Markup, escape

    escaped = str(escape(one_line(sentence)))
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", escaped))


def _part(section: ReportSection, report: Report) -> Part:
    chart = charts.of_section(section, report)
    whole = chart is not None and section.kind == "list" and bool(chart.grids)
    return Part(section, chart, None if whole else tables.section(section, report))


def _cards(report: Report) -> Iterable[Card]:
    """The key figures of the summary, each with what it was before."""
    found = {
        each.figure: each
        for section in report.sections
        if section.name == "summary"
        for each in section.figures
        if not each.group
    }
    for each in (found[name] for name in CARDS if name in found):
        then = tuple(
            (period, text.value(getattr(each, column), each.unit))
            for column, period in text.compared(report).items()
        )
        moment = not definitions.every()[each.figure].compared
        note = f"as of {report.as_of:%Y-%m-%d}" if moment else text.noted(each)
        yield Card(each.title, text.valued(each), () if moment else then, note)


def _defined(report: Report) -> list[Definition]:
    """What every figure and list on the page is, in the order in which they come."""
    plans = {plan.name: plan for plan in sections.PLANS}
    names: dict[str, None] = {}
    for section in report.sections:
        if section.kind == "figures":
            names |= dict.fromkeys(each.figure for each in section.figures)
        elif section.name in plans:
            names |= dict.fromkeys(plans[section.name].files)
    every = definitions.every()
    return [every[name] for name in names if name in every]


def _facts(head: Definition) -> list[tuple[str, str]]:
    """How it is made and who is known for it, each with its word."""
    over, under = head.facts.get("numerator", ""), head.facts.get("denominator", "")
    if head.unit == "count":
        facts = [("Counts", f"{over}, of {under}" if over and under else over)]
    elif over and under:
        facts = [("Formula", f"{over} \u00f7 {under}")]
    else:
        facts = [("Sum of", over), ("Of", under)]
    facts.append(("Interval", _INTERVALS.get(head.interval, "")))
    facts.append(("Known from", head.facts.get("known from", "")))
    return [(word, text) for word, text in facts if text]
