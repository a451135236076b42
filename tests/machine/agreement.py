"""What every list, card and figure of the program must have: what the model has."""

import json
from collections import Counter
from datetime import datetime
from typing import Any

from ..conftest import Result
from . import sealing
from .model import OPEN, Call, Model, kept

MONTH_END = datetime(2026, 2, 1)


class Agreement:
    """The checks; `addresses` are those typed, each with its place apart from merges."""

    model: Model
    addresses: dict[str, int]

    def run(self, login: str, *line: object, stdin: str = "") -> Result:
        raise NotImplementedError

    def read(self, login: str, line: str) -> Any:
        done = self.run(login, *line.split(), "-f", "json")
        assert done.code == 0, (line, done.err)
        return json.loads(done.out)

    def agree(self) -> None:
        """Every list, card and figure has what the model has."""
        model, undecided = self.model, self.model.undecided()
        for login in ("supervisor", "officer"):
            self.agree_on_lists(login)
        brief = self.read("supervisor", "brief")
        late = {f"call {key}" for key, is_late in undecided.items() if is_late}
        for rows in (self.read("supervisor", "follow-up overdue"), brief["overdue"]):
            assert {row["id"] for row in rows if row["id"]} == model.overdue()
            assert {row["for"].split(",")[0] for row in rows if not row["id"]} == late
        listed = self.read("supervisor", "call list --undecided")
        assert {row["id"] for row in listed} == set(undecided)
        waiting = {key for key, own in model.referrals.items() if own.status == "requested"}
        assert {row["id"] for row in brief["waiting"]} == waiting
        assert {row["id"] for row in brief["flags_to_verify"]} == set(model.flags)
        listed = self.read("supervisor", "consent list --all")
        assert {row["id"] for row in listed if row["state"] == "active"} == set(model.consents)
        listed = self.read("supervisor", "consult list --since 2026-01-01")
        assert {row["id"] for row in listed} == {key for key, own in model.consults.items() if own}
        listed = self.read("supervisor", "worker list")
        assert {row["person"] for row in listed} == {kept(model.people, p) for p in model.workers}
        report = self.read("supervisor", "report --month 2026-01 --section summary")
        for each in (brief, report):
            told = (each["undecided"], each["undecided_overdue"])
            assert told == (len(undecided), len(late))
        # Not known, where the file has no such record yet: the model counts none.
        figures = {row["figure"]: row["numerator"] or 0 for row in report["sections"][0]["rows"]}
        whole, referrals = sealing.whole(model)
        calls = [call for call in whole if call.at < MONTH_END and not call.void]
        made = [own for own in referrals
                if own.made < MONTH_END and own.status != "entered_in_error"]  # fmt: skip
        assert figures["calls"] == len(calls)
        assert figures["care_calls"] == sum(call.care for call in calls)
        assert (figures["referrals_made"], figures["overdue_now"]) == (
            len(made), len(model.overdue())
        )  # fmt: skip
        self.agree_on_counts()

    def agree_on_lists(self, login: str) -> None:
        model, rows = self.model, self.read(login, "call list --since 2026-01-01")
        told = {row["id"]: row["decision"].partition(":")[0] for row in rows}
        assert told == {key: model.decision(key, login) for key in model.counted()}
        rows = {row["id"]: row for row in self.read(login, "follow-up list --all")}
        for key, own in model.follow_ups.items():
            if model.hides(login, own):
                state = {"open": "being handled"}.get(own.state, "ended")
                assert rows[key]["state"] == state or own.state == "cancelled"
            elif own.state != "cancelled":
                state = "overdue" if key in model.overdue() else own.state
                assert rows[key]["state"].startswith(state)
                assert (rows[key]["due"], rows[key]["attempts"]) == (
                    f"{own.due:%Y-%m-%d %H:%M}", len(own.attempts)
                )  # fmt: skip
                assert state == "closed" or (rows[key]["risk"] is not None) == model.at_risk(own)
        rows = {row["id"]: row for row in self.read(login, "referral list --all")}
        for key, made in model.referrals.items():
            whole = rows[key]["status"] in (*OPEN, made.status)
            assert whole != model.hides(login, made), rows[key]
            assert not whole or rows[key]["status"] == made.status
            assert rows[key]["person"] == kept(model.people, made.person)

    def agree_on_counts(self) -> None:
        model = self.model
        care = [call for call in model.calls.values() if call.care]
        for what, line in (("place", "frequent places --k 1"), ("person", "frequent people --k 1")):
            merges = model.places if what == "place" else model.people
            care_calls = Counter(kept(merges, getattr(call, what)) for call in care)
            counts = {number: care_calls[number] for number, into in merges.items()
                      if into is None and (care_calls[number] or model.override(what, number))
                      and (what == "person" or number not in model.exempt)}  # fmt: skip
            off = {each for each in counts if model.override(what, each) is False}
            told = self.read("supervisor", line)
            listed, left_out = told["places" if what == "place" else "people"], told["left_out"]
            for rows, numbers in ((listed, counts.keys() - off), (left_out, off)):
                assert {row[what]: row["care_calls"] for row in rows} == {
                    number: counts[number] for number in numbers
                }
            if what == "place":
                assert {row["place"] for row in told["exempt"]} == {
                    number for number in model.exempt if care_calls[number]
                }
        for person in {key for key, into in model.people.items() if into is None}:
            card = self.read("clinician", f"history --person {person}")
            assert {plan["id"] for plan in card["plans"]} == model.approved("person", person)
            self.agree_on_card(card, list(model.counted(person=person).values()))
            found = {(each["record"], each["id"]) for each in card["open"]}
            assert found == model.open_for(person)
        for place in {kept(model.places, each) or 0 for each in self.addresses.values()}:
            if calls := model.counted(place=place):
                card = self.read("officer", f"history --call {min(calls)}")
                self.agree_on_card(card, list(calls.values()))
                who = Counter(kept(model.people, call.person) for call in calls.values())
                who.pop(None, None)
                assert {each["person"]: each["calls"] for each in card["people"]} == who
                noted = [at for at in model.flags.values() if kept(model.places, at) == place]
                types = [each["type"] for each in card["warnings"]]
                assert types.count("flag") == len(noted)

    def agree_on_card(self, card: Any, calls: list[Call]) -> None:
        types = [each["type"] for each in card["warnings"]]
        assert card["counts"]["all"]["ever"] == len(calls)
        assert card["counts"]["care"]["ever"] == sum(call.care for call in calls)
        assert types.count("hazard") == any(call.hazard for call in calls)  # the newest alone
        assert types.count("suicide") == any(call.nature == "suicide" for call in calls)
