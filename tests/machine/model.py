"""What a unit's file should hold, in plain Python: the model that the program is compared with.

It knows no SQL and no command line. What a list or a card shows is a function of the records.
Times are the town's local ones, without an offset. Merges are record -> record it was merged into.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

URGENT_DAYS = {"suicide": 2}  # days to decide on a care call, where they are not 3
OPEN = ("requested", "accepted", "in_progress", "on_hold")
POLICE = ("officer", "analyst", "records")
HUMAN_SERVICES = {"clinician", "spare"}
_ENDS = ("declined", "contact_only", "entered_in_error")
STEPS = {  # a status -> what may follow it
    "requested": ("accepted", "on_hold", *_ENDS),
    "accepted": ("in_progress", "on_hold", "service_received", *_ENDS),
    "in_progress": ("on_hold", "service_received", *_ENDS),
    "on_hold": ("requested", "accepted", "in_progress", *_ENDS),
}
Merges = dict[int, int | None]


def kept(merges: Merges, number: int | None) -> int | None:
    """Return the record that a record is part of now."""
    while number is not None and merges[number] is not None:
        number = merges[number]
    return number


@dataclass
class Call:
    place: int  # of its address, apart from merges
    at: datetime
    nature: str
    person: int | None
    hazard: bool
    void: bool = False
    no_action: bool = False

    @property
    def care(self) -> bool:
        return not self.void and self.nature != "disturbance"


@dataclass
class Referral:
    call: int | None
    person: int | None
    staff: tuple[str, str]  # owner and author
    made: datetime
    steps: list[str] = field(default_factory=lambda: ["requested"])
    closed: list[int] = field(default_factory=list)  # follow-ups that its last end closed

    @property
    def status(self) -> str:
        return self.steps[-1]


@dataclass
class FollowUp:
    referral: int | None
    call: int | None
    person: int | None
    staff: tuple[str, str]
    due: datetime
    state: str = "open"  # or closed, cancelled
    # Of each attempt: the due before it, whether it ended the follow-up, and the next it made.
    attempts: list[tuple[datetime, bool, int]] = field(default_factory=list)


@dataclass
class Needs:
    person: int
    state: str  # of the one need that is asked
    void: bool = False


@dataclass
class Plan:
    record: str  # person or place
    number: int
    author: str
    state: str = "draft"


@dataclass(eq=False)
class Seal:
    """What a seal holds, and which records its rows name, by the words of a line."""

    record: str
    number: int
    gone: dict[str, dict[Any, Any]] = field(default_factory=dict)  # by the model's name for it
    subjects: dict[int, int | None] = field(default_factory=dict)  # of calls that stayed
    workers: set[int] = field(default_factory=set)
    households: set[int] = field(default_factory=set)
    siblings: set[tuple[int, int]] = field(default_factory=set)
    blanked: list[tuple[str, int]] = field(default_factory=list)  # work that named the call
    holds: set[tuple[str, int]] = field(default_factory=set)
    refers: set[tuple[str, int]] = field(default_factory=set)

    def take(self, name: str, records: dict[Any, Any], key: Any) -> None:
        self.gone.setdefault(name, {})[key] = records.pop(key)


@dataclass
class Model:
    now: datetime
    calls: dict[int, Call] = field(default_factory=dict)
    people: Merges = field(default_factory=dict)
    places: Merges = field(default_factory=dict)
    referrals: dict[int, Referral] = field(default_factory=dict)
    follow_ups: dict[int, FollowUp] = field(default_factory=dict)
    flags: dict[int, int] = field(default_factory=dict)  # those on a place -> the place
    consents: dict[int, int] = field(default_factory=dict)  # active ones -> the person
    consults: dict[int, bool] = field(default_factory=dict)  # -> whether it counts
    workers: set[int] = field(default_factory=set)  # the records with one
    # By household and record: whether in it now. A household without members has no row.
    households: set[int] = field(default_factory=set)
    members: dict[tuple[int, int], bool] = field(default_factory=dict)
    siblings: set[tuple[int, int]] = field(default_factory=set)  # records, the lower first
    needs: dict[int, Needs] = field(default_factory=dict)
    plans: dict[int, Plan] = field(default_factory=dict)
    exempt: set[int] = field(default_factory=set)
    # Active ones, each a record's word and number, and whether it is on the list.
    overrides: dict[int, tuple[str, int, bool]] = field(default_factory=dict)

    seals: dict[int, Seal] = field(default_factory=dict)  # active ones
    incidents: dict[int, int] = field(default_factory=dict)  # of the export -> the call
    consult_calls: dict[int, int] = field(default_factory=dict)
    retired: bool = False  # the account spare
    heir: str = ""  # who took over its work

    def adopt(self, login: str) -> None:
        """Give what is open again after its owner retired to the successor, else to the account."""
        for own in self.follow_ups.values():
            if self.retired and own.state == "open" and own.staff[0] == "spare":
                own.staff = (self.heir or login, own.staff[1])

    def hides(self, login: str, own: Referral | FollowUp) -> bool:
        """Whether police are only told that Human Services is handling it."""
        if login not in POLICE or not HUMAN_SERVICES & {*own.staff}:
            return False
        allowed = {kept(self.people, person) for person in self.consents.values()}
        return login not in own.staff and kept(self.people, own.person) not in allowed

    def same(self, record: str, one: int, other: int) -> bool:
        """Whether two numbers are one person or place."""
        merges = self.people if record == "person" else self.places
        return kept(merges, one) == kept(merges, other)

    def live_in(self) -> dict[int, set[int]]:
        """Return household -> the people in it now."""
        found: dict[int, set[int]] = {each: set() for each in self.households}
        for (own, record), there in self.members.items():
            if there and (who := kept(self.people, record)):
                found[own].add(who)
        return found

    def related(self, person: int) -> set[int]:
        pairs = [{kept(self.people, one) or 0 for one in pair} for pair in self.siblings]
        return {each for pair in pairs if person in pair for each in pair - {person}}

    def approved(self, record: str, number: int) -> set[int]:
        return {key for key, own in self.plans.items() if own.state == "approved"
                and own.record == record and self.same(record, own.number, number)}  # fmt: skip

    def override(self, record: str, number: int) -> bool | None:
        """Return whether an override has it on the list, the later of two; None without one."""
        found = [key for key, own in self.overrides.items()
                 if own[0] == record and self.same(record, own[1], number)]  # fmt: skip
        return self.overrides[max(found)][2] if found else None

    def works(self, number: int | None) -> bool:
        """Whether a follow-up may be open: it is for no referral, or for an open one."""
        return number is None or self.referrals[number].status in OPEN

    def due(self, referral: int | None = None) -> list[int]:
        """Return the open follow-ups, of a referral if given."""
        return [key for key, own in self.follow_ups.items()
                if own.state == "open" and referral in (None, own.referral)]  # fmt: skip

    def overdue(self) -> set[int]:
        return {key for key in self.due() if self.follow_ups[key].due < self.now}

    def at_risk(self, own: FollowUp) -> bool:
        """Whether it is for a suicide call, or its person had one within 90 days."""
        who, since = kept(self.people, own.person), self.now - timedelta(days=90)
        urgent = {key: call for key, call in self.calls.items()
                  if call.nature in URGENT_DAYS and not call.void}  # fmt: skip
        return own.call in urgent or any(
            who and kept(self.people, call.person) == who and call.at >= since
            for call in urgent.values()
        )

    def decision(self, number: int, login: str = "supervisor") -> str:
        """Return the decision on a call as an account reads it."""
        call = self.calls[number]
        made = [key for key, own in self.referrals.items()
                if own.call == number and own.status != "entered_in_error"]  # fmt: skip
        alone = {key: own for key, own in self.follow_ups.items() if own.referral is None}
        due = [key for key, own in alone.items()
               if own.call == number and own.state != "cancelled"]  # fmt: skip
        if made and not self.hides(login, self.referrals[max(made)]):
            return f"referral {max(made)}"
        if due and not self.hides(login, self.follow_ups[max(due)]):
            return f"follow-up {max(due)}"
        if made or due:
            return "decided"
        return "no further action" if call.no_action else "undecided" if call.care else ""

    def undecided(self) -> dict[int, bool]:
        """Return each care call without a decision, and whether that is overdue."""
        return {
            key: call.at + timedelta(days=URGENT_DAYS.get(call.nature, 3)) < self.now
            for key, call in self.calls.items()
            if not call.void and self.decision(key) == "undecided"
        }

    def counted(self, place: int | None = None, person: int | None = None) -> dict[int, Call]:
        """Return the calls that count, at a place or about a person if given."""
        return {
            key: call
            for key, call in self.calls.items()
            if not call.void
            and place in (None, kept(self.places, call.place))
            and person in (None, kept(self.people, call.person))
        }

    def open_for(self, person: int) -> set[tuple[str, int | None]]:
        """Return what is open for a person; what is for a call alone is for the call's person."""
        found = {("referral", key, own.person, own.call) for key, own in self.referrals.items()
                 if own.status in OPEN}  # fmt: skip
        for key in self.due():
            own = self.follow_ups[key]
            found.add(("follow-up", key, own.person, own.call))
        calls = self.counted()
        return {
            (record, key)
            for record, key, who, call in found
            if kept(self.people, who or (calls[call].person if call in calls else None)) == person
        }
