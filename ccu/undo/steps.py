"""How each change is taken back: over the verbs that the features have for it.

STEPS is the table. A change that is not in it is not undone automatically; `instead` names the
command for it.
"""

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ccu.calls import consult_store, triage_store
from ccu.calls import store as calls
from ccu.calls import undo_store as call_undo
from ccu.errors import InvalidInput
from ccu.follow_ups import store as follow_ups
from ccu.follow_ups import undo_store as follow_up_undo
from ccu.people import merge_store
from ccu.people import undo_store as person_undo
from ccu.places import flags
from ccu.places import merge_store as place_merges
from ccu.plans import store as plans
from ccu.records import table
from ccu.referrals import needs_store
from ccu.referrals import store as referrals
from ccu.referrals import undo_store as referral_undo
from ccu.referrals.store import Update
from ccu.undo import last_store
from ccu.undo.last_store import REASON, Last
from ccu.work import Work


class Step(NamedTuple):
    """How one action is taken back.

    `right` is a row of the table of roles; `past` is what was done, in a word; `ask` the question;
    `take_back` does it and returns what it did; `command` is for who has to do it by hand.
    """

    right: str
    past: str
    ask: str
    take_back: Callable[[Work, Last], str]
    command: str


def instead(action: str, record_id: int) -> str:
    """Return the command for a change that is not undone automatically."""
    if action in STEPS:
        return f"ccu {STEPS[action].command}".replace("N", str(record_id), 1)
    command = _BY_HAND.get(action) or _BY_NOUN.get(action.partition("-")[0], "--help")
    return f"ccu {command}".replace(" N", f" {record_id}")


# ---------------------------------------------------------------- calls


def _void_call(work: Work, last: Last) -> str:
    calls.void(work, last.record_id, REASON)
    added = call_undo.people_added(work.connection, last.record_id)
    people = ""
    if added:
        commands = ", ".join(f"ccu person void {each}" for each in added)
        people = f" People that it added stay on file; to remove them: {commands}"
    return f"Voided call {last.record_id}; it is kept, but not in counts or cards.{people}"


def _unvoid_call(work: Work, last: Last) -> str:
    call_undo.unvoid(work, last.record_id, REASON)
    return f"Call {last.record_id} is no longer void."


def _edit_call_back(work: Work, last: Last) -> str:
    call_undo.restore(work, last.record_id, _before(work, last), REASON)
    return f"Call {last.record_id} has its earlier values again."


def _undecide(work: Work, last: Last) -> str:
    was = last_store.before(work.connection, last, ["no_action"], work.staff_id)["no_action"]
    triage_store.decide(work, last.record_id, was, REASON)
    return f"Took back the decision on call {last.record_id}."


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
        raise InvalidInput("a note on a referral stays")
    done = referral_undo.step_back(work, last.record_id, owner)
    opened = ", ".join(map(str, done.opened))
    again = f"; follow-ups open again: {opened}" if opened else ""
    return f"Referral {last.record_id}: {done.after} again (was {done.before}){again}."


def _unname(work: Work, last: Last) -> str:
    referral_undo.unname(work, last.record_id, REASON)
    return f"Referral {last.record_id} names nobody again."


# ---------------------------------------------------------------- follow-ups


def _cancel(work: Work, last: Last) -> str:
    follow_up_undo.void(work, last.record_id, REASON, alone=True)
    return f"Cancelled follow-up {last.record_id}."


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
    table.change(work, "follow_up", row, before, REASON)
    return f"Follow-up {last.record_id} is as it was before."


# ---------------------------------------------------------------- consults, needs, people, places


def _consult_back(work: Work, last: Last) -> str:
    row = table.require(work.connection, "consult", last.record_id)
    table.change(work, "consult", row, _before(work, last), REASON)
    return f"Consult {last.record_id} has its earlier values again."


def _void_consult(work: Work, last: Last) -> str:
    consult_store.void(work, last.record_id, REASON)
    return f"Voided consult {last.record_id}; it is kept, but not in lists or figures."


def _void_needs(work: Work, last: Last) -> str:
    needs_store.void(work, last.record_id, REASON)
    return f"Voided needs assessment {last.record_id}; it is kept, but counts as none."


def _needs_back(work: Work, last: Last) -> str:
    before = _before(work, last)
    if "answers" in before:
        needs_store.edit(work, last.record_id, before["answers"], REASON)
        return f"Needs assessment {last.record_id} has its earlier answers again."
    row = table.require(work.connection, "need_assessment", last.record_id)
    table.change(work, "need_assessment", row, before, REASON)
    return f"Needs assessment {last.record_id} is no longer void."


def _remove_person(work: Work, last: Last) -> str:
    person_undo.void(work, last.record_id)
    return f"Removed person {last.record_id}."


def _person_back(work: Work, last: Last) -> str:
    person_undo.restore(work, last.record_id, _before(work, last), REASON)
    return f"Person {last.record_id} has the earlier values again."


def _unmerge_person(work: Work, last: Last) -> str:
    merge_store.unmerge(work, last.record_id)
    return f"Person {last.record_id} is apart from person {last.detail['into']} again."


def _unmerge_place(work: Work, last: Last) -> str:
    place_merges.unmerge(work, last.record_id)
    return f"Place {last.record_id} is apart from place {last.detail['into']} again."


# ---------------------------------------------------------------- flags and plans


def _end_flag(work: Work, last: Last) -> str:
    flags.end(work, last.record_id, "wrong")
    return f"Flag {last.record_id} has ended: {flags.ENDS['wrong']}."


def _reopen_flag(work: Work, last: Last) -> str:
    flags.reopen(work, last.record_id, REASON)
    return f"Flag {last.record_id} is on its place again."


def _unverify_flag(work: Work, last: Last) -> str:
    row = table.require(work.connection, "place_flag", last.record_id)
    table.change(work, "place_flag", row, _before(work, last), REASON)
    return f"Flag {last.record_id} is as it was before it was verified."


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


def _unreview_plan(work: Work, last: Last) -> str:
    _plan_back(work, last, last.detail.get("fields", ()))
    return f"Plan {last.record_id} has its earlier days again."


def _unexpire_plan(work: Work, last: Last) -> str:
    _plan_back(work, last, ["status"])
    row = plans.read(work.connection, last.record_id, work.today)
    return f"Plan {last.record_id} is {row['state']} again."


def _plan_back(work: Work, last: Last, fields: Iterable[str]) -> None:
    row = plans.read(work.connection, last.record_id, work.today)
    before = last_store.before(work.connection, last, fields, work.staff_id)
    plans.take_back(work, row, before, REASON)


def _before(work: Work, last: Last) -> dict[str, Any]:
    """Return what the fields that the event names held before it."""
    fields = last.detail.get("fields", ())
    return last_store.before(work.connection, last, fields, work.staff_id)


# ---------------------------------------------------------------- the table


_BACK = "Restore the earlier values?"

STEPS = {
    "log-call": Step("call void", "logged", "Void it?", _void_call, "call void N --reason WHY"),
    "amend": Step("call edit", "edited", _BACK, _edit_call_back, "call edit N"),
    "void": Step("call unvoid", "voided", "Bring it back?", _unvoid_call, "call unvoid N"),
    "unvoid": Step("call void", "brought back", "Void it again?", _void_call, "call void N"),
    "call-decide": Step("call decide", "decided", "Take that back?", _undecide, "call decide N"),
    "refer": Step(
        "referral update", "made", "Mark it as entered in error?", _unrefer,
        "referral update N --status entered_in_error",
    ),
    "referral-update": Step(
        "referral update", "updated", "Take that step back?", _step_back, "referral update N"
    ),
    "referral-name": Step(
        "referral update", "given a person", "Take the person off it?", _unname,
        "referral show N",
    ),
    "follow-up-add": Step(
        "follow-up void", "added", "Cancel it?", _cancel, "follow-up void N --reason WHY"
    ),
    "follow-up-done": Step(
        "follow-up void", "tried", "Void that attempt?", _void_attempt,
        "follow-up void N --attempt --reason WHY",
    ),
    "follow-up-move": Step(
        "follow-up move", "moved", "Move it back?", _follow_up_back, "follow-up move N"
    ),
    "follow-up-void": Step(
        "follow-up void", "cancelled", "Bring it back?", _follow_up_back, "follow-up reopen N"
    ),
    "follow-up-reopen": Step(
        "follow-up void", "reopened", "Close it again?", _follow_up_back, "follow-up done N"
    ),
    "consult-add": Step(
        "consult void", "added", "Void it?", _void_consult, "consult void N --reason WHY"
    ),
    "needs-record": Step(
        "needs void", "recorded", "Void it?", _void_needs, "needs void N --reason WHY"
    ),
    "consult-edit": Step("consult edit", "edited", _BACK, _consult_back, "consult edit N"),
    "needs-edit": Step("needs edit", "edited", _BACK, _needs_back, "needs edit N"),
    "person-add": Step(
        "person void", "added", "Remove the record for good?", _remove_person, "person void N"
    ),
    "person-change": Step("person edit", "edited", _BACK, _person_back, "person edit N"),
    "person-merge": Step(
        "person unmerge", "merged", "Separate the two again?", _unmerge_person, "person unmerge N"
    ),
    "place-merge": Step(
        "place unmerge", "merged", "Separate the two again?", _unmerge_place, "place unmerge N"
    ),
    # Its writer may take back a flag that nobody else verified, though not end another one.
    "flag-add": Step("place flag", "added", "Take it off?", _end_flag, "place unflag N"),
    "flag-end": Step("place unflag", "ended", "Put it on again?", _reopen_flag, "place flag"),
    "flag-verify": Step(
        "place verify", "verified", "Take that back?", _unverify_flag, "place unflag N"
    ),
    "plan-write": Step("plan write", "written", "Withdraw it?", _withdraw_plan, "plan expire N"),
    "plan-approve": Step(
        "plan approve", "approved", "Make it a draft again?", _unapprove_plan, "plan expire N"
    ),
    "plan-review": Step(
        "plan review", "reviewed", "Take that back?", _unreview_plan, "plan expire N"
    ),
    "plan-expire": Step(
        "plan expire", "ended", "Bring it back?", _unexpire_plan, "plan write"
    ),
}  # fmt: skip

# What has a command of its own, where the noun's is not enough.
_BY_HAND = {
    "attempt-void": "follow-up done N",
    "consent-grant": "consent revoke N",
    "provider-add": "provider edit N",
    "provider-change": "provider edit N",
    "person-unmerge": "person merge",
    "place-unmerge": "place merge",
    "code-add": "codes retire",
    "code-care": "codes add",
    "code-rename": "codes rename",
    "code-retire": "codes add",
    "person-link": "person unlink",
    "place-category": "place flag --help",
    "plan-answer": "plan write",
    "plan-suggest": "plan answer",
    "referral-reopen": "referral update N",
    "staff-add": "staff retire",
    "staff-change": "staff edit",
    "staff-retire": "staff add",
    "person-unlink": "person link",
    "person-void": "person add",
    "worker-assign": "worker end",
    "worker-end": "worker assign",
    "seal": "seal lift N",
    "hold": "retention release N",
    "release": "retention hold",
}
# Changes that no command takes back, and why.
STAYS = {
    "audit-rekey": "the new audit key stays",
    "consent-disclose": "a disclosure stays on record, for what was told cannot be taken back",
    "deidentify": "what was removed cannot be brought back",
    "destroy": "what was destroyed cannot be brought back",
    "import": "an import stays; a corrected file, imported again, changes its calls",
    "parcel-key": "the key for parcels stays, for senders may have it",
    "purge": "what was purged cannot be brought back",
    "restore": "the restored file stays; what was there before it is kept beside it",
}
# The first word of an action -> the command whose help lists what there is.
_BY_NOUN = {
    **{noun: f"{noun} --help" for noun in ("consent", "household", "person", "place", "plan")},
    **{noun: f"{noun} --help" for noun in ("provider", "referral", "retention", "staff")},
    "code": "codes --help",
    "follow": "follow-up --help",
    "frequent": "frequent --help",
    "setting": "settings --help",
}


# Those that are described by what they changed.
EDITS = frozenset(action for action, step in STEPS.items() if step.ask == _BACK)


def refuse_dependents(connection: sqlite3.Connection, last: Last) -> None:
    """Raise InvalidInput where something was made from the record that would go."""
    if last.action == "log-call":
        made = call_undo.made_from(connection, last.record_id)
    elif last.action == "refer":
        made = referral_undo.made_from(connection, last.record_id)
    else:
        made = []
    if made:
        raise InvalidInput(f"{' and '.join(made)} came after it")
