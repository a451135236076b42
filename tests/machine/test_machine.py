"""Random command lines of four accounts: every list, card and figure agrees with a plain model.

The model (model.py) knows whether a line is possible and what it leaves behind. A refused line
leaves nothing, and what undo takes back is as it was.
"""

import json
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from .. import told_town
from ..conftest import examples
from .care import Care
from .custody import ADDRESSES, NATURES, Custody
from .model import OPEN, STEPS, Call, Referral, kept
from .unit import by, flags, picks


class Unit(Care, Custody):
    def set_up(self) -> None:
        """Have what most lines need: two calls about two people, and a third person."""
        for address, nature in zip(ADDRESSES[:2], NATURES[:2], strict=True):
            self.log_call("supervisor", 1, address, nature, "unknown", hazard=False)
        self.add_person("supervisor", 0)

    # ------------------------------------------------------------ calls

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        self.model.now += timedelta(hours=hours)

    @by(address=st.sampled_from(ADDRESSES), nature=st.sampled_from(NATURES),
        person=st.sampled_from(("", "unknown", "known")), hazard=flags)  # fmt: skip
    def log_call(self, login: str, pick: int, address: str, nature: str, person: str,
                 hazard: bool) -> None:  # fmt: skip
        model, at = self.model, self.model.now - timedelta(days=pick, hours=1)
        who, into = self.pick(model.people, pick) if person == "known" else (None, None)
        line = f"--no-input;--address;{address};--nature;{nature};--when;{at:%Y-%m-%d %H:%M}"
        line += ";--hazard;weapon" * hazard + (f";--person;{who or person}" if person else "")
        ok = into is None and who in (None, *model.people)
        if out := self.change(login, "log-call", f"{line};-f;json", ok):
            call = json.loads(out)["call"]
            if person == "unknown":
                who = call["people"][0]["id"]
                model.people[who] = None
            place = self.addresses.setdefault(address, call["place_id"])
            model.places.setdefault(place, None)
            assert kept(model.places, place) == call["place_id"]
            model.calls[call["id"]] = Call(place, at, nature, who, hazard)

    @by(nature=st.sampled_from(NATURES), clear=st.sampled_from(("person", "hazard")))
    def edit_call(self, login: str, pick: int, nature: str, clear: str) -> None:
        number, call = self.pick(self.model.calls, pick)
        line, ok = f"{number};--nature;{nature};--clear;{clear}", bool(call and not call.void)
        if self.change(login, "call edit", line, ok):
            if nature != call.nature:
                self.by_hand.add(number)
            call.nature = nature
            setattr(call, clear, None if clear == "person" else False)

    @by(void=flags)
    def void_call(self, login: str, pick: int, void: bool) -> None:
        number, call = self.pick(self.model.calls, pick)
        verb, ok = "void" if void else "unvoid", bool(call and call.void != void)
        if self.change(login, f"call {verb}", f"{number};--reason;twice", ok):
            call.void = void

    @by(reopen=flags)
    def decide(self, login: str, pick: int, reopen: bool) -> None:
        number, call = self.pick(self.model.calls, pick)
        own = ("undecided", "no further action")
        ok = bool(call and call.care) and self.model.decision(number) in own
        how = "--reopen" if reopen else "--no-action;resolved"
        if self.change(login, "call decide", f"{number};{how}", ok):
            call.no_action = not reopen

    @by(void=flags)
    def consult(self, login: str, pick: int, void: bool) -> None:
        model = self.model
        number, own = self.pick(model.consults if void else model.calls, pick)
        if void:
            ok = bool(own)
            if self.change(login, "consult void", f"{number};--reason;twice", ok):
                model.consults[number] = False
            return
        ok = bool(own and not own.void) and login != "clinician"  # who asks is another
        line = f"--call;{number};--clinician;clinician;--minutes;5"
        if out := self.change(login, "consult add", line, ok):
            added = int(out.split()[2].rstrip("."))
            model.consults[added], model.consult_calls[added] = True, number

    # ------------------------------------------------------------ people and places

    @by()
    def add_person(self, login: str, pick: int) -> None:
        typed = f"given: {'ABCDEF'[pick]}na\nfamily: Reyes"
        if out := self.change(login, "person add", "--file;-;--no-input", True, typed):
            self.model.people[int(out.split()[1])] = None

    @by(other=picks, what=st.sampled_from(("person", "place")))
    def merge(self, login: str, pick: int, other: int, what: str) -> None:
        known = self.model.people if what == "person" else self.model.places
        (one, into), (two, too) = self.pick(known, pick), self.pick(known, other)
        line = f"{one};{two}" + ";--prefer;kept" * (what == "person")
        if self.change(login, f"{what} merge", line, one != two and into is too is None):
            known[two] = one

    @by(what=st.sampled_from(("person", "place")))
    def split(self, login: str, pick: int, what: str) -> None:
        known = self.model.people if what == "person" else self.model.places
        number, into = self.pick(known, pick)
        if self.change(login, f"{what} unmerge", str(number), into is not None):
            known[number] = None

    @by(end=flags)
    def worker(self, login: str, pick: int, end: bool) -> None:
        model, (number, into) = self.model, self.pick(self.model.people, pick)
        theirs = {one for one in model.workers if kept(model.people, one) == number}
        ok = number != 99 and into is None and bool(theirs) == end
        line = f"--person;{number}" + ";--staff;clinician" * (not end)
        if self.change(login, f"worker {'end' if end else 'assign'}", line, ok):
            model.workers -= theirs
            model.workers |= set() if end else {number}

    @by(address=st.sampled_from(ADDRESSES), off=flags)
    def flag(self, login: str, pick: int, address: str, off: bool) -> None:
        model, (number, place) = self.model, self.pick(self.model.flags, pick)
        if off:
            if self.change(login, "place unflag", f"{number};--why;outdated", place is not None):
                del model.flags[number]
        elif address in self.addresses:
            line, text = f"{address};--source;officer;--file;-", f"dog {model.now}"
            if out := self.change(login, "place flag", line, True, text):
                place = kept(model.places, self.addresses[address])
                model.flags[int(out.split()[1])] = place or 0

    @by(revoke=flags)
    def consent(self, login: str, pick: int, revoke: bool) -> None:
        model = self.model
        number, into = self.pick(model.consents if revoke else model.people, pick)
        line = "--to;police;--scope;referrals,follow_ups;--purpose;safety;--signed;2026-01-10"
        if revoke:
            if self.change(login, "consent revoke", str(number), into is not None):
                del model.consents[number]
        elif out := self.change(login, "consent grant", f"{number};{line}",
                                number != 99 and into is None):  # fmt: skip
            model.consents[int(out.split()[1])] = number

    # ------------------------------------------------------------ referrals

    @by(of_call=flags)
    def refer(self, login: str, pick: int, of_call: bool) -> None:
        model = self.model
        number, own = self.pick(model.calls if of_call else model.people, pick)
        ok = bool(own and not own.void) if of_call else number != 99 and own is None
        line = f"{number}" if of_call else f"--person;{number}"
        line += f";--to;1;--need;housing;--owner;{login};-f;json"
        if out := self.change(login, "refer", line, ok):
            made = json.loads(out)
            person = kept(model.people, own.person) if of_call else number
            call = number if of_call else None
            assert made["person"] == person
            model.referrals[made["id"]] = Referral(call, person, (login, login), model.now)
            self.added(login, made["id"], 2)

    def referral(self, login: str, pick: int) -> tuple[int, Any]:
        """Return a referral's number, and the referral if this account may change it."""
        number, own = self.pick(self.model.referrals, pick)
        return number, None if own is None or self.model.hides(login, own) else own

    @by(step=st.sampled_from((*STEPS, "service_received", "declined", "entered_in_error")))
    def update(self, login: str, pick: int, step: str) -> None:
        model, (number, own) = self.model, self.referral(login, pick)
        in_error = step == "entered_in_error"
        ok = own is not None and (
            step in STEPS.get(own.status, ())
            or (in_error and own.status != step and login == "supervisor")
        )
        with sqlite3.connect(self.db) as file:
            sql = "SELECT count(*) FROM referral_event WHERE referral_id = ?"
            seen = file.execute(sql, (number,)).fetchone()[0]
        line = f"{number};--status;{step};--seen;{seen or 1}"
        line += ";--reason;other" * (in_error or step == "on_hold")
        if self.change(login, "referral edit", line, ok):
            own.steps.append(step)
            if step in OPEN:
                self.added(login, number, 0 if model.due(number) else 2)
                return
            own.closed = model.due(number)
            for due in map(model.follow_ups.__getitem__, own.closed):
                due.state = "cancelled" if in_error and not due.attempts else "closed"

    @by()
    def reopen_referral(self, login: str, pick: int) -> None:
        model, (number, own) = self.model, self.referral(login, pick)
        ok = own is not None and own.status not in OPEN
        if self.change(login, "referral reopen", str(number), ok):
            while own.status not in OPEN:
                own.steps.pop()
            for each in own.closed:
                model.follow_ups[each].state = "open"
            self.added(login, number, 0 if model.due(number) else 2)
            model.adopt(login)

    # ------------------------------------------------------------ follow-ups

    @by(about=st.sampled_from(("call", "person", "referral")), days=st.integers(0, 5))
    def add_follow_up(self, login: str, pick: int, about: str, days: int) -> None:
        model, due = self.model, self.model.now + timedelta(days=days, hours=1)
        if about == "referral":
            number, own = self.referral(login, pick)
            ok = own is not None and own.status in OPEN
        else:
            number, own = self.pick(model.calls if about == "call" else model.people, pick)
            ok = bool(own and not own.void) if about == "call" else number != 99 and own is None
        line = f"--{about};{number};--kind;visit;--due;{due:%Y-%m-%d %H:%M};--owner;{login}"
        if self.change(login, "follow-up add", line, ok):
            self.added(login, number if about == "referral" else None, 1)

    @by(what=st.sampled_from(("reached", "left_message", "edit", "void", "void --attempt",
                              "reopen")))  # fmt: skip
    def follow_up(self, login: str, pick: int, what: str) -> None:
        model, (number, own) = self.model, self.pick(self.model.follow_ups, pick)
        due, shown = model.now + timedelta(days=2), own and not model.hides(login, own)
        is_open, works = own and own.state == "open", own and model.works(own.referral)
        if what == "reopen":
            ok = bool(shown and not is_open and works)
            if self.change(login, "follow-up reopen", str(number), ok):
                own.state = "open"
                model.adopt(login)
        elif what == "edit":
            ok = bool(shown and is_open)
            if self.change(login, "follow-up edit", f"{number};--due;{due:%Y-%m-%d %H:%M}", ok):
                own.due = due
        elif what == "void":
            only = own and own.referral is not None and model.due(own.referral) == [number]
            ok = bool(shown and is_open and not own.attempts and not only)
            if self.change(login, "follow-up void", f"{number};--reason;twice", ok):
                own.state = "cancelled"
        elif what == "void --attempt":
            ok = bool(shown and own.attempts)
            if self.change(login, "follow-up void --attempt", f"{number};--reason;twice", ok):
                before, ended, made = own.attempts.pop()
                if not ended:
                    own.due = before
                elif not is_open and works:
                    own.state, following = "open", model.follow_ups.get(made)
                    if following and following.state == "open" and not following.attempts:
                        following.state = "cancelled"
                    model.adopt(login)
        else:
            ends = what == "reached"
            line = f"{number};--result;{what}" + f";--next;{due:%Y-%m-%d %H:%M}" * (not ends)
            if self.change(login, "follow-up done", line, bool(shown and is_open)):
                own.state, before = "closed" if ends else "open", own.due
                own.due = before if ends else due
                needed = own.referral is not None and works and not model.due(own.referral)
                made = self.added(login, own.referral, int(needed))
                own.attempts.append((before, ends, made))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with an account for each role and a provider."""
    db = tmp_path_factory.mktemp("machine") / "ccu.db"
    lines = ["init --town Westport --state CT --timezone America/New_York",
             "provider add Harbor --need housing"]  # fmt: skip
    for role in ("officer", "clinician", "supervisor", "analyst", "records"):
        agency = told_town.AGENCY.get(role, "police")
        lines.append(f"staff add {role} --role {role} --agency {agency}")
    lines.append("staff add spare --role clinician --agency human_services")
    for line in lines:
        done = told_town.run(db, "admin", *line.split(), at="2026-01-01T09:00")
        assert done.code == 0, done.err
    return db


@pytest.mark.searched
def test_every_screen_agrees_with_the_model(template: Path) -> None:
    Unit.template = template
    run_state_machine_as_test(
        Unit,
        settings=settings(
            max_examples=examples(6, 100),
            stateful_step_count=examples(25, 60),
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
