"""`ccu report --format html`: one page with charts that needs nothing but itself.

shapes     what the template is given: cells, tables, charts
tables     the sections' rows as people read them
charts     the sections that are drawn, and the words of each drawing
drawings   bars, intervals and a week by the hour, as SVG without script, style or changing ids
page       all of it into page.html.jinja with page.css
"""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ccu.errors import InvalidInput
from ccu.output import opened

if TYPE_CHECKING:
    from ccu.report.build import Report

NEEDED = ("jinja2",)


def check(output: Path | None) -> None:
    """Before any figure is made. Raises InvalidInput without the extra, or at a terminal."""
    if any(find_spec(name) is None for name in NEEDED):
        raise InvalidInput("the page with charts needs one more program: pip install 'ccu[html]'")
    if output is None and sys.stdout is not None and sys.stdout.isatty():
        raise InvalidInput("a page is for a browser: name a file, as --output report.html")


def show(report: "Report", output: Path | None) -> None:
    """Write the page. Raises InvalidInput as `check` does, or when the file can not be written."""
    check(output)
    from ccu.report.html.page import page

    with opened(output) as sink:
        sink.write([page(report)])
