"""Telling the care loop of the story, moment by moment, and the calls back to everybody else."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ccu import dates
from ccu.calls import consults
from ccu.demo import loop, story
from ccu.follow_ups import attempts
from ccu.follow_ups import store as follow_ups
from ccu.people import workers
from ccu.providers import store as providers
from ccu.referrals import needs
from ccu.referrals import store as referrals

if TYPE_CHECKING:
    from ccu.demo.build import Town

Happening = tuple[datetime, Callable[[], object]]

OPEN_DAYS = 3  # calls back to the care calls of the last days are still to be made
_CARE_CALLS = """
SELECT id, occurred_at FROM call
WHERE care = 1 AND import_batch_id IS NOT NULL AND voided_at IS NULL ORDER BY id
"""
_CALL_BACK = """
INSERT INTO follow_up
  (kind, call_id, owner_id, due_at, closed_at, closed_by, recorded_at, recorded_by)
VALUES ('call', ?, ?, ?, ?, ?, ?, ?)
"""
# Of ten calls back six reach somebody; the call's number decides, so that a town stays the same.
_ANSWERS = """
INSERT INTO attempt (follow_up_id, occurred_at, result, minutes, recorded_at, recorded_by)
SELECT id, closed_at, CASE WHEN call_id * 7 % 10 < 6 THEN 'reached'
                           WHEN call_id * 7 % 10 < 9 THEN 'no_response' ELSE 'refused' END,
       5, closed_at, closed_by
FROM follow_up WHERE id > ? AND closed_at IS NOT NULL ORDER BY id
"""


def find_providers(made: "Town") -> None:
    """Whom the unit refers to."""
    with made.session.writing() as connection:
        for each in loop.PROVIDERS:
            verified = made.session.today - timedelta(days=each.verified)
            fields = {
                "name": each.name, "needs": each.needs.split(), "agency": each.agency,
                "phone": each.phone, "hours": each.hours, "eligibility": each.eligibility,
                "capacity": each.before or each.capacity, "verified_on": verified.isoformat(),
            }  # fmt: skip
            at = dates.to_iso(story.moment(made.session.now, each.verified, "09:00"))
            number, _ = providers.add(connection, made.officer, fields, at=at)
            now = {"capacity": each.capacity}
            providers.change(connection, made.officer, number, now, at=at)


def tell(made: "Town") -> None:
    """The story's care loop, in the order in which it happened."""
    with made.session.writing() as connection:
        teller = _Teller(made, connection)
        happenings = [each for told in loop.TOLD for each in teller.happenings(told)]
        for _moment, happen in sorted(happenings, key=lambda each: each[0]):
            happen()


class _Teller:
    def __init__(self, made: "Town", connection: sqlite3.Connection) -> None:
        self._made = made
        self._connection = connection
        self._calls = {told.days: call_id for told, call_id in made.logged.items()}
        self._providers = {each["name"]: each["id"] for each in providers.rows(connection)}
        self._referrals: dict[loop.Referred, int] = {}

    def happenings(self, told: object) -> Iterator[Happening]:
        """What is told, each part with its moment."""
        if isinstance(told, loop.Referred):
            yield self._at(told.when), lambda: self._refer(told)
            for step in told.then:
                yield self._at(step.when), lambda step=step: self._go_on(told, step)  # type: ignore[misc]
        elif isinstance(told, loop.Assessed):
            assessed: list[int] = []
            yield self._at(told.when), lambda: assessed.append(self._assess(told))
            yield (
                self._at(told.referred.when),
                lambda: self._refer_lack(told.referred, assessed[0]),
            )
        elif isinstance(told, loop.Assigned):
            yield self._at(told.when), lambda: self._assign(told)
        elif isinstance(told, loop.Due):
            yield self._at(told.when), lambda: self._put(told)
        elif isinstance(told, loop.Asked):
            yield self._at(told.when), lambda: self._ask(told)

    def _at(self, when: loop.When) -> datetime:
        return story.moment(self._made.session.now, *when)

    def _iso(self, when: loop.When) -> str:
        return dates.to_iso(self._at(when))

    def _refer(self, told: loop.Referred) -> None:
        before = None
        if told.again:
            before = next(
                number
                for other, number in reversed(self._referrals.items())
                if (other.person, other.need) == (told.person, told.need)
            )
        new = referrals.NewReferral(
            call_id=self._calls[told.call],
            person_id=self._made.people[told.person],
            need=told.need,
            provider_id=self._providers[told.to],
            owner_id=self._made.staff[told.owner],
            made_at=self._at(told.when),
            handoff=told.handoff,
            handoff_parties=told.parties,
            handoff_minutes=told.minutes,
            again_of=before,
        )
        self._referrals[told] = referrals.make(
            self._connection,
            self._made.staff[told.by],
            new,
            now=self._at(told.when),
            settings=self._made.session.settings,
        )

    def _go_on(self, told: loop.Referred, step: loop.Step | loop.Try | loop.Sign) -> None:
        by, now = self._made.staff[step.by], self._at(step.when)
        settings = self._made.session.settings
        if isinstance(step, loop.Step):
            change = referrals.Update(at=now, status=step.status, reason=step.reason)
            referrals.update(
                self._connection, by, self._referrals[told], change,
                now=now, settings=settings, sure=True,
            )  # fmt: skip
        elif isinstance(step, loop.Try):
            tried = attempts.Attempt(
                result=step.result,
                occurred_at=dates.to_iso(now),
                minutes=step.minutes,
                next_due=self._iso(step.again) if step.again else None,
                next_kind=step.kind,
            )
            due = self._due(told, signed=True)
            attempts.done(self._connection, by, due, tried, now=now, settings=settings)
        else:
            due = self._due(told, signed=False)
            attempts.sign(self._connection, by, due, now=now, settings=settings)

    def _due(self, told: loop.Referred, *, signed: bool) -> int:
        """The first follow-up of a referral to be done, or to be signed."""
        found = self._connection.execute(
            "SELECT id FROM open_follow_up WHERE referral_id = :id"
            " AND (closing_at IS NULL) = :signed ORDER BY due_unix, id LIMIT 1",
            {"id": self._referrals[told], "signed": signed},
        ).fetchone()
        return int(found["id"])

    def _assess(self, told: loop.Assessed) -> int:
        pairs = (pair.split("=") for pair in told.answers.split())
        return needs.record(
            self._connection,
            self._made.staff[story.CLINICIAN],
            self._made.people[told.person],
            {need: state for need, state in pairs},
            call_id=self._calls[told.call],
            occurred_at=self._iso(told.when),
            at=self._iso(told.when),
        )

    def _refer_lack(self, told: loop.Referred, assessment_id: int) -> None:
        self._refer(told)
        by, number = self._made.staff[told.by], self._referrals[told]
        view = self._made.session.view
        needs.link(self._connection, by, assessment_id, told.need, number, view)

    def _assign(self, told: loop.Assigned) -> None:
        whom = workers.Whom(person_id=self._made.people[told.person])
        worker, since = self._made.staff[told.worker], self._at(told.when).date().isoformat()
        workers.assign(self._connection, worker, whom, worker, since)

    def _put(self, told: loop.Due) -> None:
        owner = self._made.staff[told.owner]
        if told.call is not None:
            about = follow_ups.about_call(self._connection, self._calls[told.call], owner)
        else:
            person = self._made.people[told.person or story.UNKNOWN]
            about = follow_ups.about_person(
                self._connection, person, owner, owner, self._at(told.when).date()
            )
        follow_ups.add(
            self._connection, owner, kind=told.kind, about=about, due_at=self._iso(told.due),
            note=None, at=self._iso(told.when),
        )  # fmt: skip

    def _ask(self, told: loop.Asked) -> None:
        new = consults.NewConsult(
            asked_by=self._made.officer,
            clinician_id=self._made.staff[story.CLINICIAN],
            occurred_at=self._iso(told.when),
            minutes=told.minutes,
            call_id=self._calls[told.call],
        )
        consults.add(self._connection, self._made.officer, new, at=new.occurred_at)


def call_back(made: "Town") -> None:
    """A call back the day after each imported care call; those of the last days are still open."""
    owners = (made.staff[story.CLINICIAN], made.staff[story.OFFICER])
    since = made.session.now - timedelta(days=OPEN_DAYS)
    with made.session.writing() as connection:
        last = connection.execute("SELECT coalesce(max(id), 0) FROM follow_up").fetchone()[0]
        found = connection.execute(_CARE_CALLS)
        connection.executemany(_CALL_BACK, _called_back(found, owners, since))
        connection.execute(_ANSWERS, (last,))


def _called_back(
    found: Iterator[sqlite3.Row], owners: tuple[int, ...], since: datetime
) -> Iterator[tuple[object, ...]]:
    for call_id, occurred_at in found:
        begun = dates.from_iso(occurred_at).astimezone(since.tzinfo)
        owner = owners[call_id % len(owners)]
        due_at = dates.to_iso(dates.add_elapsed(begun, hours=24))
        is_open = begun > since
        done = (None, None) if is_open else (due_at, owner)
        yield call_id, owner, due_at, *done, occurred_at, owner
