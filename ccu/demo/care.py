"""Telling the care loop of the story, moment by moment, and the calls back to everybody else."""

import dataclasses
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
from ccu.work import Work

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
    with made.session.work() as work:
        for each in loop.PROVIDERS:
            verified = made.session.today - timedelta(days=each.verified)
            fields = {
                "name": each.name, "needs": each.needs.split(), "agency": each.agency,
                "phone": each.phone, "hours": each.hours, "eligibility": each.eligibility,
                "capacity": each.before or each.capacity, "verified_on": verified.isoformat(),
            }  # fmt: skip
            moment = story.moment(made.session.now, each.verified, "09:00")
            officer = dataclasses.replace(work, staff_id=made.officer, now=moment)
            number, _ = providers.add(officer, fields)
            providers.change(officer, number, {"capacity": each.capacity})


def tell(made: "Town") -> None:
    """The story's care loop, in the order in which it happened."""
    with made.session.work() as work:
        teller = _Teller(made, work)
        happenings = [each for told in loop.TOLD for each in teller.happenings(told)]
        for _moment, happen in sorted(happenings, key=lambda each: each[0]):
            happen()


class _Teller:
    def __init__(self, made: "Town", work: Work) -> None:
        self._made = made
        self._begun = work
        self._connection = connection = work.connection
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

    def _work(self, login: str, when: loop.When) -> Work:
        return dataclasses.replace(
            self._begun, staff_id=self._made.staff[login], now=self._at(when)
        )

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
        self._referrals[told] = referrals.make(self._work(told.by, told.when), new)

    def _go_on(self, told: loop.Referred, step: loop.Step | loop.Try | loop.Sign) -> None:
        work = self._work(step.by, step.when)
        if isinstance(step, loop.Step):
            change = referrals.Update(at=work.now, status=step.status, reason=step.reason)
            referrals.update(work, self._referrals[told], change, sure=True)
        elif isinstance(step, loop.Try):
            tried = attempts.Attempt(
                result=step.result,
                occurred_at=work.at,
                minutes=step.minutes,
                next_due=self._iso(step.again) if step.again else None,
                next_kind=step.kind,
            )
            attempts.done(work, self._due(told, signed=True), tried)
        else:
            attempts.sign(work, self._due(told, signed=False))

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
            self._work(story.CLINICIAN, told.when),
            self._made.people[told.person],
            {need: state for need, state in pairs},
            call_id=self._calls[told.call],
            occurred_at=self._iso(told.when),
        )

    def _refer_lack(self, told: loop.Referred, assessment_id: int) -> None:
        self._refer(told)
        work = self._work(told.by, told.when)
        needs.link(work, assessment_id, told.need, self._referrals[told])

    def _assign(self, told: loop.Assigned) -> None:
        whom = workers.Whom(person_id=self._made.people[told.person])
        work = self._work(told.worker, told.when)
        workers.assign(work, whom, work.staff_id, work.today.isoformat())

    def _put(self, told: loop.Due) -> None:
        work = self._work(told.owner, told.when)
        if told.call is not None:
            call_id = self._calls[told.call]
            about = follow_ups.about_call(self._connection, call_id, work.staff_id)
        else:
            person = self._made.people[told.person or story.UNKNOWN]
            about = follow_ups.about_person(work, person, work.staff_id)
        follow_ups.add(work, told.kind, about, self._iso(told.due))

    def _ask(self, told: loop.Asked) -> None:
        new = consults.NewConsult(
            asked_by=self._made.officer,
            clinician_id=self._made.staff[story.CLINICIAN],
            occurred_at=self._iso(told.when),
            minutes=told.minutes,
            call_id=self._calls[told.call],
        )
        consults.add(self._work(story.OFFICER, told.when), new)


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
