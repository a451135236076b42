"""Dates and times: what people type, and the stored form, ISO 8601 with its UTC offset.

    instants      the stored form, zones, clock changes, and how a moment is shown
    days          the day in what people type
    moments       the moment in what people type; months, quarters, years
    cad           the dates of a dispatch export, 700,000 at a time; imported from there
    clocks        a clock time in any form, for `cad`
    office_hours  when the office is open

Other packages import from here. The parsers are imported on first use, because most commands only
show dates. An ambiguous text is refused in one sentence that offers both readings; nothing is
guessed.
"""

from typing import TYPE_CHECKING, Any

from ccu.dates.instants import add_elapsed as add_elapsed
from ccu.dates.instants import day_bounds as day_bounds
from ccu.dates.instants import day_start as day_start
from ccu.dates.instants import first_of_last as first_of_last
from ccu.dates.instants import from_iso as from_iso
from ccu.dates.instants import is_after as is_after
from ccu.dates.instants import minute as minute
from ccu.dates.instants import near_day as near_day
from ccu.dates.instants import said as said
from ccu.dates.instants import say_date as say_date
from ccu.dates.instants import say_moment as say_moment
from ccu.dates.instants import to_iso as to_iso
from ccu.dates.instants import town_zone as town_zone
from ccu.dates.instants import zone as zone

if TYPE_CHECKING:
    from ccu.dates.moments import parse_day as parse_day
    from ccu.dates.moments import parse_due as parse_due
    from ccu.dates.moments import parse_moment as parse_moment
    from ccu.dates.moments import parse_month as parse_month
    from ccu.dates.moments import parse_quarter as parse_quarter
    from ccu.dates.moments import parse_year as parse_year

if not TYPE_CHECKING:  # a type checker must still see a misspelled name

    def __getattr__(name: str) -> Any:
        """Import all parsers when the first one is used."""
        if not name.startswith("parse_"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from ccu.dates import moments

        return getattr(moments, name)
