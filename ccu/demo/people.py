"""Who the people of the story are: what is known of them, who belongs to whom, and what helps."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta

from ccu import dates
from ccu.demo import story
from ccu.households import relations
from ccu.households import store as households
from ccu.people import store as people
from ccu.plans import store as plans

if TYPE_CHECKING:
    from ccu.demo.build import Town

# What was learnt of them since they were first met. Telephone numbers of 555-01.. belong to nobody.
LEARNT: dict[story.Person, dict[str, Any]] = {
    story.ROWAN: {"birth_date": "1991-03-14", "home": "12 Main St Apt 3", "housing": "housed"},
    story.JUNO: {"birth_date": "1988-11-02", "phone": "203-555-0141", "language": "English"},
    story.WALTER: {"birth_date": "1941-06-09", "home": "77 Ferry Ln", "housing": "housed"},
    story.HARRIET: {"birth_date": "1944-02-20", "home": "77 Ferry Ln", "phone": "203-555-0177"},
}
# Juno again, as she said her name at the desk: a second record of one human being.
AGAIN = {"given_name": "Junie", "family_name": "Sample", "birth_date": "1988-11-02"}

FAMILIES = (
    (story.JUNO, "sibling", story.ROWAN),
    (story.HARRIET, "spouse", story.WALTER),
)


@dataclass(frozen=True)
class Helps:
    """A plan: for whom, how many days ago it was approved (None: still a draft), its text."""

    person: story.Person
    approved: int | None
    body: dict[str, Any] = field(hash=False)


PLANS = (
    Helps(story.ROWAN, 30, {
        "baseline": ["quiet, dry humour, draws"],
        "early_signs": ["answers get short", "lights on at all hours"],
        "triggers": ["several people talking at once"],
        "helps": ["one person talks, the other waits in the hall", "lights low",
                  "asking about drawing"],
        "avoid": ["standing in the way of the door"],
        "steps": ["say your first name and why you came", "ask what kind of night it is",
                  "offer to call Blair Placeholder together"],
        "safety": [{"on": "", "source": "hospital", "text": "cut a hand on broken glass"}],
        "contacts": [{"name": "Blair Placeholder", "who": "clinician", "phone": "203-555-0102"}],
    }),
    Helps(story.WALTER, None, {
        "helps": ["speak slowly on his left side", "walk with him a little before turning home"],
        "avoid": ["uniform caps", "raising the voice"],
        "contacts": [{"name": "Harriet Example", "who": "wife", "phone": "203-555-0177"}],
    }),
)  # fmt: skip


def learn(made: "Town") -> None:
    """What is known of them by now, and the record that is one too many."""
    at = dates.to_iso(made.session.now)
    with made.session.writing() as connection:
        for person, fields in LEARNT.items():
            said = people.Said(fields=fields)
            people.change(connection, made.officer, made.people[person], said, at)
        people.create(connection, made.staff[story.CLINICIAN], people.Said(fields=AGAIN), at)


def relate(made: "Town") -> None:
    """Their families, each a household."""
    at = dates.to_iso(made.session.now)
    by = made.staff[story.CLINICIAN]
    with made.session.writing() as connection:
        for one, relation, other in FAMILIES:
            pair = [made.people[one], made.people[other]]
            relations.link(connection, by, pair[0], relation, pair[1], False)
            household_id = households.add(connection, by, at)
            for person_id in pair:
                households.join(connection, by, household_id, person_id, at=at)


def plan(made: "Town") -> None:
    """What helps: one plan in force, one that waits for the sergeant."""
    for each in PLANS:
        _write(made, each)


def _write(made: "Town", told: Helps) -> None:
    session, by = made.session, made.staff[story.CLINICIAN]
    day = session.today - timedelta(days=told.approved or 1)
    at = dates.to_iso(story.moment(session.now, told.approved or 1, "15:00"))
    body = {name: told.body.get(name, []) for name in plans.FIELDS}
    for concern in body["safety"]:
        concern["on"] = concern["on"] or (session.today - timedelta(days=171)).isoformat()
    whose = plans.Whose(person_id=made.people[told.person])
    with session.writing() as connection:
        plan_id, _withdrawn = plans.add(connection, by, whose, body, at=at, today=day)
        if told.approved is not None:
            row = plans.read(connection, plan_id, day)
            plans.approve(
                connection, made.staff[story.SERGEANT], row, _days(made, day),
                at=at, today=day, reason=None,
            )  # fmt: skip


def _days(made: "Town", approved: date) -> dict[str, str]:
    months = made.session.settings.number
    return {
        "approved_on": approved.isoformat(),
        "review_on": str(approved + relativedelta(months=months("plan_review_months"))),
        "expires_on": str(approved + relativedelta(months=months("plan_expiry_months"))),
    }
