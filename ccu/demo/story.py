"""The story of the demo: ccu command lines (story.txt), run one after another as they were typed.

Each runs through the program's own parser and gate, as its account and at its moment; the town's
file stays open in between. Days count back from today, so the story is always recent.
"""

import contextlib
import io
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ccu import dates
from ccu.demo import store, town
from ccu.demo.town import TABLES, Known, below, pick, source
from ccu.errors import CcuError
from ccu.records import staff
from ccu.session import Session

UNIT = "12 Main St Apt 3"
COUPLE = "77 Ferry Ln"

Run = Callable[[Session, Sequence[str]], None]  # runs one command line, its words after `ccu`

_LINE = re.compile(
    r"(?P<days>\d+ (?P<clock>\d\d:\d\d)|now) (?P<login>\S+) ((?P<label>\S+) = )?(?P<command>.+)"
)


@dataclass(frozen=True)
class Line:
    """One command line. `part`: those of an earlier part run first; `when` is `DAYS CLOCK`."""

    part: int
    when: str
    login: str
    label: str
    command: str
    typed: str = ""


def lines() -> list[Line]:
    """Return the lines of story.txt in the order in which they are written."""
    part, found = 0, list[Line]()
    for text in town.text("story.txt").splitlines():
        if text.startswith("    "):
            last = found.pop()
            found.append(Line(**{**vars(last), "typed": f"{last.typed}{text.strip()}\n"}))
        elif text.startswith("==="):
            part += 1
        elif text and not text.startswith("#"):
            read = _LINE.fullmatch(text)
            if read is None:
                raise ValueError(f"story.txt: cannot read {text!r}")
            login, label, command = read["login"], read["label"] or "", read["command"]
            found.append(Line(part, read["days"], login, label, command))
    return found


def logged_calls(told: Sequence[Line]) -> int:
    """Return how many calls those lines log by hand and do not void."""
    commands = [each.command for each in told]
    logged = sum(command.startswith("log-call ") for command in commands)
    return logged - sum(command.startswith("call void ") for command in commands)


def moment(now: datetime, days: int, clock: str) -> datetime:
    """Return a time of day so many days before `now`; days below 0 lie ahead."""
    hour, minute = (int(part) for part in clock.split(":"))
    day = now - timedelta(days=days)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)


class _AsTyped(Session):
    """The session of one line: the town's open file, at a moment, as an account of the town."""

    def __init__(self, town: Session, now: datetime, staff_id: int) -> None:
        super().__init__(town.path)
        self._db = town.db
        self.now, self.known_id, self.interactive = now, staff_id, False

    def withhold_part2(self) -> None:
        """Withhold nothing: the town has no Part 2 program, and the next line writes again."""


def tell(session: Session, told: Sequence[Line], run: Run) -> dict[str, int]:
    """Run those lines in order; return the number of each labeled record."""
    numbers: dict[str, int] = {}
    timed = [(each.part, _moment(session, each.when), each) for each in told]
    for _part, now, line in sorted(timed, key=lambda each: each[:2]):
        words = shlex.split(_filled(session, line.command, numbers))
        with _typing(_filled(session, line.typed, numbers)):
            try:
                run(_AsTyped(session, now, _staff_id(session, line.login)), words)
            except CcuError as error:
                raise RuntimeError(f"story.txt: {line.command}: {error}") from None
        if line.label:
            table = line.label.partition(".")[0]
            numbers[line.label] = store.newest(session.db, table)
    return numbers


def _moment(session: Session, when: str) -> datetime:
    if when == "now":
        return session.now
    days, clock = when.split()
    return moment(session.now, int(days), clock)


def _staff_id(session: Session, login: str) -> int:
    if login == "admin":
        return session.staff_id
    return staff.require(session.db, login, login)


def _filled(session: Session, text: str, numbers: dict[str, int]) -> str:
    """Put moments, days and numbers of records in the place of {...}."""

    def value(match: re.Match[str]) -> str:
        what, _, label = match[1].rpartition(" ")
        if what in ("due", "sign"):
            to_sign = what == "sign"
            return str(store.first_follow_up(session.db, numbers[label], to_sign=to_sign))
        if what:
            return dates.to_iso(_moment(session, match[1]))
        if label.isdigit():
            return str(session.today - timedelta(days=int(label)))
        return str(numbers[label])

    return re.sub(r"\{([^}]+)\}", value, text)


@contextlib.contextmanager
def _typing(text: str) -> Iterator[None]:
    """Give `text` as standard input, and print nothing."""
    before = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        sys.stdin = before


def dispatched(now: datetime, seed: int) -> Iterator[Known]:
    """Yield dispatched calls at the story's places, in the years before officers logged calls."""
    random = source(seed, "story")
    for each in TABLES["dispatch"]["before"]:
        beat, address, unit = each["where"]
        for number in range(each["calls"]):
            day = now.replace(tzinfo=None, microsecond=0) - timedelta(days=20 + below(random, 1000))
            moment = day.replace(
                hour=pick(random, (1, 9, 13, 17, 20, 22, 23)), minute=below(random, 60)
            )
            yield moment, each["natures"][number % len(each["natures"])], "", (beat, address, unit)
