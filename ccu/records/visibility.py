"""What police are shown of Human Services' work on a person: the one rule for every screen.

An account is on the police side (`police_side`) when its role is officer, whatever its agency, or
when its agency is police and its role is none of clinician, intern, supervisor, admin. Of work that
is Human Services' (its owner or its author is of that agency) such an account is shown that it is
in hand, and more only by the person's own consent to police in force today, or by the setting
police_sees. Work that the account owns or made itself is always shown to it.

What comes from a 42 CFR Part 2 program is shown to the police side by a consent on part2 alone,
whoever made the referral, and with the regulation's notice. Nor do analysts read it, of whichever
agency. For these readers lists and figures leave it out altogether (withheld.py); only of what is
their own are they told that it is in hand.

Every screen asks a `View` which records are hidden from its reader, and keeps with `keep` what it
showed by consent or policy. To everybody else nothing is hidden and nothing is kept.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ccu import dates
from ccu.errors import NotAllowed, NotFound
from ccu.records import person_ids

if TYPE_CHECKING:
    from ccu.records.consents import Told

PART2 = "part2"
HUMAN_SERVICES = "human_services"
NOT_POLICE = ("clinician", "intern", "supervisor", "admin")

NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."  # 42 CFR 2.32


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who is told: an agency, or one provider."""

    agency: str
    provider_id: int | None = None

    def __str__(self) -> str:
        return self.agency if self.provider_id is None else f"provider {self.provider_id}"


POLICE = Recipient(agency="police")


def police_side(role: str, agency: str) -> bool:
    """Whether an account sees Human Services' work as police do."""
    return role == "officer" or (agency == POLICE.agency and role not in NOT_POLICE)


@dataclass(frozen=True)
class Hidden:
    """A record that is hidden: whom to ask, by the agency's label; and whether it is open still."""

    agency: str
    open: bool = True
    own: bool = False  # the viewer's, but under Part 2
    part2: bool = False

    @property
    def words(self) -> str:
        """What is said in its place."""
        return f"{'in hand' if self.open else 'was'} with {self.agency}"

    @property
    def sentence(self) -> str:
        """The same after the record's name."""
        return f"{'is in hand' if self.open else 'was'} with {self.agency}"

    @property
    def state(self) -> str:
        """The same where the agency stands beside it."""
        return "in hand" if self.open else "ended"


def refuse(record: str, hidden: dict[int, Hidden]) -> None:
    """Refuse a change of what is hidden, so that nobody takes it over to see it as their own.

    Raises NotFound under Part 2, as for a number that is not there, and NotAllowed otherwise; the
    viewer's own may be changed.
    """
    for number, each in hidden.items():
        if each.own:
            continue
        if each.part2:
            raise NotFound(f"no {record} {number}")
        raise NotAllowed(f"{record} {number} {each.sentence}")


# Each gives id, person_id, theirs (Human Services'), own (the viewer's), part2, agency, open. The
# agency is Human Services' whoever has it: what another has is hidden under Part 2 alone, and to
# name them would say so.
_FACTS = """
SELECT {table}.id, {person} AS person_id, {part2} AS part2, {open} AS open,
       'human_services' IN (owner.agency, author.agency) AS theirs,
       :viewer IN (owner.id, author.id) AS own,
       (SELECT label FROM agency WHERE code = 'human_services') AS agency
FROM json_each(:ids) AS asked CROSS JOIN {table} ON {table}.id = asked.value
JOIN staff AS owner ON owner.id = {table}.{owner}
JOIN staff AS author ON author.id = {table}.{author}
{join}
"""
_REFERRALS = _FACTS.format(
    table="referral", person="referral.person_id", part2="provider.part2",
    open="referral_status.open", owner="owner_id", author="recorded_by",
    join="JOIN provider ON provider.id = referral.provider_id"
    " JOIN referral_status ON referral_status.code = referral.status",
)  # fmt: skip
_FOLLOW_UPS = _FACTS.format(
    table="follow_up", person="coalesce(follow_up.person_id, referral.person_id)",
    part2="coalesce(provider.part2 AND :viewer NOT IN (owner.id, author.id), 0)",  # names none
    open="follow_up.closed_at IS NULL", owner="owner_id",
    author="recorded_by", join="LEFT JOIN referral ON referral.id = follow_up.referral_id"
    " LEFT JOIN provider ON provider.id = referral.provider_id",
)  # fmt: skip
_ASSESSMENTS = _FACTS.format(
    table="need_assessment", person="need_assessment.person_id", part2="0", open="1",
    owner="recorded_by", author="recorded_by", join="",
)  # fmt: skip
_PLANS = _FACTS.format(
    table="plan", person="plan.person_id", part2="0", open="1", owner="author_id",
    author="author_id", join="",
)  # fmt: skip
_TURNS = _FACTS.format(
    table="worker", person="worker.person_id", part2="0", open="worker.until IS NULL",
    owner="staff_id", author="staff_id", join="",
)  # fmt: skip
_CONSULTS = _FACTS.format(
    table="consult", person="consult.person_id", part2="0", open="1", owner="asked_by",
    author="recorded_by", join="",
)  # fmt: skip


_OF = {
    "referral": _REFERRALS,
    "follow_up": _FOLLOW_UPS,
    "need_assessment": _ASSESSMENTS,
    "plan": _PLANS,
    "worker": _TURNS,
    "consult": _CONSULTS,
}


def _paper(row: sqlite3.Row) -> str:
    """What the regulation asks for beside its notice: the consent's scope, in words (2.32(b))."""
    return f"Consent {row['id']}: part2 to police, for {row['purpose']}, to {row['expires_on']}."


class View:
    """What one account is shown, in one run; `policy` is the setting police_sees."""

    def __init__(
        self, connection: sqlite3.Connection, staff_id: int, now: datetime, policy: str
    ) -> None:
        row = connection.execute(
            "SELECT role, agency FROM staff WHERE id = :id", {"id": staff_id}
        ).fetchone()
        self.police = police_side(row["role"], row["agency"])
        self.reads_part2 = not self.police and row["role"] != "analyst"
        self.whole_accounting = not self.police or row["role"] == "records"
        self._connection = connection
        self._staff_id = staff_id
        self._now = now
        self._policy = policy.split(",")
        self._papers: dict[int, list[sqlite3.Row]] = {}
        self._told: set[Told] = set()
        self._part2: set[Told] = set()
        self.part2: set[tuple[str, int]] = set()  # records under Part 2 that were shown

    @property
    def notice(self) -> str | None:
        """What goes with a page that shows something under Part 2, and the paper that allows it."""
        papers = [row for rows in self._papers.values() for row in rows]
        used = {told.consent_id for told in self._part2}
        said = {row["id"]: _paper(row) for row in papers if row["id"] in used}
        return " ".join([NOTICE, *said.values()]) if self.part2 else None

    # ------------------------------------------------------------ which records are hidden

    def referrals(self, ids: Iterable[int]) -> dict[int, Hidden]:
        """Of these referrals those hidden."""
        return self._hidden("referral", ids, ("referrals",))

    def connected(self, ids: Iterable[int]) -> dict[int, Hidden]:
        """Of these referrals those whose provider is not named."""
        return self._hidden("referral", ids, ("connected", "referrals"))

    def follow_ups(self, ids: Iterable[int]) -> dict[int, Hidden]:
        """Of these follow-ups those hidden."""
        return self._hidden("follow_up", ids, ("follow_ups",))

    def assessments(self, ids: Iterable[int]) -> dict[int, Hidden]:
        """Of these needs assessments those hidden."""
        return self._hidden("need_assessment", ids, ("needs",))

    def plans(self, ids: Iterable[int]) -> dict[int, Hidden]:
        """Of these plans those hidden."""
        return self._hidden("plan", ids, ("plan",))

    def turns(self, ids: Iterable[int]) -> dict[int, Hidden]:
        """Of these turns of a worker with a person or household those hidden."""
        return self._hidden("worker", ids, ("worker",))

    def consults(self, ids: Iterable[int]) -> dict[int, Hidden]:
        """Of these consults those whose note is hidden: Human Services' own."""
        return self._hidden("consult", ids, ("care_notes",))

    def turn_with(self, turn: int, person_id: int) -> Hidden | None:
        """A household's turn as one with a member: their own consent counts."""
        return self._hidden("worker", [turn], ("worker",), lambda _row: person_id).get(turn)

    def _hidden(
        self,
        record: str,
        ids: Iterable[int],
        scopes: tuple[str, ...],
        person: Callable[[sqlite3.Row], int | None] = lambda row: row["person_id"],
    ) -> dict[int, Hidden]:
        if not self.police:
            return {}
        asked = {"ids": json.dumps(sorted(set(ids))), "viewer": self._staff_id}
        found = self._connection.execute(_OF[record], asked).fetchall()
        hidden = {}
        for row in found:
            if not self._shows(row, person(row), scopes):
                hidden[row["id"]] = Hidden(
                    row["agency"], bool(row["open"]), bool(row["own"]), bool(row["part2"])
                )
            elif row["part2"]:
                self.part2.add((record, row["id"]))
        return hidden

    # ------------------------------------------------------------ the rule

    def _shows(self, row: sqlite3.Row, person_id: int | None, scopes: tuple[str, ...]) -> bool:
        if row["part2"]:  # whoever made it
            return self._by_consent(person_id, (PART2,))
        if not row["theirs"] or row["own"] or self._by_consent(person_id, scopes):
            return True
        allowed = next((scope for scope in scopes if scope in self._policy), None)
        if allowed is not None and person_id is not None:
            from ccu.records import consents

            self._told.add(consents.Told(person_id, allowed, None, consents.POLICY))
        return allowed is not None

    def _by_consent(self, person_id: int | None, scopes: tuple[str, ...]) -> bool:
        """Whether a paper of this human being covers one of the scopes; it is remembered."""
        if person_id is None:
            return False
        from ccu.records import consents

        if person_id not in self._papers:
            same = person_ids.same(self._connection, [person_id])
            today = self._now.date().isoformat()
            self._papers[person_id] = consents.in_force(self._connection, same, POLICE, today)
        for scope in scopes:
            for paper in self._papers[person_id]:
                if consents.covers(paper["scope"], scope):
                    told = consents.Told(person_id, scope, paper["id"], paper["purpose"])
                    self._told.add(told)
                    if scope == PART2:
                        self._part2.add(told)
                    return True
        return False

    # ------------------------------------------------------------ what was shown

    @property
    def to_keep(self) -> bool:
        """Whether something was shown that `keep` records: else the file need not be written."""
        return bool(self._told)

    def keep(self) -> None:
        """Record what was shown by consent or policy, inside the caller's transaction."""
        if self._told:
            at = dates.to_iso(self._now)
            from ccu.records import consents

            consents.keep_shown(self._connection, self._staff_id, self._told, at)
            self._told.clear()
