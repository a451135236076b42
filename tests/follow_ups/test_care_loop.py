"""Nobody dropped: random days of the care loop, through the front door.

After every command: each open referral and follow-up has one owner and one next action, no status
is out of order, what happened only grows, and the card shows the same as the lists.
"""

import itertools
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccu import access
from ccu.referrals import rules

from .. import steps
from ..conftest import Ccu, examples, run_ccu

START = datetime(2026, 3, 6, 14, 0)  # a Friday; clocks go forward on Sunday
PEOPLE = ("chief", "dlee", "boss", "kint")  # admin, clinician, supervisor, their intern
RESULTS = ("reached", "left_message", "not_reached", "refused", "hospital", "no_response")
STATUSES = tuple(status for status in rules.STEPS if status != "draft")
GROWING = ("referral_event", "attempt", "overdue_event", "change", "audit", "consult")
ALLOWED = (0, 2, 3, 7, 10)  # done, refused, not there, not allowed, overdue; never a bug

nth = st.integers(0, 30)  # which of those there are, or one that is not
hours = st.integers(1, 200)
login = st.sampled_from(PEOPLE)
operations = st.one_of(
    st.tuples(st.just("refer"), nth, st.sampled_from(("housing", "food")), login),
    st.tuples(st.just("update"), nth, st.sampled_from(STATUSES)),
    st.tuples(st.just("hand over"), nth, login),
    st.tuples(st.just("add"), st.sampled_from(("--referral", "--call", "--person")), nth, hours),
    st.tuples(st.just("done"), nth, login, st.sampled_from(RESULTS), st.none() | hours),
    st.tuples(st.just("done"), nth, login, st.just("reached"), st.none()),
    st.tuples(st.just("done"), nth, st.just("kint"), st.just("reached"), st.none()),
    st.tuples(st.just("move"), nth, hours, st.none() | login),
    st.tuples(st.just("sign"), nth),
    st.tuples(st.just("assign"), nth, login),
    st.tuples(st.just("end"), nth),
    st.tuples(st.just("call")),
    st.tuples(st.just("overdue")),
    st.tuples(st.just("retire")),
    st.tuples(st.just("wait"), hours),
    st.tuples(st.just("be"), login),
)


class Town:
    """One file, one clock, one person at the keyboard, and what was seen of it last."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = START
        self.me = "chief"
        self.refused = False  # the last command
        self.grown: dict[str, list[Any]] = {table: [] for table in GROWING}

    def run(self, *args: str) -> Any:
        done = run_ccu("--db", str(self.path), "--today", self.now.isoformat(), *args)
        assert done.code in ALLOWED, done.err
        assert (done.code in (0, 10)) == ("ccu: error" not in done.err), done.err
        self.refused = done.code not in (0, 10)
        return done

    def rows(self, *args: str) -> Any:
        return json.loads(self.run(*args, "-f", "json").out)

    def later(self, span: int) -> str:
        return (self.now + timedelta(hours=span)).strftime("%Y-%m-%d %H:%M")

    def pick(self, table: str, nth: int) -> str:
        """One of the numbers there are, or, now and then, the one after the last."""
        with sqlite3.connect(self.path) as hand:
            (last,) = hand.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()
        return str(1 + nth % (last + (nth > 25)) if last else 1)

    def do(self, operation: tuple[Any, ...]) -> None:
        """One thing that somebody does; it may be refused."""
        match operation:
            case ("wait", span):
                self.now += timedelta(hours=span)
            case ("be", name):
                self.me = name
            case ("call",):
                when = self.now.strftime("%Y-%m-%d %H:%M")
                self.run("log-call", "--when", when, "--address", "12 Main St", "--nature",
                         "crisis", "--person", "unknown")  # fmt: skip
            case ("refer", call, need, owner):
                self.run(
                    "refer", self.pick("call", call), "--to", "1", "--need", need, "--owner", owner
                )
            case ("update", number, status):
                needs = status in rules.NEEDS_REASON
                reason = ("--reason", "other") if needs else ()
                number = self.pick("referral", number)
                self.run("referral", "update", number, "--status", status, *reason)
            case ("hand over", number, name):
                self.run("referral", "update", self.pick("referral", number), "--owner", name)
            case ("retire",):
                self.run("staff", "retire", "dlee", "--to", "boss")
            case ("overdue",):
                self.run("follow-up", "overdue", "--exit-code")
            case ("assign", person, name):
                self.run("worker", "assign", "--person", self.pick("person", person),
                         "--staff", name)  # fmt: skip
            case ("end", person):
                self.run("worker", "end", "--person", self.pick("person", person))
            case _:
                self.follow_up(operation)

    def follow_up(self, operation: tuple[Any, ...]) -> None:
        match operation:
            case ("add", about, number, span):
                self.run("follow-up", "add", about, self.pick(about[2:], number),
                         "--kind", "visit", "--due", self.later(span))  # fmt: skip
            case ("done", number, name, result, span):
                again = ("--next", self.later(span)) if span else ()
                me, self.me = self.me, name
                self.run("follow-up", "done", self.pick("follow_up", number), "--result", result,
                         *again)  # fmt: skip
                self.me = me
            case ("move", number, span, name):
                owner = ("--owner", name) if name else ()
                self.run(
                    "follow-up",
                    "move",
                    self.pick("follow_up", number),
                    "--due",
                    self.later(span),
                    *owner,
                )
            case ("sign", number):
                self.run("follow-up", "sign", self.pick("follow_up", number))
            case _:
                raise AssertionError(operation)

    # ------------------------------------------------------------ what must be true

    def check(self) -> None:
        me, self.me = self.me, "chief"
        referrals = self.rows("referral", "list")
        follow_ups = self.rows("follow-up", "list")
        self.check_owned(referrals, follow_ups)
        self.check_card(referrals, follow_ups)
        with sqlite3.connect(self.path) as hand:
            self.check_steps(hand)
            self.check_growth(hand)
            twice = hand.execute(
                "SELECT person_id FROM worker WHERE until IS NULL GROUP BY 1 HAVING count(*) > 1"
            )
            assert twice.fetchall() == []
        self.me = me

    def check_owned(self, referrals: Any, follow_ups: Any) -> None:
        """One owner who works here, and a next action, for each."""
        staff = {row["login"] for row in self.rows("staff", "list")}
        for row in [*referrals, *follow_ups]:
            assert row["owner"] in staff
        for row in referrals:
            own = [each["due"] for each in follow_ups
                   if each["for"].startswith(f"referral {row['id']},")
                   and "to sign" not in each["state"]]  # fmt: skip
            assert own, f"referral {row['id']} has nothing due"
            assert row["next_due"] == own[0][:10]

    def check_card(self, referrals: Any, follow_ups: Any) -> None:
        """Everybody was met at one place, so its card has all that is open."""
        items = self.rows("history", "--call", "1")["open"]
        assert {(each["record"], each["id"], each["owner"]) for each in items} == {
            *(("referral", row["id"], row["owner"]) for row in referrals),
            *(("follow-up", row["id"], row["owner"]) for row in follow_ups),
        }
        overdue = self.rows("follow-up", "overdue", "--no-record")
        late = [row["id"] for row in overdue if row["id"] is not None]  # not the calls to decide on
        assert late == [row["id"] for row in follow_ups if row["state"].startswith("overdue")]
        own = [each for each in items if each["record"] == "follow-up"]
        assert late == [each["id"] for each in own if each["overdue"]]

    def check_steps(self, hand: sqlite3.Connection) -> None:
        """Each event's status may follow the one before; the referral's is the last one's."""
        found: dict[int, list[str]] = {}
        for number, status in hand.execute(
            "SELECT referral_id, status FROM referral_event ORDER BY id"
        ):
            found.setdefault(number, []).append(status)
        for statuses in found.values():
            assert statuses[0] in ("draft", "requested")
            for before, after in itertools.pairwise(statuses):
                assert after == before or after in rules.STEPS[before]
        now = dict(hand.execute("SELECT id, status FROM referral").fetchall())
        assert now == {number: statuses[-1] for number, statuses in found.items()}

    def check_growth(self, hand: sqlite3.Connection) -> None:
        for table, before in self.grown.items():
            now = hand.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            if table == "overdue_event":  # its key is no sequence
                assert set(before) <= set(now)
            else:
                assert now[: len(before)] == before
            self.grown[table] = now


@contextmanager
def town(template: Path, folder: Path) -> Iterator[Town]:
    path = folder / "ccu.db"
    steps.copy_file(template, path)
    place = Town(path)
    real = access.login
    access.login = lambda service_account="": place.me
    try:
        yield place
    finally:
        access.login = real


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file with a provider, the staff, and two calls about two people."""
    path = tmp_path_factory.mktemp("template") / "ccu.db"
    patch = pytest.MonkeyPatch()
    patch.setenv("CCU_DB", str(path))
    patch.setenv("CCU_TODAY", START.isoformat())
    steps.become(patch, "chief")
    front: Ccu = run_ccu
    try:
        made = front("init", "--town", "W", "--state", "CT", "--timezone", "America/New_York")
        assert made.code == 0, made.err
        steps.provider(front, "Homes with Hope")
        for name, role in (("dlee", "clinician"), ("boss", "supervisor")):
            assert front("staff", "add", name, "--role", role).code == 0
        intern = ("--role", "intern", "--supervisor", "boss")
        assert front("staff", "add", "kint", *intern).code == 0
        for _ in range(2):
            logged = front("log-call", "--when", "2026-03-06 10:00", "--address", "12 Main St",
                           "--nature", "crisis", "--person", "unknown")  # fmt: skip
            assert logged.code == 0, logged.err
        yield path
    finally:
        patch.undo()


@settings(max_examples=examples(6, 60), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    first=st.sampled_from(("housing", "food")), days=st.lists(operations, min_size=5, max_size=25)
)
def test_no_client_is_left_without_a_next_action(
    first: str, days: list[Any], template: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with town(template, tmp_path_factory.mktemp("town")) as place:
        place.do(("refer", 1, first, "dlee"))
        for operation in days:
            place.do(operation)
            if not place.refused:
                place.check()
