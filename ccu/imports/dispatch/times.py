"""The times of an export's rows: each read, then looked at together with the others of its row."""

from collections.abc import Callable, Sequence
from datetime import datetime

from ccu.imports.dispatch.layout import TIMES, Layout

When = Callable[[str], str]  # a text of the export -> the stored form; raises ValueError

HOURS_KEPT = 10_000  # more than a year of them
_TAILS = frozenset(f"{minute:02}:{second:02}" for minute in range(60) for second in range(60))


class Times:
    """Made once for a layout; then called for every chunk."""

    def __init__(self, layout: Layout, when: When, later: When) -> None:
        """`later` reads a time in the hour that comes twice as the second one."""
        self._when, self._later = by_the_hour(when), later
        self._names = {field: " and ".join(layout.columns.get(field, ())) for field in TIMES}

    def read(
        self, column: Callable[[str], Sequence[str]], bad: dict[int, str]
    ) -> list[Sequence[str]]:
        """The four times of every row, in stored form or empty; `bad` gets the rows with none."""
        texts = [column(field) for field in TIMES]
        times = [self._read(field, said, bad) for field, said in zip(TIMES, texts, strict=True)]
        if any(self._names[field] for field in TIMES[1:]):
            self._put_in_order(texts, times, bad)
        return list(times)

    def _read(self, field: str, texts: Sequence[str], bad: dict[int, str]) -> list[str]:
        when, needed = self._when, field == "occurred"
        try:
            if not needed or all(texts):
                return [when(text) if text else "" for text in texts]
        except ValueError:
            pass  # one of them: find out which
        found = []
        for index, text in enumerate(texts):
            time = ""
            try:
                if text:
                    time = when(text)
                elif needed:
                    bad.setdefault(index, f"no time in {self._names[field]}")
            except ValueError as error:
                bad.setdefault(index, f"{self._names[field]}: {error}")
            found.append(time)
        return found

    def _put_in_order(
        self, texts: list[Sequence[str]], times: list[list[str]], bad: dict[int, str]
    ) -> None:
        """Look at the rows whose times are not one after the other.

        In the hour that comes twice, a time that would be before the one it follows is the second
        reading. A call that is cleared before it begins is rejected; other disorder is left as it
        is, for the clocks of cars and of the dispatch room differ.
        """
        for index, (occurred, dispatched, arrived, cleared) in enumerate(zip(*times, strict=True)):
            sent = dispatched or occurred
            there = arrived or sent
            if occurred <= sent <= there <= (cleared or there) or index in bad:
                continue
            last = ""
            for text, column in zip(texts, times, strict=True):
                if column[index] and last and _before(column[index], last):
                    column[index] = self._later(text[index])
                last = column[index] or last
            occurred, dispatched, arrived, cleared = (column[index] for column in times)
            if cleared and _before(cleared, arrived or dispatched or occurred):
                bad[index] = "the call is cleared before it begins"


def _before(one: str, other: str) -> bool:
    if one[19:] == other[19:]:
        return one < other
    return datetime.fromisoformat(one) < datetime.fromisoformat(other)


def by_the_hour(when: When) -> When:
    """The same reader, quicker for times that end in :MM:SS.

    What comes before that is an hour, and hours come again: once the reader has read both ends of
    one alike, the minutes and seconds between them need no reading.
    """
    hours: dict[str, tuple[str, str]] = {}

    def learn(hour: str, found: str) -> None:
        ends = when(f"{hour}00:00"), when(f"{hour}59:59")
        if ends == (f"{found[:14]}00:00{found[19:]}", f"{found[:14]}59:59{found[19:]}"):
            if len(hours) >= HOURS_KEPT:
                hours.clear()
            hours[hour] = found[:14], found[19:]

    def read(text: str) -> str:
        tail = text[-5:]
        known = hours.get(text[:-5])
        if known and tail in _TAILS:
            return f"{known[0]}{tail}{known[1]}"
        found = when(text)
        if text[-6:-5] == ":" and tail == found[14:19]:
            learn(text[:-5], found)
        return found

    return read
