"""How each change is undone: by the feature's function for it.

STEPS is the table, its texts are in steps.toml. A change that is not in it is not undone
automatically; `instead` names the command for it.
"""

import re
import sqlite3
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ccu.calls import change_store as call_undo
from ccu.calls import consult_store, triage_store
from ccu.calls import store as calls
from ccu.errors import InvalidInput
from ccu.follow_ups import store as follow_ups
from ccu.follow_ups import undo_store as follow_up_undo
from ccu.households import store as households
from ccu.output.text import counted, listed
from ccu.people import merge_store
from ccu.people import relations_store as relations
from ccu.people import undo_store as person_undo
from ccu.people import worker_store as workers
from ccu.places import flag_store as flags
from ccu.places import merge_store as place_merges
from ccu.plans import store as plans
from ccu.providers import store as providers
from ccu.records import codes, staff, table, town_decisions, writes
from ccu.referrals import needs_store
from ccu.referrals import store as referrals
from ccu.referrals import undo_store as referral_undo
from ccu.referrals.store import Update
from ccu.undo import import_store, last_store
from ccu.undo.last_store import REASON, Last
from ccu.work import Work

Back = Callable[[Work, Last], str | None]
MORE = "more"  # returned by a step in parts if there is another part


@dataclass(frozen=True)
class Step:
    """How one action is taken back: `back` does it; steps.toml has and explains the texts."""

    back: Back
    right: str
    command: str
    past: str = "edited"
    ask: str = "Restore the earlier values?"
    done: str = ""

    def take_back(self, work: Work, last: Last) -> str:
        """Take the change back and return what was done. Raises InvalidInput."""
        return self.back(work, last) or self.done.format(last.record_id, **last.detail)


def instead(connection: sqlite3.Connection, last: Last) -> str:
    """Return the command for a change that is not undone automatically, with its numbers.

    A word in capitals is replaced by the event's value for it, if it has one.
    """
    command = _TEXTS["by_noun"].get(last.action.partition("-")[0], "--help")
    command = _TEXTS["by_hand"].get(last.action, command)
    if last.action in STEPS:
        command = STEPS[last.action].command
    if last.action == "code-retire" and last.record in town_decisions.NAMES:
        command = command.replace("CODE", "LABEL MEANING")
    names: dict[str, Any] = {name.upper(): value for name, value in last.detail.items()} | {
        "N": last.record_id,
        "RECORD": last.record,
        "LIST": codes.LISTS.get(last.record),
        "SETTING": last.detail.get("name"),
        "TO": None,
    }
    people = last.detail.get("people")  # a list of numbers; for a call, their count
    if isinstance(people, list) and len(people) == 1:
        names["PERSON"] = people[0]
    if "LOGIN" in command:
        account = last.record_id if last.record == "staff" else last.detail.get("worker")
        names["LOGIN"] = account and staff.login_of(connection, account)
    return "ccu " + re.sub("[A-Z_]+", lambda word: str(names.get(word[0]) or word[0]), command)


# ---------------------------------------------------------------- any record


def _by(verb: Callable[..., object], *more: object) -> Back:
    """Make a step from a feature's function that takes a record's number."""

    def take_back(work: Work, last: Last) -> None:
        verb(work, last.record_id, *more)

    return take_back


def _restore(verb: Callable[..., object]) -> Back:
    """Make a step from a function that restores a record's earlier values."""

    def take_back(work: Work, last: Last) -> None:
        verb(work, last.record_id, _before(work, last), REASON)

    return take_back


def _restore_columns(work: Work, last: Last) -> None:
    """Restore the earlier values of a record's row."""
    row = table.require(work.connection, last.record, last.record_id)
    writes.change(work, last.record, row, _before(work, last), REASON)


def _before(work: Work, last: Last) -> dict[str, Any]:
    """Return the values before the event of the fields that it names."""
    fields = last.detail.get("fields", ())
    return last_store.before(work.connection, last, fields, work.staff_id)


# ---------------------------------------------------------------- calls


def _void_again(work: Work, last: Last) -> str:
    at = _before(work, last)["voided_at"]
    call_undo.void_again(work, last.record_id, at, REASON)
    return f"Call {last.record_id} is void again, as before."


def _void_call(work: Work, last: Last) -> str:
    calls.void(work, last.record_id, REASON)
    added = call_undo.people_added(work.connection, last.record_id)
    people = f" It still names {listed(added, 'person')}, added with it." if added else ""
    return f"Voided call {last.record_id}; it is kept, but not in counts or cards.{people}"


def _unedit_call(work: Work, last: Last) -> str:
    before = call_undo.people_added(work.connection, last.record_id)
    call_undo.restore(work, last.record_id, _before(work, last), REASON)
    now = call_undo.people_added(work.connection, last.record_id)
    left = (
        f" Person {each}, added with it, stays on file; to remove it: ccu person void {each}"
        for each in before
        if each not in now
    )
    return f"Call {last.record_id} has its earlier values again.{''.join(left)}"


def _undecide(work: Work, last: Last) -> str:
    was = last_store.before(work.connection, last, ["no_action"], work.staff_id)["no_action"]
    triage_store.decide(work, last.record_id, was, REASON)
    if was is None:
        return f"Took back the decision on call {last.record_id}."
    label = triage_store.label_of(work.connection, was)
    return f"Call {last.record_id} is decided as before: {label}."


# ---------------------------------------------------------------- referrals


def _unrefer(work: Work, last: Last) -> str:
    change = Update(at=work.now, status="entered_in_error", reason="other")
    done = referrals.update(work, last.record_id, change, sure=True)
    referral_undo.unlink(work.connection, last.record_id)
    closed = ", ".join(map(str, done.closed))
    gone = f"; cancelled follow-ups {closed}" if closed else ""
    return f"Referral {last.record_id}: marked as entered in error{gone}."


def _step_back(work: Work, last: Last) -> str:
    owner = last.detail.get("owner_before")
    row = table.require(work.connection, "referral", last.record_id)
    events = referral_undo.counted(work.connection, last.record_id)
    same = len(events) > 1 and events[-2]["status"] == row["status"]
    if same and owner is None:
        raise InvalidInput("a note on a referral stays; add another one that corrects it")
    done = referral_undo.step_back(work, last.record_id, owner)
    if same and owner is not None:
        return f"Referral {last.record_id}: {staff.login_of(work.connection, owner)} owns it again."
    opened = ", ".join(map(str, done.opened))
    again = f"; follow-ups open again: {opened}" if opened else ""
    return f"Referral {last.record_id}: {done.after} again (was {done.before}){again}."


# ---------------------------------------------------------------- follow-ups


def _void_attempt(work: Work, last: Last) -> str:
    done = follow_up_undo.void_attempt(work, last.record_id, REASON)
    gone = f"; cancelled follow-up {done.cancelled}" if done.cancelled else ""
    state = "open" if done.is_open else "closed"
    return f"Voided the attempt; follow-up {last.record_id} is {state}{gone}."


def _follow_up_back(work: Work, last: Last) -> str:
    row = follow_ups.read(work.connection, last.record_id)
    before = _before(work, last)
    opens = "closed_at" in before and before["closed_at"] is None
    if opens and not follow_ups.is_workable(work.connection, row["referral_id"]):
        raise InvalidInput(f"referral {row['referral_id']} has ended")
    writes.change(work, "follow_up", row, before, REASON)
    return f"Follow-up {last.record_id} is as it was before."


# ---------------------------------------------------------------- consults, needs, people, places


def _needs_back(work: Work, last: Last) -> str:
    before = _before(work, last)
    if "answers" in before:
        needs_store.edit(work, last.record_id, before["answers"], REASON)
        return f"Needs assessment {last.record_id} has its earlier answers again."
    _restore_columns(work, last)
    return f"Needs assessment {last.record_id} is no longer void."


# ---------------------------------------------------------------- households and links


def _unjoin(work: Work, last: Last) -> str:
    joined = {"household": last.record_id, **last.detail}
    if "people" not in joined:
        raise InvalidInput("an earlier version of ccu recorded it")
    who = listed(joined["people"], "person")
    households.unjoin(work, joined, _before(work, last), REASON)
    gone = "; it was new and is removed" if joined["new"] else ""
    return f"Took {who} out of household {last.record_id}{gone}."


def _rejoin(work: Work, last: Last) -> str:
    if not last.detail.get("fields"):
        raise InvalidInput("an earlier version of ccu recorded it")
    households.restore(work, last.record_id, _before(work, last), REASON)
    return f"Person {last.detail['person']} is in household {last.record_id} again."


def _unlink(work: Work, last: Last) -> str:
    who, of, joined = last.record_id, last.detail["other"], last.detail
    relations.unlink(work, who, last.detail["relation"], of)
    done = f"Person {who} and person {of} are no longer linked."
    if not joined.get("people"):
        return done
    part = replace(last, record="household", record_id=joined["household"])
    return f"{done} {_unjoin(work, part)}"


# ---------------------------------------------------------------- workers


def _unassign(work: Work, last: Last) -> str:
    assignment = _assignment(last)
    login = workers.unassign(work, assignment, last.detail["ended"], last.detail["forgot"])
    client = f"{last.record} {last.record_id}"
    return f"{login} works with {client} again." if login else f"No worker is assigned to {client}."


def _resume(work: Work, last: Last) -> str:
    client = workers.Client(**{f"{last.record}_id": last.record_id})
    return f"{workers.resume(work, client, _assignment(last))} works with {client} again."


def _assignment(last: Last) -> int:
    if "turn" not in last.detail:
        raise InvalidInput("an earlier version of ccu recorded it")
    return int(last.detail["turn"])


# ---------------------------------------------------------------- flags and plans


def _end_flag(work: Work, last: Last) -> str:
    flags.end(work, last.record_id, "wrong")
    return f"Flag {last.record_id} has ended: {flags.ENDS['wrong']}."


def _withdraw_plan(work: Work, last: Last) -> str:
    row = table.require(work.connection, "plan", last.record_id)
    plans.end(work, row, REASON)
    plans.return_to(work, last.detail["withdrawn"], "withdrawn", "draft", REASON)
    return f"Draft {last.record_id} is withdrawn."


def _unapprove_plan(work: Work, last: Last) -> str:
    fields = ("status", "approver_id", "approved_on", "review_on", "expires_on")
    _plan_back(work, last, fields)
    plans.return_to(work, last.detail["replaced"], "replaced", "approved", REASON)
    return f"Plan {last.record_id} is a draft again: it is on no card."


def _unreview_plan(work: Work, last: Last) -> None:
    _plan_back(work, last, last.detail.get("fields", ()))


def _unexpire_plan(work: Work, last: Last) -> str:
    _plan_back(work, last, ["status"])
    row = plans.read(work.connection, last.record_id, work.today)
    return f"Plan {last.record_id} is {row['state']} again."


def _plan_back(work: Work, last: Last, fields: Iterable[str]) -> None:
    row = plans.read(work.connection, last.record_id, work.today)
    before = last_store.before(work.connection, last, fields, work.staff_id)
    plans.take_back(work, row, before, REASON)


def _unimport_providers(work: Work, last: Last) -> str:
    first = last.detail["first"]
    added = range(first, first + last.detail["new"])
    changed, retired = providers.undo_import(work, last.record_id, added)
    return f"{counted(changed, 'provider')} as before, {retired} that it had added retired."


def _unimport(work: Work, last: Last) -> str | None:
    taken = import_store.found(work.connection, last.record_id)
    if import_store.take_part(work, last.record_id):
        return MORE
    stay = f" {taken.staying}" if taken.stay else ""
    return f"Took back import {last.record_id} of {taken.file_name}.{stay}"


# ---------------------------------------------------------------- the table


_BACK: dict[str, Back] = {
    "log-call": _void_call,
    "amend": _unedit_call,
    "void": _by(call_undo.unvoid, REASON),
    "unvoid": _void_again,
    "call-decide": _undecide,
    "refer": _unrefer,
    "referral-update": _step_back,
    "referral-name": _by(referral_undo.unname, REASON),
    "follow-up-add": _by(partial(follow_up_undo.void, alone=True), REASON),
    "follow-up-done": _void_attempt,
    "follow-up-move": _follow_up_back,
    "follow-up-void": _follow_up_back,
    "follow-up-reopen": _follow_up_back,
    "consult-add": _by(consult_store.void, REASON),
    "consult-edit": _restore_columns,
    "needs-record": _by(needs_store.void, REASON),
    "needs-edit": _needs_back,
    "person-add": _by(person_undo.void),
    "person-change": _restore(person_undo.restore),
    "person-merge": _by(merge_store.unmerge),
    "place-merge": _by(place_merges.unmerge),
    "household-join": _unjoin,
    "household-leave": _rejoin,
    "household-name": _restore_columns,
    "person-link": _unlink,
    "worker-assign": _unassign,
    "worker-end": _resume,
    "place-category": _restore_columns,
    "flag-add": _end_flag,
    "flag-end": _by(flags.reopen, REASON),
    "flag-verify": _restore_columns,
    "plan-write": _withdraw_plan,
    "plan-approve": _unapprove_plan,
    "plan-review": _unreview_plan,
    "plan-expire": _unexpire_plan,
    "import": _unimport,
    "provider-change": _restore(providers.change),
    "provider-import": _unimport_providers,
}
_TEXTS = tomllib.loads(Path(__file__).with_name("steps.toml").read_text(encoding="utf-8"))
STEPS = {action: Step(back, **_TEXTS["steps"][action]) for action, back in _BACK.items()}
# Those without a step whose message names the code or setting that was changed.
NAMED = frozenset({"code-add", "code-care", "code-rename", "code-retire", "setting"})
STAYS: dict[str, str] = _TEXTS["stays"]
# Those that are described by what they changed.
EDITS = frozenset(action for action, step in STEPS.items() if step.past == Step.past)


def refuse_dependents(connection: sqlite3.Connection, last: Last) -> None:
    """Raise InvalidInput if something was made from the record that would be removed."""
    if last.action == "log-call":
        made = call_undo.made_from(connection, last.record_id)
    elif last.action == "refer":
        made = referral_undo.made_from(connection, last.record_id)
    else:
        made = []
    if made:
        raise InvalidInput(f"{' and '.join(made)} came after it")
