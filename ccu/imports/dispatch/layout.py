"""The layout of a dispatch system's export.

docs/imports.md has every key.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ccu.imports import layout as layouts
from ccu.imports.layout import Keys, Words, packaged

READY = ("demo",)

# What databases and spreadsheets write for an empty cell, then for a time that nobody filled in.
# A layout that maps one of these texts, or has it as a city code, keeps it.
_BLANK = packaged(Path(__file__).with_name("blank.txt")).split("\n\n")
NULLS, NO_TIME = (frozenset(each.splitlines()) for each in _BLANK)

# Fields that a layout can map, each to one column or several joined by a space.
SHORTENED = re.compile(r"\d(?:\.\d+)?E\+\d+", re.IGNORECASE)  # a number in a spreadsheet's cell
TIMES = ("occurred", "dispatched", "arrived", "cleared")
FIELDS = (
    *("incident", *TIMES, "address", "cross", "unit", "city", "state", "zip"),
    *("nature", "nature_cleared", "disposition", "agency", "priority", "beat"),
    *("responder", "responder_state", "hazards", "backup_asked", "backup_arrived", "minutes"),
    "updated",
)


@dataclass(frozen=True, kw_only=True)
class Layout(layouts.Layout):
    """A layout, checked as far as it can be without the database and the file."""

    natures: Words
    dispositions: Words
    agencies: Words
    responders: Words  # agency -> call signs
    clinicians: Words
    states: Words  # state of a responder -> texts
    hazards: Words
    cities: Mapping[str, str]  # a city's code, in lower case -> its name
    identity: tuple[str, ...]  # columns that tell rows without an incident number apart
    care: frozenset[str] | None  # None: as the file's nature table has it
    town: str  # city of addresses without one; empty: the town of the settings
    state: str
    lead_agency: str | None
    call_source: str | None
    timezone: str  # empty: the town's
    ambiguous: str
    yearly_numbers: bool  # incident numbers restart each year
    text: str  # the entire text of the layout

    @property
    def wanted(self) -> list[str]:
        """The columns that are read, each once."""
        return list(dict.fromkeys([*super().wanted, *self.identity]))

    def nothing(self, field: str) -> frozenset[str]:
        """Return the texts that mean nothing in the columns of a field, in addition to `blank`."""
        if field in (*TIMES, "updated"):
            return NULLS | NO_TIME
        if field == "city":
            return frozenset(text for text in NULLS if text.casefold() not in self.cities)
        words = self.words.get(field)
        return frozenset(text for text in NULLS if not words.has(text)) if words else NULLS

    @property
    def words(self) -> Mapping[str, Words]:
        """The maps of texts to codes, by the field that each is for."""
        return {
            "nature": self.natures,
            "nature_cleared": self.natures,
            "disposition": self.dispositions,
            "agency": self.agencies,
            "responder": self.responders,
            "responder_state": self.states,
            "hazards": self.hazards,
        }


def load(named: str) -> Layout:
    """Return the layout of that name, or in that file. Raises InvalidInput, naming the fault."""
    name, text = layouts.text_of(named, READY)
    top = Keys.parse(name, text)
    defaults = top.inner("defaults")
    layout = Layout(
        **top.common(FIELDS, dated=True),
        natures=top.words("natures"),
        dispositions=top.words("dispositions"),
        agencies=top.words("agencies"),
        responders=top.words("responders"),
        clinicians=Words({"yes": top.texts("clinicians")}),
        states=top.words("states"),
        hazards=top.words("hazards"),
        cities=_cities(top),
        identity=tuple(top.texts("identity")),
        care=frozenset(top.texts("care")) if "care" in top else None,
        town=top.text("town"),
        state=top.text("state"),
        lead_agency=defaults.text("lead_agency") or None,
        call_source=defaults.text("source") or None,
        timezone=top.text("timezone"),
        ambiguous=top.text("ambiguous", "earlier"),
        yearly_numbers=top.flag("yearly_numbers"),
        text=text,
    )
    defaults.refuse_others()
    top.refuse_others()
    layout.refuse(_fault(layout))
    return layout


def _cities(top: Keys) -> dict[str, str]:
    names = top.inner("cities").all_texts()
    return {" ".join(code.split()).casefold(): name for code, name in names.items()}


def _fault(layout: Layout) -> str:
    """Return what is wrong, as the end of a sentence; empty when nothing is."""
    if "occurred" not in layout.columns:
        return "does not name the column of the time: columns.occurred"
    if layout.source == "ccu":
        return "calls its source ccu, which is for calls logged by hand"
    if text := layout.natures.twice() or layout.agencies.twice():
        return f'gives "{text}" two codes'
    return ""
