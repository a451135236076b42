"""One unit's file in a machine of random command lines, with the plain model beside it."""

import copy
import functools
import shutil
import sqlite3
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from ccu import access

from .. import told_town
from ..conftest import Result
from .agreement import Agreement
from .model import FollowUp, Model

# Undo leaves these, or takes nothing away from them; and what has no undo.
NOT_COMPARED = ("audit", "change", "table_digest", "overdue_event", "undecided_event", "place",
                "address")  # fmt: skip
NO_UNDO = ("person unmerge", "place unmerge", "place flag", "place unflag", "consent grant",
           "consent revoke", "referral reopen", "follow-up void --attempt", "frequent override",
           "person unlink", "person void", "seal person", "seal call", "seal lift", "staff retire",
           "staff add")  # fmt: skip
picks, flags = st.integers(0, 5), st.booleans()
by = functools.partial(
    rule,
    login=st.sampled_from(("officer", "clinician", "supervisor", "supervisor", "analyst")),
    pick=picks,
)


class Base(Agreement, RuleBasedStateMachine):
    template: Path

    @initialize(all_undone=flags)
    def start(self, all_undone: bool) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.db = Path(self.folder.name) / "ccu.db"
        for suffix in ("", ".audit-key"):
            shutil.copy(f"{self.template}{suffix}", f"{self.db}{suffix}")
        self.all_undone = all_undone  # only what can be undone is changed
        self.model = Model(datetime(2026, 1, 28, 14))
        self.addresses: dict[str, int] = {}  # as typed -> its place, apart from merges
        self.staying: set[int] = set()  # calls of an import that was undone, worked on since
        self.by_hand: set[int] = set()  # calls whose nature a person wrote, undone or not
        # The changes that can be undone now: whose, and the model and the rows before.
        self.done: list[tuple[str, Model, dict[str, set[Any]]]] = []
        self.set_up()

    def set_up(self) -> None:
        raise NotImplementedError

    # ------------------------------------------------------------ command lines

    def run(self, login: str, *line: object, stdin: str = "") -> Result:
        at = self.model.now.isoformat()
        return told_town.run(self.db, login, *map(str, line), stdin=stdin, at=at)

    def change(self, login: str, command: str, line: str, ok: bool, stdin: str = "") -> str | None:
        """Run a line that changes something, with `;` between words; None where it is refused."""
        if self.all_undone and command in NO_UNDO:
            return None
        before, right = self.tables(), command.removesuffix(" --attempt")
        self.newest = max((row[0] for row in before["follow_up"]), default=0)
        self.model.now += timedelta(minutes=1)
        done = self.run(login, *command.split(), *line.split(";"), stdin=stdin)
        if not ok or not access.may(login, right):
            assert done.code in ((2, 3, 7) if access.may(login, right) else (7,)), (line, done)
            assert self.tables() == before, (command, line)
            return None
        assert done.code == 0, (login, command, line, done.err)
        if command in NO_UNDO:
            self.done.clear()
        elif self.tables() != before:
            self.done.append((login, copy.deepcopy(self.model), before))
        return done.out

    def tables(self) -> dict[str, set[Any]]:
        with sqlite3.connect(self.db) as file:
            names = file.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            return {name: set(file.execute(f"SELECT {self.columns(file, name)} FROM {name}"))
                    for (name,) in names
                    if name not in NOT_COMPARED and not name.startswith("sqlite_")}  # fmt: skip

    def columns(self, file: sqlite3.Connection, table: str) -> str:
        """Return a table's columns but the digests of a file's row, which undo takes away."""
        names = [row[1] for row in file.execute(f"PRAGMA table_info({table})")]
        return ", ".join(name for name in names if not name.endswith("digest"))

    def added(self, login: str, referral: int | None, count: int) -> int:
        """Put the follow-ups that a line added into the model; return the last one's number."""
        sql = (
            "SELECT follow_up.id, referral_id, call_id, person_id, login, substr(due_at, 1, 19)"
            " FROM follow_up JOIN staff ON staff.id = owner_id WHERE follow_up.id > ?"
        )
        with sqlite3.connect(self.db) as file:
            rows = file.execute(sql, (self.newest,)).fetchall()
        assert [row[1] for row in rows] == [referral] * count
        for number, of, call, person, owner, due in rows:
            self.model.follow_ups[number] = FollowUp(
                of, call, person, (owner, login), datetime.fromisoformat(due)
            )
        return rows[-1][0] if rows else 0

    def pick(self, records: dict[int, Any], number: int) -> tuple[int, Any]:
        """Return one of the records; number 99 where there is none."""
        known = sorted(records)
        chosen = known[number % len(known)] if known else 99
        return chosen, records.get(chosen)

    # ------------------------------------------------------------ undo, and what must agree

    @rule()
    def undo(self) -> None:
        if self.done:
            login, model, before = self.done[-1]
            done = self.run(login, "undo", "--yes")
            unlinks = login == "officer" and "person unlink" in done.err
            given = done.code == 7 and "handled by Human Services" in done.err
            # A person named by what was cancelled; what this role may not take back by hand; what
            # was given to Human Services.
            if "is named by" in done.err or unlinks or given:
                return self.done.clear()
            assert done.code == 0, done.err
            self.done.pop()
            model.now = self.model.now
            model.places = dict.fromkeys(self.model.places) | model.places  # stay on file
            self.forget_places(model)
            if done.out.startswith("Took back import"):
                self.keep_worked_on(model, done.out)
            for number in self.staying:
                model.calls.setdefault(number, self.model.calls[number])
            self.model, after = model, self.tables()
            model.adopt(login)
            for name, rows in before.items():
                assert rows <= after[name], (name, rows - after[name])

    def keep_worked_on(self, model: Model, out: str) -> None:
        """An import's call that something names, or a person edited, stays when it is undone."""
        added = self.model.calls.keys() - model.calls.keys()
        with sqlite3.connect(self.db) as file:
            calls = {row[0] for row in file.execute("SELECT id FROM call")}
            named = {each for each in added if self.worked_on(file, each)}
        assert (added & calls, "Not taken back" in out) == (named, bool(named)), out
        self.staying |= named
        numbers = {call: incident for incident, call in self.model.incidents.items()}
        model.incidents |= {numbers[each]: each for each in named}

    def worked_on(self, file: sqlite3.Connection, call: int) -> bool:
        sql = "SELECT 1 FROM change WHERE record = 'call' AND record_id = ?"
        tables = ("referral", "follow_up", "consult", "call_person")
        names = [sql, *(f"SELECT 1 FROM {each} WHERE call_id = ?" for each in tables)]
        return any(file.execute(each, (call,)).fetchone() for each in names)

    def forget_places(self, model: Model) -> None:
        """Leave out the places that went with an import."""
        with sqlite3.connect(self.db) as file:
            known = {row[0] for row in file.execute("SELECT id FROM place")}
        model.places = {key: into for key, into in model.places.items() if key in known}
        self.addresses = {key: place for key, place in self.addresses.items() if place in known}

    @rule()
    def look(self) -> None:
        self.agree()

    def teardown(self) -> None:
        try:
            self.agree()
            while self.done:
                self.undo()
            self.agree()
            assert self.run("supervisor", "audit", "verify").code == 0
            check = self.run("admin", "check")
            assert check.code == 0, check.out
        finally:
            self.folder.cleanup()
