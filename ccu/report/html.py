"""`ccu report --format html`: one page that needs nothing but itself, without scripts.

The headline and the lists of the one page come first; every section is folded below them. What is
drawn is drawn in page.html.jinja: the months of the headline, bars of shares, the week by the hour.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccu.output import Section
from ccu.output.formats import numeric_columns
from ccu.output.text import one_line, plain_text
from ccu.report import definitions, page, sentences, text
from ccu.report.build import Report, ReportSection
from ccu.report.definitions import Definition
from ccu.report.figures import Figure
from ccu.report.period import month_words

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

HERE = Path(__file__).parent
_INTERVALS = {
    "counts": "of the percent change, 95%, as of two Poisson counts",
    "wilson": "Wilson's, 95%",
    "reduction": "of the ratio, 95%, by person",
}


@dataclass(frozen=True)
class Part:
    """One folded section: its tables, a bar for each figure that is a share, its definitions."""

    section: ReportSection
    tables: list[Section]
    bars: list[Figure | None]
    defined: list[Definition]


def render(report: Report) -> str:
    """Return the page as one text of HTML."""
    report = page.for_board(report)
    leads = page.fits(report)
    rendered: str = (
        _environment()
        .get_template("page.html.jinja")
        .render(
            title=page.title(report),
            days=text.days(report),
            report=report,
            compared=text.compared(report),
            headline=page.headline(report) if leads else [],
            told=page.told(page.headline(report), report) if leads else [],
            lists=page.lists(report) if leads else [],
            pairs=page.pairs(report)[:3] if leads else [],
            parts=[_part(each, report) for each in report.sections],
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
    made.tests["no_rows"] = lambda line: line.startswith((sentences.NONE, sentences.NOT_KNOWN))
    made.filters |= {
        "month": month_words,
        "code": _code,
        "facts": _facts,
        "parts": text.parts,
        "valued": text.valued,
        "numeric": lambda table: numeric_columns(list(table.cells()), len(table.columns)),
        "cell": plain_text,
    }
    return made


def _safe(value: Any) -> Any:
    """Return text that cannot act or hide; markup of ours is left as it is."""
    return one_line(value) if type(value) is str else value


def _code(sentence: str) -> "Markup":
    """Return a fixed sentence with its `words` as code."""
    from markupsafe import Markup, escape

    escaped = str(escape(one_line(sentence)))
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", escaped))


def _part(section: ReportSection, report: Report) -> Part:
    shown = [each for each in section.figures if not text.is_monthly(each)]
    bars = [each if each.unit == "share" else None for each in shown]
    tables = text.sections_of(section, report)
    return Part(section, tables, bars if any(bars) else [], _defined(section))


def _defined(section: ReportSection) -> list[Definition]:
    """Return what each figure of the section is, or its list."""
    names = dict.fromkeys(each.figure for each in section.figures)
    if section.kind == "list":
        names = {section.name: None}
    every = definitions.every()
    return [every[name] for name in names if name in every]


def _facts(head: Definition) -> list[tuple[str, str]]:
    """Return how it is made and who is known for it, each with its word."""
    over, under = head.facts.get("numerator", ""), head.facts.get("denominator", "")
    if head.unit == "count":
        facts = [("Counts", f"{over}, of {under}" if over and under else over)]
    elif over and under:
        facts = [("Formula", f"{over} \u00f7 {under}")]
    else:
        facts = [("Sum of", over), ("Of", under)]
    facts.append(("Interval", _INTERVALS.get(head.interval, "")))
    facts.append(("Known from", head.facts.get("known from", "")))
    return [(word, words) for word, words in facts if words]
