"""Rules of custody: imports of a dispatch export, removed people, seals, a retired account."""

import functools
import sqlite3
from datetime import datetime

from hypothesis import strategies as st
from hypothesis.stateful import rule

from . import sealing
from .model import Call
from .unit import Base, by, flags, picks

ADDRESSES = ("12 Main St", "9 Elm St", "7 Oak Ave Apt 2")
NATURES = ("crisis", "suicide", "disturbance")
LAYOUT = """
source = "cad"
formats = ["%Y-%m-%d %H:%M"]
[columns]
incident = "Number"
occurred = "Received"
address = "Where"
nature = "Nature"
[natures]
crisis = ["crisis"]
suicide = ["suicide"]
disturbance = ["disturbance"]
"""
custody = functools.partial(
    rule, login=st.sampled_from(("records", "records", "supervisor", "officer")), pick=picks
)
rows = st.dictionaries(
    st.integers(1, 4),
    st.tuples(st.sampled_from(ADDRESSES), st.sampled_from(NATURES)),
    min_size=1, max_size=3,
)  # fmt: skip


class Custody(Base):
    # ------------------------------------------------------------ a dispatch export

    @custody(found=rows)
    def import_calls(self, login: str, pick: int, found: dict[int, tuple[str, str]]) -> None:
        model, layout = self.model, self.db.with_name("cad.toml")
        layout.write_text(LAYOUT)
        lines = ["Number,Received,Where,Nature"]
        for number, (address, nature) in found.items():
            lines.append(f"26-{number},2026-01-2{number} 10:00,{address},{nature}")
        text = "\n".join(lines) + "\n"
        if not self.change(login, "import", f"-;--layout;{layout}", True, text):
            return
        sealed = {own.number for own in model.seals.values() if own.record == "call"}
        for number, (address, nature) in found.items():
            if model.incidents.get(number, 0) in sealed:
                continue  # stays sealed
            place = self.placed(address)
            call = model.calls.get(model.incidents.get(number, 0))
            if call is None:
                with sqlite3.connect(self.db) as file:
                    sql = "SELECT id FROM call WHERE incident = ?"
                    new = file.execute(sql, (f"26-{number}",)).fetchone()[0]
                model.incidents[number] = new
                at = datetime(2026, 1, 20 + number, 10)
                model.calls[new] = Call(place, at, nature, None, False)
                continue
            call.place = place
            if model.incidents[number] not in self.by_hand:  # what a person wrote stays
                call.nature = nature

    def placed(self, address: str) -> int:
        """Return the place of an address, apart from merges, as the file has it."""
        with sqlite3.connect(self.db) as file:
            sql = "SELECT place_id FROM address WHERE raw = ?"
            place = file.execute(sql, (address,)).fetchone()[0]
        assert self.addresses.setdefault(address, place) == place
        self.model.places.setdefault(place, None)
        return int(place)

    # ------------------------------------------------------------ people, seals

    @custody()
    def remove_person(self, login: str, pick: int) -> None:
        model, (number, into) = self.model, self.pick(self.model.people, pick)
        ok = number != 99 and into is None and not self.named(number)
        with sqlite3.connect(self.db) as file:
            sql = (
                "SELECT login FROM person JOIN staff ON staff.id = recorded_by WHERE person.id = ?"
            )
            author = file.execute(sql, (number,)).fetchone()
        ok = ok and (login in ("supervisor", "records") or author == (login,))
        if self.change(login, "person void", f"{number};--yes", ok):
            del model.people[number]

    def named(self, person: int) -> bool:
        """Whether a row that is no part of the record names it, by the file's foreign keys."""
        with sqlite3.connect(self.db) as file:
            tables = file.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            return any(
                file.execute(f"SELECT 1 FROM {table} WHERE {key[3]} = ?", (person,)).fetchone()
                for (table,) in tables
                if table not in ("person_alias", "person_key", "person_missing")
                for key in file.execute(f"PRAGMA foreign_key_list({table})").fetchall()
                if key[2] == "person"
            )

    @custody(call=flags)
    def seal(self, login: str, pick: int, call: bool) -> None:
        model, record = self.model, "call" if call else "person"
        number, own = self.pick(model.calls if call else model.people, pick)
        ok = own is not None if call else number != 99 and own is None
        line = f"{number};--authority;court;--ordered;2026-01-20;--yes"
        if self.change(login, f"seal {record}", line, ok):
            seal = (sealing.seal_call if call else sealing.seal_person)(model, number)
            with sqlite3.connect(self.db) as file:
                model.seals[file.execute("SELECT max(id) FROM sealed").fetchone()[0]] = seal

    @custody()
    def lift(self, login: str, pick: int) -> None:
        model, (number, own) = self.model, self.pick(self.model.seals, pick)
        ok = own is not None and not sealing.waits(model, own)
        if self.change(login, "seal lift", f"{number};--reason-code;set_aside", ok):
            del model.seals[number]
            sealing.lift(model, own)
            model.adopt(login)

    # ------------------------------------------------------------ referrals, an account

    @by()
    def expire(self, login: str, pick: int) -> None:
        model, (number, own) = self.model, self.pick(self.model.referrals, pick)
        ok = own is not None and own.status in ("requested", "accepted", "in_progress", "on_hold")
        ok = ok and not model.hides(login, own)
        if self.change(login, "referral expire", f"{number};--reason;provider_silent", ok):
            own.steps.append("expired")
            own.closed = model.due(number)
            for due in own.closed:
                model.follow_ups[due].state = "closed"

    @by()
    def hand_to_spare(self, login: str, pick: int) -> None:
        model, (number, own) = self.model, self.pick(self.model.follow_ups, pick)
        ok = bool(own and own.state == "open" and not model.hides(login, own)) and not model.retired
        if self.change(login, "follow-up edit", f"{number};--owner;spare", ok):
            own.staff = ("spare", own.staff[1])

    @by(to=st.sampled_from(("", "supervisor", "officer")))
    def retire(self, login: str, pick: int, to: str) -> None:
        model = self.model
        if model.retired:
            line = "spare;--role;clinician;--agency;human_services"
            if self.change("admin", "staff add", line, True):
                model.retired = False
            return
        theirs = [own for own in model.follow_ups.values()
                  if own.state == "open" and own.staff[0] == "spare"]  # fmt: skip
        line = "spare" + f";--to;{to}" * bool(to)
        if self.change("admin", "staff retire", line, bool(to or not theirs)):
            model.retired, model.heir = True, to
            for own in theirs:
                own.staff = (to, own.staff[1])

    def agree(self) -> None:
        super().agree()
        model = self.model
        with sqlite3.connect(self.db) as file:
            owners = dict(file.execute("SELECT follow_up.id, login FROM follow_up"
                                       " JOIN staff ON staff.id = owner_id"))  # fmt: skip
        for key, due in model.follow_ups.items():
            assert owners[key] == due.staff[0]
        listed = self.read("records", "seal list")
        assert {row["seal"] for row in listed if row["lifted_at"] is None} == set(model.seals)
