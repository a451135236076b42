"""The layout of a dispatch system's export.

Every key is in `examples/layouts/milwaukee.toml` or `san-diego.toml` with a comment.
"""

from dataclasses import dataclass

from ccu.imports import layout as layouts
from ccu.imports.layout import Keys, Words

READY = ("demo",)

# What a layout can tell of a row, each from one column or several joined by a space.
TIMES = ("occurred", "dispatched", "arrived", "cleared")
FIELDS = (
    *("incident", *TIMES, "address", "cross", "unit", "city", "state", "zip"),
    *("nature", "nature_cleared", "disposition", "agency", "priority", "beat"),
)


@dataclass(frozen=True, kw_only=True)
class Layout(layouts.Layout):
    """A layout, checked as far as it can be without the database and the file."""

    natures: Words
    dispositions: Words
    agencies: Words
    identity: tuple[str, ...]  # columns that tell rows without an incident number apart
    care: frozenset[str] | None  # None: as the file's nature table has it
    town: str  # where an address without a city is; empty: the town of the settings
    state: str
    lead_agency: str | None
    call_source: str | None
    timezone: str  # empty: the town's
    ambiguous: str

    @property
    def wanted(self) -> list[str]:
        """The columns that are read, each once."""
        return list(dict.fromkeys([*super().wanted, *self.identity]))


def load(named: str) -> Layout:
    """Return the layout of that name, or in that file. Raises InvalidInput, naming the fault."""
    top = Keys.parse(*layouts.text_of(named, READY))
    defaults = top.inner("defaults")
    layout = Layout(
        **top.common(FIELDS, dated=True),
        natures=top.words("natures"),
        dispositions=top.words("dispositions"),
        agencies=top.words("agencies"),
        identity=tuple(top.texts("identity")),
        care=frozenset(top.texts("care")) if "care" in top else None,
        town=top.text("town"),
        state=top.text("state"),
        lead_agency=defaults.text("lead_agency") or None,
        call_source=defaults.text("source") or None,
        timezone=top.text("timezone"),
        ambiguous=top.text("ambiguous", "earlier"),
    )
    defaults.refuse_others()
    top.refuse_others()
    layout.refuse(_fault(layout))
    return layout


def _fault(layout: Layout) -> str:
    """Return what is wrong, as the end of a sentence; empty when nothing is."""
    if "occurred" not in layout.columns:
        return "does not name the column of the time: columns.occurred"
    if layout.source == "ccu":
        return "calls its source ccu, which is for calls logged by hand"
    if text := layout.natures.twice() or layout.agencies.twice():
        return f'gives "{text}" two codes'
    return ""
