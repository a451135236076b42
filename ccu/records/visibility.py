"""What police may see of Human Services' work on a person: one rule for every screen.

An account is on the police side (`police_side`) when its role is officer, whatever its agency, or
when its agency is police and its role is none of clinician, intern, supervisor, admin. Of Human
Services' work (by owner or author) such an account sees only that it is being handled; it sees more
by the person's active consent to police, or by the setting police_sees. It always sees work that it
owns or made itself. The unit's own officer, role ccu, works the unit's referrals: any policy but an
empty one shows them (UNIT_SEES).

Records of a 42 CFR Part 2 program are shown to the police side only by a consent on part2, whoever
made the referral, and with the regulation's notice. Analysts of any agency cannot read them either.
Lists and figures leave them out for these readers (withheld.py); only of their own do they see that
it is being handled.

Every screen asks a `View` which records are hidden from its reader, and records with `keep` what it
showed by consent or policy. For other readers nothing is hidden or recorded. A screen that does not
ask shows no text, because the columns that it reads are empty (withheld.py).
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from ccu import dates
from ccu.errors import NotAllowed, NotFound
from ccu.output import Document, Section
from ccu.records import person_ids, table

if TYPE_CHECKING:
    from ccu.records.consents import Told

PART2 = "part2"
UNIT_SEES = ("worker", "plan", "connected", "referrals", "follow_ups", "needs")
NOT_POLICE = ("clinician", "intern", "supervisor", "admin")

# 42 CFR 2.32(a)(2), the short statement, as amended in 2024.
NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."


def police_side(role: str, agency: str) -> bool:
    """Return whether an account sees Human Services' work as police do."""
    return role == "officer" or (agency == "police" and role not in NOT_POLICE)


class Hidden(NamedTuple):
    """A hidden record: the label of the agency that has it, and whether it is still open."""

    agency: str
    open: bool
    own: bool  # the viewer's own, but under Part 2
    part2: bool

    @property
    def words(self) -> str:
        """Return the sentence to show in its place."""
        return f"{self.agency} {'is handling' if self.open else 'handled'} this"

    @property
    def sentence(self) -> str:
        """Return it for use after the record's name: `referral 1 is handled by Human Services`."""
        return f"{'is' if self.open else 'was'} handled by {self.agency}; ask them"

    @property
    def state(self) -> str:
        """Return the status for a list that also has the agency."""
        return "being handled" if self.open else "ended"


def refuse(record: str, hidden: dict[int, Hidden]) -> None:
    """Refuse to change a hidden record: an account that took it over could then see it.

    Raises NotFound under Part 2, as if it did not exist, and NotAllowed otherwise; the viewer's own
    may be changed.
    """
    for number, each in hidden.items():
        if each.own:
            continue
        if each.part2:
            raise NotFound(f"no {record} {number}")
        raise NotAllowed(f"{record} {number} {each.sentence}")


# The agency is always Human Services: another agency's work is hidden only under Part 2, and naming
# the agency would disclose that. `theirs` is Human Services', `own` the viewer's.
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
# record -> what differs from the default: the parts of `_FACTS`, and the scopes that open it.
_USUAL = {"owner": "recorded_by", "author": "recorded_by", "part2": "0", "open": "1", "join": ""}
RECORDS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "referral": (
        ("referrals",),
        {
            "owner": "owner_id",
            "part2": "provider.part2",
            "open": "EXISTS (SELECT 1 FROM open_referral WHERE open_referral.id = referral.id)",
            "join": "JOIN provider ON provider.id = referral.provider_id",
        },
    ),
    "follow_up": (
        ("follow_ups",),
        {
            "person": "coalesce(follow_up.person_id, referral.person_id)",
            "owner": "owner_id",
            # the reader's own follow-up names no program
            "part2": "coalesce(provider.part2 AND :viewer NOT IN (owner.id, author.id), 0)",
            "open": "EXISTS (SELECT 1 FROM open_follow_up WHERE open_follow_up.id = follow_up.id)",
            "join": "LEFT JOIN referral ON referral.id = follow_up.referral_id"
            " LEFT JOIN provider ON provider.id = referral.provider_id",
        },
    ),
    "need_assessment": (("needs",), {}),
    "plan": (("plan",), {"owner": "author_id", "author": "author_id"}),
    "worker": (
        ("worker",),
        {"owner": "staff_id", "author": "staff_id", "open": "worker.until IS NULL"},
    ),
    "consult": (("care_notes",), {"owner": "asked_by"}),
}

# Text of these records: table -> the record, the column with its number, and the replacement for
# each text column if the record is hidden. `withheld.py` applies it.
WORDS = {
    "referral": ("referral", "id", {"handoff_parties": "''"}),
    "referral_event": ("referral", "referral_id", {"note": "NULL"}),
    "follow_up": ("follow_up", "id", {"note": "''"}),
    "attempt": ("follow_up", "follow_up_id", {"note": "NULL"}),
    "consult": ("consult", "id", {"note": "NULL"}),
    "plan": ("plan", "id", {"body": "'{}'"}),
    "plan_suggestion": ("plan", "plan_id", {"text": "''", "answer": "NULL"}),
}


def _paper(row: sqlite3.Row) -> str:
    """Return the consent's scope in words, which must accompany the notice (2.32(b))."""
    return (
        f"Consent {row['id']}: 42 CFR Part 2 records to police; purpose: {row['purpose_label']};"
        f" through {dates.said(row['expires_on'])}."
    )


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
        self._policy = [*policy.split(","), *(UNIT_SEES if policy and row["role"] == "ccu" else ())]
        self._papers: dict[int, list[sqlite3.Row]] = {}
        self._hides: dict[tuple[str, int], bool] = {}
        self._told: set[Told] = set()
        self._part2: set[Told] = set()
        self.part2: set[tuple[str, int]] = set()  # records under Part 2 that were shown

    @property
    def notice(self) -> str | None:
        """Return the notice for a page that shows something under Part 2, with its consent."""
        papers = [row for rows in self._papers.values() for row in rows]
        used = {told.consent_id for told in self._part2}
        said = {row["id"]: _paper(row) for row in papers if row["id"] in used}
        return " ".join([NOTICE, *said.values()]) if self.part2 else None

    def with_notice(self, document: Document) -> Document:
        """Return the document, with the notice if the view showed something that needs it."""
        if self.notice is None:
            return document
        sections = [Section(lines=[self.notice], alert=True), *document.sections]
        return replace(document, sections=sections, data={**document.data, "notice": self.notice})

    def notice_column(
        self, rows: list[dict[str, Any]], columns: tuple[str, ...], record: str
    ) -> tuple[str, ...]:
        """Return the columns of a list, with one for the notice if a row needs it; fill it in."""
        if self.notice is None:
            return columns
        for row in rows:
            row["notice"] = self.notice if (record, row["id"]) in self.part2 else None
        return (*columns, "notice")

    # ------------------------------------------------------------ which records are hidden

    def referrals(self, ids: Iterable[int]) -> dict[int, Hidden]:
        """Return the hidden ones of these referrals."""
        return self._hidden("referral", ids)

    def connected(self, ids: Iterable[int]) -> dict[int, Hidden]:
        """Return those of these referrals whose provider is hidden."""
        return self._hidden("referral", ids, first=("connected",))

    def follow_ups(self, ids: Iterable[int]) -> dict[int, Hidden]:
        """Return the hidden ones of these follow-ups."""
        return self._hidden("follow_up", ids)

    def assessments(self, ids: Iterable[int]) -> dict[int, Hidden]:
        """Return the hidden ones of these needs assessments."""
        return self._hidden("need_assessment", ids)

    def plans(self, ids: Iterable[int]) -> dict[int, Hidden]:
        """Return the hidden ones of these plans."""
        return self._hidden("plan", ids)

    def turns(self, ids: Iterable[int]) -> dict[int, Hidden]:
        """Return the hidden ones of these assignments of workers."""
        return self._hidden("worker", ids)

    def consults(self, ids: Iterable[int]) -> dict[int, Hidden]:
        """Return those of these consults whose note is hidden: Human Services' own."""
        return self._hidden("consult", ids)

    def hides(self, record: str, number: int) -> bool:
        """Return whether a record's text is hidden; SQLite calls it for each row that it reads."""
        if (record, number) not in self._hides:
            self._hides[record, number] = number in self._hidden(record, [number])
        return self._hides[record, number]

    def assignment_with(self, assignment: int, person_id: int) -> Hidden | None:
        """Return a household's assignment as seen for one member, whose own consent counts."""
        return self._hidden("worker", [assignment], person_id).get(assignment)

    def _hidden(
        self,
        record: str,
        ids: Iterable[int],
        person_id: int | None = None,
        first: tuple[str, ...] = (),
    ) -> dict[int, Hidden]:
        if not self.police:
            return {}
        scopes, facts = RECORDS[record]
        sql = _FACTS.format(table=record, **{"person": f"{record}.person_id", **_USUAL, **facts})
        found = table.select(self._connection, sql, {}, ids=set(ids), viewer=self._staff_id)
        hidden = {}
        for row in found:
            if not self._shows(row, person_id or row["person_id"], (*first, *scopes)):
                own, part2 = bool(row["own"]), bool(row["part2"])
                hidden[row["id"]] = Hidden(row["agency"], bool(row["open"]), own, part2)
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
        """Return whether a consent of this person covers one of the scopes; remember its use."""
        if person_id is None:
            return False
        from ccu.records import consents

        if person_id not in self._papers:
            same = person_ids.same(self._connection, [person_id])
            today = self._now.date().isoformat()
            found = consents.in_force(self._connection, same, consents.POLICE, today)
            self._papers[person_id] = found
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
        """Return whether there is something for `keep` to record."""
        return bool(self._told)

    def keep(self) -> None:
        """Record what was shown by consent or policy, inside the caller's transaction."""
        if self._told:
            from ccu.records import consents

            at = dates.to_iso(self._now)
            consents.record_shown(self._connection, self._staff_id, self._told, at)
            self._told.clear()
