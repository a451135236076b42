"""Read responders, hazards, backup and minutes of a call from the cells of its row."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from ccu.imports.dispatch.layout import Layout
from ccu.imports.dispatch.staging_store import KEPT, Stage, as_json
from ccu.imports.dispatch.times import Times
from ccu.imports.layout import YES_NO, call_signs
from ccu.imports.rows import Column

MOST_MINUTES = 24 * 60  # minutes; a longer call was probably cleared long after it ended
FIELDS = ("responder", "responder_state", "hazards", "backup_asked", "backup_arrived", "minutes")

Texts = list[tuple[str, ...]]


class Columns(NamedTuple):
    """What is staged of the rows of a chunk, and what of it is digested."""

    updated: Sequence[str]
    dangers: Sequence[str | None]
    responders: Sequence[str | None]
    minutes: Sequence[int | None]
    backup_asked: Sequence[int | None]
    backup_arrived: Sequence[int | None]
    means: Sequence[Sequence[str]]


class Extras:
    """Reader made once per layout, then called for every chunk."""

    def __init__(self, layout: Layout, times: Times, known: Stage) -> None:
        """`known` caches texts that were seen before."""
        self._layout, self._times, self._known = layout, times, known
        self._used = [name for name in FIELDS if name in layout.columns]
        self._sent = "dispatched" in layout.columns or "arrived" in layout.columns
        self._written = lru_cache(KEPT)(lambda *row: as_json(self._responders(*row)))

    def read(
        self,
        field: Callable[[str], Column],
        several: Callable[[str], Texts],
        times: Sequence[Column],
        agencies: Sequence[str | None],
    ) -> Columns:
        """Read the rows of a chunk; `field` gives a field's cells joined, `several` apart."""
        count = len(agencies)
        minutes = self._minutes(field("minutes"), times)
        dangers: list[str | None] = [None] * count
        responders: list[str | None] = [None] * count
        if "hazards" in self._used:
            dangers = [self._known.hazards(each) if each else None for each in several("hazards")]
        if "responder" in self._used:
            sent = (map(bool, column) for column in times[1:3])
            rows = zip(
                several("responder"), field("responder_state"), agencies, *sent, minutes,
                strict=True,
            )  # fmt: skip
            responders = [self._written(*row) for row in rows]
            minutes = [
                None if each else known for each, known in zip(responders, minutes, strict=True)
            ]
        asked, arrived = (
            self._yes_or_no(name, field(name)) if name in self._used else [None] * count
            for name in ("backup_asked", "backup_arrived")
        )
        read: dict[str, Sequence[Any]] = {
            "hazards": dangers, "responder": responders, "minutes": minutes,
            "backup_asked": asked, "backup_arrived": arrived,
        }  # fmt: skip
        means = [list(map(str, read[name])) for name in self._used if name in read]
        updated = self._times.plain(field("updated")) if "updated" in self._layout.columns else None
        return Columns(updated or [""] * count, dangers, responders, minutes, asked, arrived, means)

    def _minutes(self, said: Column, times: Sequence[Column]) -> list[int | None]:
        """Return the minutes on scene: as written, else from arrived to cleared."""
        found = list(map(minutes_between, times[2], times[3]))
        for index, text in enumerate(said):
            if text:
                minutes = _number(text)
                if minutes is None:
                    self._known.leave_unread("minutes", text)
                else:
                    found[index] = minutes
        return found

    def _yes_or_no(self, name: str, column: Column) -> list[int | None]:
        answers = {text: YES_NO.get(text.casefold()) for text in dict.fromkeys(column)}
        for text, answer in answers.items():
            if text and answer is None:
                self._known.leave_unread(name, text)
        return [answers[text] for text in column]

    def _responders(
        self,
        texts: tuple[str, ...],
        state: str,
        agency: str | None,
        dispatched: bool,
        arrived: bool,
        minutes: int | None,
    ) -> list[dict[str, Any]]:
        """Return who was on the call by this row, with the keys of a call's responders.

        If a row has several, it is unknown who arrived and whose the minutes are.
        """
        units = list(dict.fromkeys(part for text in texts for part in call_signs(text)))
        # Of several it is the lead's: then any other unit may be police, and none is the team.
        its_own = agency if len(units) == 1 or agency == "police" else None
        code = self._known.state(state) if state else None
        if code is None:
            code = "dispatched" if dispatched or arrived or not self._sent else "associated"
            if arrived and len(units) == 1:
                code = "arrived"
        found = []
        for unit in units:
            its_agency, clinician = self._known.responder(unit)
            found.append({
                "agency": its_agency or its_own or "other", "state": code, "clinician": clinician,
                "unit": unit, "reason": None,
                "minutes": minutes if len(units) == 1 and code == "arrived" else None,
            })  # fmt: skip
        return found


def _number(text: str) -> int | None:
    try:
        minutes = round(float(text))
    except (ValueError, OverflowError):
        return None
    return minutes if 0 <= minutes <= MOST_MINUTES else None


def minutes_between(arrived: str | None, cleared: str | None) -> int | None:
    """Return the minutes from arrival to clearing; None where they are not known or too many."""
    if not arrived or not cleared:
        return None
    span = datetime.fromisoformat(cleared) - datetime.fromisoformat(arrived)
    minutes = round(span.total_seconds() / 60)
    return minutes if 0 <= minutes <= MOST_MINUTES else None
