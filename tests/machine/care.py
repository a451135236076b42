"""Rules of the care team's records: households, links, needs, plans, exemptions and overrides."""

from typing import Any

from hypothesis import strategies as st

from .model import Needs, Plan, kept
from .unit import Base, by, flags, picks

STATES = ("has", "lacks", "declined")


class Care(Base):
    # ------------------------------------------------------------ households and links

    def number(self, out: str, word: str) -> int:
        """Return the number after a word of what was printed."""
        return int(out.partition(f"{word} ")[2].split()[0].rstrip(".,;:"))

    def join(self, household: int, people: list[int]) -> None:
        model = self.model
        model.households.add(household)
        model.members |= {(household, each): True for each in people}

    def homes(self, person: int, *, ever: bool = False) -> set[int]:
        """Return the households that a person is in, or ever was in."""
        model = self.model
        return {own for (own, record), there in model.members.items()
                if (there or ever) and kept(model.people, record) == person}  # fmt: skip

    @by(other=picks, new=flags)
    def join_household(self, login: str, pick: int, other: int, new: bool) -> None:
        model, (number, into) = self.model, self.pick(self.model.people, pick)
        household = "new" if new else self.pick(dict.fromkeys(model.households), other)[0]
        ok = number != 99 and into is None and (new or household in model.households)
        ok = ok and household not in self.homes(number)
        if out := self.change(login, "household add", f"{household};{number}", ok):
            self.join(self.number(out, "household"), [number])

    @by(other=picks)
    def leave_household(self, login: str, pick: int, other: int) -> None:
        model, (number, into) = self.model, self.pick(self.model.people, pick)
        household = self.pick(dict.fromkeys(model.households), other)[0]
        ok = number != 99 and into is None and household in self.homes(number)
        if self.change(login, "household leave", f"{household};{number}", ok):
            for own, record in model.members:
                if own == household and kept(model.people, record) == number:
                    model.members[own, record] = False

    @by(other=picks, alone=flags)
    def link(self, login: str, pick: int, other: int, alone: bool) -> None:
        model = self.model
        (one, into), (two, too) = self.pick(model.people, pick), self.pick(model.people, other)
        ok = one != two and into is too is None and two not in model.related(one)
        line = f"{one};{two};--relation;sibling;--no-input" + ";--household;none" * alone
        if out := self.change(login, "person link", line, ok):
            model.siblings.add((min(one, two), max(one, two)))
            ours, theirs = self.homes(one), self.homes(two)
            if alone or ours & theirs or (ours and theirs) or len(ours | theirs) > 1:
                return
            mover = one if theirs else two
            if ours | theirs and ours | theirs <= self.homes(mover, ever=True):
                return  # nobody is put back where they left
            joining = [mover] if ours | theirs else [one, two]
            self.join(self.number(out, "household"), joining)

    @by(other=picks)
    def unlink(self, login: str, pick: int, other: int) -> None:
        model = self.model
        (one, into), (two, too) = self.pick(model.people, pick), self.pick(model.people, other)
        ok = into is too is None and two in model.related(one)
        if self.change(login, "person unlink", f"{one};{two}", ok):
            model.siblings = {
                pair for pair in model.siblings
                if {kept(model.people, each) for each in pair} != {one, two}
            }  # fmt: skip

    # ------------------------------------------------------------ needs and plans

    @by(state=st.sampled_from(STATES))
    def record_needs(self, login: str, pick: int, state: str) -> None:
        model, (number, into) = self.model, self.pick(self.model.people, pick)
        ok = number != 99 and into is None
        line = f"--person;{number};housing={state};--no-input"
        if out := self.change(login, "needs record", line, ok):
            model.needs[self.number(out, "assessment")] = Needs(number, state)

    @by(state=st.sampled_from(STATES), void=flags)
    def edit_needs(self, login: str, pick: int, state: str, void: bool) -> None:
        number, own = self.pick(self.model.needs, pick)
        ok = bool(own and not own.void)
        if void:
            if self.change(login, "needs void", f"{number};--reason;twice", ok):
                own.void = True
        elif self.change(login, "needs edit", f"{number};housing={state};--no-input", ok):
            own.state = state

    @by(record=st.sampled_from(("person", "place")))
    def write_plan(self, login: str, pick: int, record: str) -> None:
        model = self.model
        number, into = self.pick(model.people if record == "person" else model.places, pick)
        ok = number != 99 and (into is None or record == "place")
        text = f"What helps:\n- walks at {model.now:%d %H %M}"
        line = f"--{record};{number};--file;-;--no-input"
        if out := self.change(login, "plan write", line, ok, text):
            number = number if record == "person" else kept(model.places, number) or 0
            for own in model.plans.values():
                same = own.record == record and model.same(record, own.number, number)
                if same and own.state == "draft":
                    own.state = "withdrawn"
            model.plans[self.number(out, "plan")] = Plan(record, number, login)

    @by(expire=flags)
    def decide_plan(self, login: str, pick: int, expire: bool) -> None:
        model, (number, own) = self.model, self.pick(self.model.plans, pick)
        if expire:
            ok = bool(own and own.state in ("draft", "approved"))
            if self.change(login, "plan expire", f"{number};--reason;moved", ok):
                own.state = "withdrawn" if own.state == "draft" else "expired"
            return
        ok = bool(own and own.state == "draft" and own.author != login)
        if self.change(login, "plan approve", str(number), ok):
            for each in model.approved(own.record, own.number):
                model.plans[each].state = "replaced"
            own.state = "approved"

    # ------------------------------------------------------------ the frequent lists

    @by(again=flags)
    def exempt(self, login: str, pick: int, again: bool) -> None:
        model, number = self.model, self.pick(self.model.places, pick)[0]
        place = kept(model.places, number) if number != 99 else None
        how = "--no-exempt" if again else "--category;shelter"
        line = f"--place;{number};{how};--reason;beds {model.now:%d %H %M};--no-input"
        ok = place is not None and (not again or place in model.exempt)
        if self.change(login, "place exempt", line, ok) and place:
            (model.exempt.discard if again else model.exempt.add)(place)

    @by(record=st.sampled_from(("person", "place")), on=flags)
    def override(self, login: str, pick: int, record: str, on: bool) -> None:
        model = self.model
        number, into = self.pick(model.people if record == "person" else model.places, pick)
        ok = number != 99 and (into is None or record == "place")
        if record == "place" and ok:
            number = kept(model.places, number) or 0
            ok = number not in model.exempt
        line = f"--{record};{number};--{'on' if on else 'off'};--file;-;--no-input"
        if out := self.change(login, "frequent override", line, ok, "first weeks"):
            model.overrides = {
                key: own for key, own in model.overrides.items()
                if own[0] != record or not model.same(record, own[1], number)
            }  # fmt: skip
            model.overrides[self.number(out, "Override")] = (record, number, on)

    # ------------------------------------------------------------ what must agree

    def agree(self) -> None:
        super().agree()
        model, lived = self.model, self.model.live_in()
        rows = {row["id"]: row for row in self.read("clinician", "household list --all")}
        assert {key: row["members"] for key, row in rows.items()} == {
            key: len(people) for key, people in lived.items()
        }
        for key, people in lived.items():
            self.agree_on_household(self.read("clinician", f"household show {key}"), people)
            assert rows[key]["open"] == len(set().union(*map(model.open_for, people)))
        told = {row["id"]: row["status"] for row in self.read("supervisor", "plan list")}
        undone = dict.fromkeys(told, "withdrawn")
        assert told == undone | {key: own.state for key, own in model.plans.items()}
        for key, own in model.needs.items():
            shown = self.read("clinician", f"needs show {key}")
            assert shown["voided"] == own.void
            assert shown["person"] == kept(model.people, own.person)

    def agree_on_household(self, card: Any, people: set[int]) -> None:
        model = self.model
        assert {each["person"] for each in card["members"]} == people
        for each in card["members"]:
            person = each["person"]
            assert {one["person"] for one in each["relations"]} == model.related(person)
            asked = [key for key, own in model.needs.items()
                     if not own.void and model.same("person", own.person, person)]  # fmt: skip
            lacks = each["lacks"]
            assert (lacks and lacks["assessment"]) == max(asked, default=None)
            unmet = asked and model.needs[max(asked)].state == "lacks"
            assert not asked or [one["need"] for one in lacks["needs"]] == ["housing"] * bool(unmet)
        found = {(each["record"], each["id"]) for each in card["open"]}
        assert found == set().union(*map(model.open_for, people))
        calls = [each for who in people for each in model.counted(person=who).items()]
        assert card["care_calls"]["365"] == len({key for key, call in calls if call.care})
