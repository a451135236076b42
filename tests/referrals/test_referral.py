"""`ccu referral`: its steps, two people at once, the lists, and an end for the silent ones."""

import itertools
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccu.referrals import rules

from .. import steps, typed
from ..conftest import TODAY, Ccu, examples, run_ccu
from ..steps import at, become

ENDED = [status for status in rules.STEPS if status not in rules.OPEN]
# a way from requested to each status
WAYS: dict[str, tuple[str, ...]] = {
    "requested": (),
    "accepted": ("accepted",),
    "in_progress": ("accepted", "in_progress"),
    "on_hold": ("on_hold",),
    "service_received": ("accepted", "service_received"),
    **{
        status: (status,) for status in ("contact_only", "rejected", *rules.STEPS["requested"][-5:])
    },
}


@pytest.fixture
def ccu(ccu: Ccu) -> Ccu:
    steps.start(ccu)
    return ccu


@pytest.fixture
def me(ccu: Ccu) -> str:
    rows = json.loads(ccu("staff", "list", "-f", "json").out)
    return next(str(row["login"]) for row in rows if row["role"] == "admin")


def step(ccu: Ccu, number: int, status: str, *more: str) -> None:
    reason = ("--reason", "other") if status in rules.NEEDS_REASON else ()
    done = ccu("referral", "update", str(number), "--status", status, *reason, *more)
    assert done.code == 0, done.err


def listed(ccu: Ccu, *more: str) -> list[int]:
    done = ccu("referral", "list", *more, "-f", "json")
    assert done.code == 0, done.err
    return [row["id"] for row in json.loads(done.out)]


def statuses(ccu: Ccu, number: int) -> list[str]:
    return [each["status"] for each in steps.referral(ccu, number)["events"]]


# ---------------------------------------------------------------- steps


def test_the_table_of_steps_is_complete(ccu: Ccu, db_path: Path) -> None:
    with sqlite3.connect(db_path) as hand:
        codes = dict(hand.execute("SELECT code, open FROM referral_status ORDER BY sort"))
    assert list(codes) == list(rules.STEPS)
    assert [code for code in codes if codes[code]] == list(rules.OPEN)
    reached = {after for steps in rules.STEPS.values() for after in steps}
    assert reached | {"draft", "requested"} == set(codes)
    for status in ENDED[:-1]:
        assert rules.STEPS[status] == ("entered_in_error",)
    assert rules.STEPS["entered_in_error"] == ()
    decided = {*rules.NEEDS_REASON, *rules.IMPLIED_REASON}
    assert decided | set(rules.NO_REASON) | {"contact_only"} == set(codes)


def test_each_step_is_an_event_with_who_when_and_why(ccu: Ccu, me: str) -> None:
    number = steps.refer(ccu, "--made", "2026-01-31 09:00")
    line = ("referral", "update", str(number))
    assert at("2026-01-31T12:00", *line, "--status", "Accepted", "--when", "11:00") == (
        0,
        "Referral 1: accepted (was requested).\n",
        "",
    )
    hold = at("2026-01-31T12:01", *line, "--status", "on_hold", "--reason", "Waitlisted")
    assert hold == (0, "Referral 1: on hold (was accepted).\n", "")
    events = steps.referral(ccu, number)["events"]
    assert [(each["status"], each["reason"], each["at"], each["by"]) for each in events] == [
        ("requested", None, "2026-01-31T09:00:00-05:00", me),
        ("accepted", None, "2026-01-31T11:00:00-05:00", me),
        ("on_hold", "waitlisted", "2026-01-31T12:01:00-05:00", me),
    ]
    assert events[1]["recorded_at"] == "2026-01-31T12:00:00-05:00"


def test_the_page_of_a_referral(ccu: Ccu, me: str, db_path: Path) -> None:
    steps.name(db_path, 1, "Ana", "Reyes")
    assert at("2026-01-31T10:00", "refer", "1", "--to", "1", "--need", "housing").code == 0
    assert at("2026-01-31T11:00", "referral", "update", "1", "--status", "accepted").code == 0
    line = ("referral", "update", "1", "--status", "service_received")
    assert at("2026-02-02T09:00", *line) == (
        0,
        "Referral 1: service received (was accepted); follow-ups closed: 1, 2.\n",
        "",
    )
    assert at("2026-02-03T09:00", "referral", "show", "1").out == (
        "Referral 1: Housing, Homes with Hope (service received)\n"
        "\n"
        "Status    Service received, since Mon Feb 2, 2026 09:00\n"
        "Outcome   Service received Feb 2\n"
        "About     person 1, Ana Reyes\n"
        "From      call 1, 12 MAIN ST # 3\n"
        "Provider  1, 203-555-0110\n"
        f"Owner     {me}\n"
        "Handoff   None\n"
        f"Made      01/31/2026 10:00 by {me}\n"
        "\n"
        "Events (3; to update it having seen them: --seen 3)\n"
        f"  When              By    Event             Reason  Note\n"
        f"  01/31/2026 10:00  {me:4}  Requested\n"
        f"  01/31/2026 11:00  {me:4}  Accepted\n"
        f"  02/02/2026 09:00  {me:4}  Service received\n"
        "\n"
        "Follow-ups\n"
        f"  Number  Due               Type  {'Owner':5}  Status                   Attempts\n"
        f"       1  01/31/2026 22:30  Call  {me:5}  closed 02/02/2026 09:00         0\n"
        f"       2  02/06/2026 22:30  Call  {me:5}  closed 02/02/2026 09:00         0\n"
    )


def test_a_wrong_step_names_the_allowed_ones(ccu: Ccu, me: str) -> None:
    steps.refer(ccu, "--draft")
    when = "Sat Jan 31, 2026 23:59"
    assert ccu("referral", "update", "1", "--status", "accepted") == (
        2,
        "",
        f"ccu: error: referral 1 is draft ({me}, {when}); from there it can become"
        " requested, expired, cancelled, entered in error\n",
    )
    step(ccu, 1, "requested")
    assert ccu("referral", "update", "1", "--status", "requested") == (
        2,
        "",
        f"ccu: error: referral 1 is requested ({me}, {when}) already; from there it can become"
        " accepted, on hold, contact only, rejected by provider, declined by person, unable to"
        " contact, expired, cancelled, entered in error\n",
    )


LABELS = {"declined": "declined by person", "rejected": "rejected by provider"}


@pytest.mark.parametrize("before", WAYS)
def test_only_the_steps_of_the_table_can_be_taken(before: str, ccu: Ccu, db_path: Path) -> None:
    taken = rules.STEPS[before]
    number = 0
    # What is refused changes nothing, so that one referral is enough for all of it.
    for after in sorted(rules.STEPS, key=lambda status: status in taken):
        if after in taken or not number:
            number = steps.refer(ccu)
            for status in WAYS[before]:
                step(ccu, number, status)
        kept = steps.everything(db_path)
        reason = ("--reason", "other") if after in rules.NEEDS_REASON else ()
        done = ccu("referral", "update", str(number), "--status", after, *reason)
        if after in taken:
            assert done.code == 0, done.err
            assert statuses(ccu, number)[-1] == after
        else:
            assert done.code == 2
            assert (
                f"ccu: error: referral {number} is {LABELS.get(before, before.replace('_', ' '))} ("
                in done.err
            )
            assert steps.everything(db_path) == kept


def test_an_end_is_final_but_for_a_supervisors_correction(
    ccu: Ccu, me: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps.refer(ccu)
    step(ccu, 1, "declined")
    ended = (
        2,
        "",
        f"ccu: error: referral 1 is declined by person ({me}, Sat Jan 31, 2026 23:59): it has"
        " ended; to refer again: ccu refer CALL --again-of 1; to reopen it: "
        "ccu referral reopen 1\n",
    )
    assert ccu("referral", "update", "1", "--status", "accepted") == ended
    assert ccu("referral", "update", "1", "--owner", "dlee") == ended
    error = ("referral", "update", "1", "--status", "entered_in_error", "--reason", "duplicate")
    become(monkeypatch, "dlee")
    assert ccu(*error, "--seen", "2") == (
        7,
        "",
        "ccu: error: only a supervisor or an admin can mark a closed one as entered in error\n",
    )
    become(monkeypatch, "boss")
    done = ccu(*error, "--seen", "2")
    assert done == (0, "Referral 1: entered in error (was declined by person).\n", "")
    assert ccu(*error).code == 2


def test_reasons_are_asked_for_where_they_say_something(ccu: Ccu, me: str) -> None:
    for number in range(1, 5):
        assert steps.refer(ccu) == number
    line = ("referral", "update")
    assert ccu(*line, "1", "--status", "rejected") == (
        2,
        "",
        "ccu: error: --reason is missing: rejected requires one\n",
    )
    assert ccu(*line, "1", "--status", "accepted", "--reason", "moved") == (
        2,
        "",
        "ccu: error: --reason is not used with accepted; to add an explanation: --note-file\n",
    )
    assert ccu(*line, "1", "--reason", "moved", "--owner", "dlee") == (
        2,
        "",
        "ccu: error: --reason goes with --status\n",
    )
    for number, (status, reason) in enumerate(
        (("declined", "declined"), ("unable_to_contact", "no_contact"), ("contact_only", None)), 1
    ):
        step(ccu, number, status)
        assert steps.referral(ccu, number)["events"][-1]["reason"] == reason
    assert ccu(*line, "4", "--status", "declined", "--reason", "moved").code == 0
    assert steps.referral(ccu, 4)["events"][-1]["reason"] == "moved"


def test_on_hold_its_follow_ups_stay_due(ccu: Ccu) -> None:
    steps.refer(ccu)
    step(ccu, 1, "on_hold")
    assert [each["closed_at"] for each in steps.referral(ccu, 1)["follow_ups"]] == [None, None]


def test_an_open_referral_with_nothing_due_gets_its_schedule_again(ccu: Ccu, db_path: Path) -> None:
    steps.refer(ccu)
    with sqlite3.connect(db_path) as hand:  # no command leaves it so
        hand.execute("UPDATE follow_up SET closed_at = due_at")
    assert ccu("check").code == 6
    done = ccu("referral", "update", "1", "--status", "accepted")
    assert done.out == "Referral 1: accepted (was requested); follow-ups made: 3, 4.\n"
    assert ccu("check").code == 0


def test_handing_over_takes_its_follow_ups_along(ccu: Ccu, me: str) -> None:
    steps.refer(ccu)
    assert ccu("referral", "update", "1", "--owner", "dlee") == (
        0,
        "Referral 1: requested; owner dlee.\n",
        "",
    )
    found = steps.referral(ccu, 1)
    assert {each["owner"] for each in found["follow_ups"]} == {"dlee"} == {found["owner"]["login"]}
    assert [each["owner"] for each in found["events"]] == [None, "dlee"]
    again = ccu("referral", "update", "1", "--owner", "dlee")
    assert (again.code, len(steps.referral(ccu, 1)["events"])) == (0, 2)


def test_a_note_alone_is_an_event_that_keeps_the_status(ccu: Ccu) -> None:
    steps.refer(ccu)
    done = run_ccu("referral", "update", "1", "--note-file", "-", stdin="Left word with them.\n")
    assert done == (0, "Referral 1: requested; note added.\n", "")
    assert statuses(ccu, 1) == ["requested", "requested"]
    assert steps.referral(ccu, 1)["since"] == steps.referral(ccu, 1)["events"][0]["at"]


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["update", "9", "--status", "accepted"], 3, "no referral 9"),
        (["update", "x", "--status", "accepted"], 2, "a referral is named by its number"),
        (["update", "1"], 2, "nothing to change; give"),
        (["update", "1", "--status", "acepted"], 2, "--status: not a valid referral status."),
        (["update", "1", "--status", "accepted", "--when", "2026-01-30 23:00"], 2, "--when is bef"),
        (["update", "1", "--status", "accepted", "--when", "2026-02-20 23:00"], 2, "--when"),
        (["update", "1", "--owner", "nobody"], 3, "--owner: no such account"),
        (["update", "1", "--status", "accepted", "--seen", "7"], 2, "--seen: referral 1 has 1 ev"),
        (
            ["update", "1", "--status", "accepted", "--seen", "x"],
            2,
            "--seen must be a whole number",
        ),
        (["show", "9"], 3, "no referral 9"),
        (["show", "9" * 30], 3, "no referral with that number"),
        (["expire", "1"], 2, "--reason is missing, such as provider_silent"),
        (["expire", "--reason", "other"], 2, "give the numbers of the referrals to"),
        (["expire", "1", "--stalled", "--reason", "other"], 2, "give the numbers of the referrals"),
        (["expire", "1", "9", "--reason", "other"], 3, "no referral 9"),
        (["expire", "1", "2", "--reason", "other"], 2, "referral 2 is declined"),
        (["list", "--mine", "--owner", "dlee"], 2, "--mine and --owner contradict each other"),
        (["list", "--inbox", "--all"], 2, "--inbox and --all contradict each other"),
        (["list", "--all", "--stalled"], 2, "--all and --stalled contradict each other"),
        (["list", "--owner", "nobody"], 3, "--owner: no such account"),
        (["list", "--provider", "nobody"], 3, "--provider: no such provider"),
    ],
)
def test_bad_input_is_one_sentence_and_writes_nothing(
    args: list[str], code: int, says: str, ccu: Ccu, db_path: Path
) -> None:
    steps.refer(ccu, "--made", "2026-01-31 10:00")
    steps.refer(ccu)
    step(ccu, 2, "declined")
    before = steps.everything(db_path)
    done = ccu("referral", *args)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"ccu: error: {says}")
    assert done.err.count("\n") == 1
    assert steps.everything(db_path) == before


# ---------------------------------------------------------------- two people


def test_the_second_of_two_is_told_what_changed(
    ccu: Ccu, me: str, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert at("2026-01-31T10:00", "refer", "1", "--to", "1", "--need", "housing").code == 0
    become(monkeypatch, "dlee")
    line = ("referral", "update", "1", "--status")
    # the first event is no surprise: whoever has the number knows of it
    assert at("2026-01-31T10:05", *line, "accepted").code == 0
    become(monkeypatch, me)
    before = steps.everything(db_path)
    cancel = (*line, "cancelled", "--reason", "moved")
    assert at("2026-01-31T10:10", *cancel) == (
        2,
        "",
        "ccu: error: referral 1 was changed just now: accepted (dlee, Sat Jan 31, 2026 10:05);"
        " nothing was written; if you still mean it, add --seen 2\n",
    )
    assert at("2026-01-31T11:00", *cancel, "--seen", "1") == (
        2,
        "",
        "ccu: error: referral 1 was changed since you looked: accepted (dlee, Sat Jan 31, 2026"
        " 10:05); nothing was written, ccu referral show 1 shows it\n",
    )
    assert steps.everything(db_path) == before
    note = ("referral", "update", "1", "--note-file", "-")  # is in nobody's way
    assert run_ccu("--today", "2026-01-31T10:10", *note, stdin="A word.").code == 0
    assert at("2026-01-31T10:10", *cancel, "--seen", "3").code == 0


def test_later_on_it_is_taken_as_seen(ccu: Ccu, me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert at("2026-01-31T10:00", "refer", "1", "--to", "1", "--need", "housing").code == 0
    become(monkeypatch, "dlee")
    line = ("referral", "update", "1", "--status")
    assert at("2026-01-31T10:05", *line, "accepted").code == 0
    assert at("2026-01-31T10:06", *line, "in_progress").code == 0  # one's own change
    become(monkeypatch, me)
    assert at("2026-01-31T10:20", *line, "service_received").code == 0


UPDATE = """
import sys
from ccu import access
from ccu.cli import main
login, go = sys.argv[1:3]
access.login = lambda service_account="": login
print("ready", flush=True)
sys.stdin.readline()
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize("seen", [(), ("--seen", "2")])
def test_of_two_at_the_same_moment_one_wins_and_the_other_is_told(
    seen: tuple[str, ...], ccu: Ccu, db_path: Path
) -> None:
    environment = {**os.environ, "CCU_DB": str(db_path), "CCU_TODAY": TODAY}
    wishes = {"dlee": ("accepted",), "boss": ("cancelled", "--reason", "moved")}
    for number in range(1, 6):
        assert steps.refer(ccu) == number
        step(ccu, number, "on_hold")
        both = {
            login: subprocess.Popen(
                [
                    *(sys.executable, "-c", UPDATE, login, "--today", "2026-02-02T10:00"),
                    *("referral", "update", str(number), "--status", *wish, *seen),
                ],
                env=environment,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for login, wish in wishes.items()
        }
        for process in both.values():
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in both.values():
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        ended = {
            login: (*process.communicate(), process.returncode) for login, process in both.items()
        }
        winner = next(login for login, (_, _, code) in ended.items() if code == 0)
        loser = "boss" if winner == "dlee" else "dlee"
        _, err, code = ended[loser]
        assert code == 2
        assert f"{wishes[winner][0]} ({winner}, Mon Feb 2, 2026 10:00)" in err
        assert statuses(ccu, number) == ["requested", "on_hold", wishes[winner][0]]


# ---------------------------------------------------------------- lists


def test_the_lists(ccu: Ccu, me: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps.provider(ccu, "Detox House", need="detox")
    steps.refer(ccu)
    steps.refer(ccu, "--to", "2", "--need", "detox", "--owner", "dlee")
    steps.refer(ccu)
    step(ccu, 1, "accepted")
    step(ccu, 3, "declined")
    assert listed(ccu) == [1, 2] == listed(ccu, "--open")
    assert listed(ccu, "--all") == [1, 2, 3]
    assert listed(ccu, "--inbox") == [2]
    assert listed(ccu, "--mine") == [1]
    assert listed(ccu, "--owner", "dlee") == [2]
    assert listed(ccu, "--need", "detox") == [2]
    assert listed(ccu, "--provider", "homes", "--all") == [1, 3]
    assert listed(ccu, "--status", "declined", "--status", "accepted") == [1, 3]
    become(monkeypatch, "dlee")
    assert listed(ccu, "--mine", "--inbox") == [2]


def test_an_empty_list_keeps_its_columns(ccu: Ccu) -> None:
    done = ccu("referral", "list", "-f", "csv")
    assert done.out == ('"id","status","need","provider","person","place","owner","next_due"\n')


def test_names_are_shown_only_when_asked_for_and_each_is_audited(ccu: Ccu, db_path: Path) -> None:
    steps.name(db_path, 1, "Ana", "Reyes")
    steps.refer(ccu)
    steps.refer(ccu)
    plain = ccu("referral", "list").out
    assert "Reyes" not in plain
    assert "12 MAIN ST # 3" in plain
    assert steps.audited(db_path, "referral-list") == [("referral", None)]
    assert "Ana Reyes" in ccu("referral", "list", "--names").out
    assert steps.audited(db_path, "referral-list")[1:] == [("referral", None), ("person", 1)]
    assert ccu("referral", "show", "1").code == 0
    assert steps.audited(db_path, "referral-show") == [("referral", 1), ("person", 1)]


def test_a_stranger_sees_nothing(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    steps.refer(ccu)
    become(monkeypatch, "stranger")
    for line in (
        ("referral", "list"),
        ("referral", "show", "1"),
        ("referral", "update", "1", "--status", "accepted"),
        ("referral", "expire", "1", "--reason", "other"),
        ("refer", "1", "--to", "1", "--need", "food"),
        ("needs", "show", "--person", "1"),
        ("consult", "list"),
    ):
        done = ccu(*line)
        assert (done.code, done.out) == (7, "")


def test_stalled_is_open_without_an_event_for_the_days_set(ccu: Ccu) -> None:
    assert at("2026-01-31T10:00", "refer", "1", "--to", "1", "--need", "housing").code == 0

    def stalled(moment: str) -> list[int]:
        return [row["id"] for row in json.loads(
            at(moment, "referral", "list", "--stalled", "-f", "json").out
        )]  # fmt: skip

    assert stalled("2026-02-14T09:59:59") == []
    assert stalled("2026-02-14T10:00") == [1]
    assert at("2026-02-14T10:00", "referral", "update", "1", "--owner", "dlee").code == 0
    assert stalled("2026-02-14T10:00") == []
    assert ccu("settings", "stalled_days", "7").code == 0
    assert stalled("2026-02-21T10:00") == [1]
    # real time: the night of 8 March 2026 in New York has an hour less
    assert at("2026-03-07T12:00", "referral", "update", "1", "--owner", "boss").code == 0
    assert stalled("2026-03-14T12:59") == []
    assert stalled("2026-03-14T13:00") == [1]


def test_a_try_at_a_follow_up_is_work_on_the_referral(ccu: Ccu) -> None:
    assert at("2026-01-31T10:00", "refer", "1", "--to", "1", "--need", "housing").code == 0
    tried = ("follow-up", "done", "1", "--result", "left_message", "--next", "2026-02-20 10:00")
    assert at("2026-02-10T10:00", *tried).code == 0
    listed = at("2026-02-15T10:00", "referral", "list", "--stalled", "-f", "json")
    assert json.loads(listed.out) == []
    listed = at("2026-02-24T10:00", "referral", "list", "--stalled", "-f", "json")
    assert [row["id"] for row in json.loads(listed.out)] == [1]


def test_an_intern_ends_no_referral(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    steps.refer(ccu)
    assert ccu("staff", "add", "kint", "--role", "intern", "--supervisor", "boss").code == 0
    become(monkeypatch, "kint")
    done = ccu("referral", "update", "1", "--status", "contact_only")
    assert (done.code, done.out) == (7, "")
    assert done.err.startswith("ccu: error: an intern cannot close a referral;")
    assert ccu("referral", "update", "1", "--status", "accepted").code == 0


def test_a_call_voided_later_is_shown_as_void(ccu: Ccu) -> None:
    steps.refer(ccu)
    assert ccu("call", "void", "1", "--reason", "typed twice").code == 0
    assert "call 1 (void), 12 MAIN ST # 3\n" in ccu("referral", "show", "1").out


# ---------------------------------------------------------------- expiring


def test_the_silent_ones_expire_and_each_is_named(ccu: Ccu, me: str) -> None:
    for _ in range(3):
        steps.refer(ccu, "--made", "2026-01-31 10:00")
    steps.refer(ccu)
    step(ccu, 3, "on_hold", "--when", "2026-01-31 10:00")
    line = ("referral", "expire", "--stalled", "--reason", "provider_silent")
    tried = at("2026-02-14T12:00", *line, "--dry-run")
    assert tried == (
        0,
        "Number  Was        Need     Provider         Person  Owner  Changed         "
        "  Follow-ups closed\n"
        f"     1  Requested  Housing  Homes with Hope       1  {me:5}  01/31/2026 10:00  1, 2\n"
        f"     2  Requested  Housing  Homes with Hope       1  {me:5}  01/31/2026 10:00  3, 4\n",
        "Nothing was changed: 2 referrals would expire.\n"
        "Left open, on hold: 3. To expire a referral on hold, give its number.\n",
    )
    assert statuses(ccu, 1) == ["requested"]
    done = at("2026-02-14T12:00", *line)
    assert (done.code, done.out) == (0, tried.out)
    assert done.err.startswith("Expired 2 referrals.\n")
    event = steps.referral(ccu, 2)["events"][-1]
    assert (event["status"], event["reason"]) == ("expired", "provider_silent")
    named = at("2026-02-14T12:00", "referral", "expire", "3", "4", "--reason", "moved")
    assert named.code == 0, named.err
    assert listed(ccu) == []
    assert at("2026-02-14T12:00", *line).err == "Expired 0 referrals.\n"


# ---------------------------------------------------------------- any sequence at all

STEPS = st.lists(
    st.tuples(
        st.sampled_from(sorted(rules.STEPS)),
        st.booleans(),  # with a reason
        st.sampled_from(["", "dlee", "boss"]),  # handed over
        st.sampled_from(["update", "expire", "again"]),
    ),
    max_size=6,
)
_numbers = itertools.count(1)


def rows(db_path: Path, sql: str, number: int) -> list[Any]:
    with sqlite3.connect(db_path) as hand:
        return hand.execute(sql, (number,)).fetchall()


@settings(
    max_examples=examples(8, 80),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(draft=st.booleans(), moves=STEPS)
def test_any_sequence_keeps_the_rules(
    draft: bool, moves: list[tuple[str, bool, str, str]], ccu: Ccu, db_path: Path
) -> None:
    number = steps.refer(ccu, *(["--draft"] if draft else []))
    sql = "SELECT * FROM referral_event WHERE referral_id = ? ORDER BY id"
    events = rows(db_path, sql, number)
    for status, reason, owner, verb in moves:
        before = steps.referral(ccu, number)["status"]
        if verb == "expire":
            status = "expired"
            done = ccu("referral", "expire", str(number), "--reason", "other")
        elif verb == "again":
            status = before
            done = ccu("refer", "1", "--to", "1", "--again-of", str(number), "--owner", "dlee")
        else:
            more = (["--reason", "other"] if reason else []) + (["--owner", owner] if owner else [])
            done = ccu("referral", "update", str(number), "--status", status, *more)
        now = rows(db_path, sql, number)
        assert now[: len(events)] == events  # they only grow
        allowed = (*rules.STEPS[before], *([before] if verb == "again" else []))
        assert len(now) - len(events) == (done.code == 0), done.err
        assert done.code != 0 or status in allowed
        events = now
        found = steps.referral(ccu, number)
        assert found["status"] == found["events"][-1]["status"]
        due = [each for each in found["follow_ups"] if each["closed_at"] is None]
        assert bool(due) == (found["status"] in rules.OPEN)
        assert found["owner"]["login"]
    assert ccu("check").code == 0


# ---------------------------------------------------------------- reopen


def work_screens(ccu: Ccu) -> list[Any]:
    """What people work from, and the figures of referrals."""
    lines = [
        ("referral", "list"),
        ("follow-up", "list", "--all"),
        ("history", "--call", "1"),
        ("report", "--month", "2026-01"),
    ]
    found = [json.loads(ccu(*line, "-f", "json").out) for line in lines]
    return [*found[:3], found[3]["sections"]]


def test_a_referral_closed_by_mistake_is_as_before_and_its_history_keeps_both(ccu: Ccu) -> None:
    steps.refer(ccu)
    step(ccu, 1, "accepted")
    before = work_screens(ccu)
    step(ccu, 1, "declined")
    assert work_screens(ccu) != before
    done = ccu("referral", "reopen", "1")
    assert done == (
        0,
        "Referral 1: accepted again (was declined by person); follow-ups open again: 1, 2.\n",
        "",
    )
    assert work_screens(ccu) == before
    page = ccu("referral", "show", "1").out
    assert "Declined by person (taken back)" in page
    assert "Accepted (takes back)" in page
    data = json.loads(ccu("referral", "show", "1", "-f", "json").out)
    assert [each["undone"] for each in data["events"]] == [None, None, "taken back", "takes back"]
    assert ccu("check").code == 0


def test_what_is_open_or_referred_again_is_not_reopened(ccu: Ccu) -> None:
    steps.refer(ccu)
    assert ccu("referral", "reopen", "1").err == (
        "ccu: error: referral 1 is requested: it has not ended\n"
    )
    step(ccu, 1, "declined")
    steps.refer(ccu, "--again-of", "1")
    assert ccu("referral", "reopen", "1").err == (
        "ccu: error: referral 1 was referred again as referral 2\n"
    )


def test_a_follow_up_that_was_done_before_the_end_stays_done(ccu: Ccu) -> None:
    steps.refer(ccu)
    assert ccu("follow-up", "done", "1", "--result", "reached").code == 0
    step(ccu, 1, "declined")
    assert ccu("referral", "reopen", "1").out.endswith("; follow-ups open again: 2.\n")


def test_a_person_is_named_later_once_and_undo_takes_it_off(ccu: Ccu) -> None:
    steps.call(ccu, "unknown", "unknown")
    steps.refer(ccu, call=2)
    due = json.loads(ccu("follow-up", "show", "1", "-f", "json").out)
    assert (steps.referral(ccu, 1)["person"], due["person"]) == (None, None)
    done = ccu("referral", "update", "1", "--person", "3")
    assert done == (0, "Referral 1: for person 3.\n", "")
    due = json.loads(ccu("follow-up", "show", "1", "-f", "json").out)
    assert (steps.referral(ccu, 1)["person"], due["person"]) == (3, 3)
    refused = ccu("referral", "update", "1", "--person", "2")
    assert refused.code == 2
    assert "referral 1 is for person 3; if that is wrong, refer again and close" in refused.err
    assert ccu("undo", "--yes").out == "Referral 1 names nobody again.\n"
    due = json.loads(ccu("follow-up", "show", "1", "-f", "json").out)
    assert (steps.referral(ccu, 1)["person"], due["person"]) == (None, None)


def test_a_wrong_person_named_later_writes_nothing_of_the_change(ccu: Ccu) -> None:
    steps.call(ccu, "unknown", "unknown")
    steps.refer(ccu, call=2)
    refused = ccu("referral", "update", "1", "--person", "9", "--status", "accepted")
    assert (refused.code, refused.err) == (3, "ccu: error: no person 9\n")
    assert steps.referral(ccu, 1)["status"] == "requested"


def test_at_a_terminal_an_update_asks_what_is_to_change(ccu: Ccu, db_path: Path) -> None:
    steps.refer(ccu)
    typed.answer(
        db_path,
        ("referral", "update", "1"),
        ("Referral 1 is requested. It can become:", None),
        ("1  Accepted", None),
        ("2  On hold", None),
        ("New status (Enter to skip): ", "service received"),
        ("type the number or name of one of the steps shown", None),
        ("New status (Enter to skip): ", "2"),
        ("  On hold", None),
        ("Why (number, code, or how it begins): ", "waitl"),
        ("New owner (Enter to skip): ", "dlee"),
        ("> ", ""),
        ("Save? y, n, or a number to change: ", "y"),
        ("Referral 1: on hold (was requested); owner dlee.", None),
    )
    shown = steps.referral(ccu, 1)
    assert (shown["status"], shown["events"][-1]["reason"]) == ("on_hold", "waitlisted")
    kept = ccu("referral", "update", "1")
    assert "nothing to change; give --status, --owner, --person or --note-file" in kept.err
    step(ccu, 1, "declined")
    typed.answer(
        db_path, ("referral", "update", "1"), ("referral 1 is declined by person", None), code=2
    )
