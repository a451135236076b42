"""`ccu follow-up`: added, tried, moved, signed, listed; nobody is left with nothing due."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from .. import steps, typed
from ..conftest import Ccu, run_ccu
from ..steps import at, become

NOW = "2026-01-31T14:00"  # a Saturday


@pytest.fixture
def ccu(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    monkeypatch.setenv("CCU_TODAY", NOW)
    steps.start(ccu)
    return ccu


def listed(ccu: Ccu, *more: str) -> list[dict[str, Any]]:
    done = ccu("follow-up", "list", *more, "-f", "json")
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = json.loads(done.out)
    return found


def shown(ccu: Ccu, number: int, *more: str) -> dict[str, Any]:
    done = ccu("follow-up", "show", str(number), *more, "-f", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def add(ccu: Ccu, *about: str, due: str = "tomorrow 10:00") -> None:
    done = ccu("follow-up", "add", *about, "--kind", "visit", "--due", due)
    assert done.code == 0, done.err


def login(ccu: Ccu) -> str:
    rows = json.loads(ccu("staff", "list", "-f", "json").out)
    return next(str(row["login"]) for row in rows if row["role"] == "admin")


# ---------------------------------------------------------------- adding


def test_one_is_added_for_a_call_a_person_or_a_referral(ccu: Ccu) -> None:
    me = login(ccu)
    kind = ("--kind", "visit", "--due", "tomorrow 10:00")
    assert ccu("follow-up", "add", "--call", "1", *kind) == (
        0,
        f"Added follow-up 1: Visit, due Sun Feb 1, 2026 10:00, {me}.\n",
        "",
    )
    steps.refer(ccu, "--owner", "dlee")
    assert ccu("follow-up", "add", "--referral", "1", "--kind", "letter", "--due", "monday") == (
        0,
        "Added follow-up 4: Letter, due Mon Feb 2, 2026 23:59, dlee.\n",
        "",
    )
    assert ccu("follow-up", "add", "--person", "1", *kind, "--owner", "boss").out == (
        "Added follow-up 5: Visit, due Sun Feb 1, 2026 10:00, boss.\n"
    )
    of_referral = "referral 1, person 1, 12 MAIN ST # 3"
    assert [(row["id"], row["for"]) for row in listed(ccu)] == [
        (2, of_referral),  # 24 hours after the end of the call, at 22:30
        (1, "call 1, person 1, 12 MAIN ST # 3"),
        (5, "person 1"),
        (4, of_referral),
        (3, of_referral),
    ]


@pytest.mark.parametrize(
    ("typed", "due", "moved"),
    [
        ("tomorrow", "2026-02-03", True),  # a Sunday, and Monday is a holiday
        ("in 1 day", "2026-02-03", True),
        ("+2d", "2026-02-03", True),
        ("in 3 days", "2026-02-03", False),
        ("sunday", "2026-02-01", False),
        ("2/1/2026", "2026-02-01", False),
        ("tomorrow 10:00", "2026-02-01", False),
    ],
)
def test_a_day_that_is_counted_is_an_office_day_and_printed(
    typed: str, due: str, moved: bool, ccu: Ccu
) -> None:
    assert ccu("settings", "office_hours", "mon-fri 08:30-16:30").code == 0
    assert ccu("settings", "holidays", "2/2/2026").code == 0
    done = ccu("follow-up", "add", "--person", "1", "--kind", "visit", "--due", typed)
    assert done.code == 0, done.err
    assert shown(ccu, 1)["due"].startswith(due)
    assert ("due Tue Feb 3, 2026. To have the day itself, write 02/0" in done.err) is moved


def test_a_person_with_a_worker_is_theirs(ccu: Ccu) -> None:
    assert ccu("worker", "assign", "--person", "1", "--staff", "dlee").code == 0
    add(ccu, "--person", "1")
    assert listed(ccu)[0]["owner"] == "dlee"


def test_a_terminal_is_asked_for_what_is_missing(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    from ..conftest import run_ccu

    typed = "visit\n2026-01-01\nfriday\ny\n"
    done = run_ccu("follow-up", "add", "--call", "1", stdin=typed, tty=True)
    assert done.code == 0
    assert done.out == f"Added follow-up 1: Visit, due Fri Feb 6, 2026 23:59, {login(ccu)}.\n"
    assert "Due is in the past" in done.err


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        ([], 2, "give one of --referral, --call and --person"),
        (["--call", "1", "--person", "1"], 2, "give one of --referral, --call and --person"),
        (["--call", "9"], 3, "no call 9"),
        (["--referral", "9"], 3, "no referral 9"),
        (["--person", "9"], 3, "no person 9"),
        (["--person", "Rowan"], 2, "a person is named by its number, such as 12"),
        (["--call", "1", "--due", "friday"], 2, "--kind is missing"),
        (["--call", "1", "--kind", "visit"], 2, "--due is missing"),
        (["--call", "1", "--kind", "dance", "--due", "friday"], 2, "--kind: not a valid"),
        (["--call", "1", "--kind", "visit", "--due", "yesterday"], 2, "--due is in the past"),
        (["--call", "1", "--kind", "visit", "--due", "13:59"], 2, "--due is in the past"),
        (["--call", "1", "--kind", "visit", "--due", "2"], 2, '--due "2" is only a number'),
        (["--call", "1", "--kind", "visit", "--due", "Rowan"], 2, "--due cannot be read"),
        (
            ["--call", "1", "--kind", "visit", "--due", "friday", "--owner", "x"],
            3,
            "--owner: no such account",
        ),
        (
            ["--call", "1", "--kind", "visit", "--due", "friday", "--note-file", "none.txt"],
            2,
            "cannot read --note-file: no such file",
        ),
    ],
)
def test_what_cannot_be_added_is_one_sentence(
    args: list[str], code: int, says: str, ccu: Ccu, db_path: Path
) -> None:
    before = steps.everything(db_path)
    done = ccu("follow-up", "add", *args)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"ccu: error: {says}")
    assert done.err.count("\n") == 1
    assert steps.everything(db_path) == before


def test_what_is_over_is_not_followed_up(ccu: Ccu, db_path: Path) -> None:
    steps.refer(ccu)
    assert ccu("referral", "update", "1", "--status", "declined").code == 0
    kind = ("--kind", "visit", "--due", "tomorrow")
    assert ccu("follow-up", "add", "--referral", "1", *kind).err == (
        "ccu: error: referral 1 has ended; follow up its --person or --call\n"
    )
    assert ccu("call", "void", "1", "--reason", "twice").code == 0
    assert ccu("follow-up", "add", "--call", "1", *kind).err == "ccu: error: call 1 is void\n"
    steps.call(ccu, "unknown")
    steps.merge(db_path, 2, 1)
    assert ccu("follow-up", "add", "--person", "2", *kind).err == (
        "ccu: error: person 2 was merged into person 1\n"
    )


# ---------------------------------------------------------------- done


def test_a_failed_attempt_leaves_it_open_with_a_new_due_date(ccu: Ccu) -> None:
    add(ccu, "--call", "1")
    tried = ("follow-up", "done", "1", "--result", "left_message")
    assert ccu(*tried) == (
        2,
        "",
        "ccu: error: --next is missing: after that result the follow-up stays open\n",
    )
    assert ccu(*tried, "--next", "monday 09:00", "--minutes", "5").out == (
        "Attempt 1 at follow-up 1: left message. Next due Mon Feb 2, 2026 09:00.\n"
    )
    done = ccu("follow-up", "done", "1", "--result", "not_reached", "--when", "13:30",
               "--next", "in 3 days", "--next-kind", "letter")  # fmt: skip
    assert done.out == "Attempt 2 at follow-up 1: not reached. Next due Tue Feb 3, 2026 23:59.\n"
    (row,) = listed(ccu)
    assert (row["due"], row["what"], row["attempts"]) == ("2026-02-03 23:59", "Letter", 2)
    attempts = shown(ccu, 1)["attempts"]
    assert [(each["number"], each["result"], each["minutes"]) for each in attempts] == [
        (1, "Left message", 5),
        (2, "Not reached", None),
    ]


def test_what_is_due_next_is_proposed_at_a_terminal(ccu: Ccu) -> None:
    add(ccu, "--call", "1")
    done = run_ccu("follow-up", "done", "1", stdin="left\n\n\ny\n", tty=True)
    assert done.out == "Attempt 1 at follow-up 1: left message. Next due Sun Feb 1, 2026 14:00.\n"
    assert "When to try again [Sun Feb 1, 2026 14:00]: " in done.err
    assert ccu("settings", "office_hours", "mon-fri 08:30-16:30").code == 0
    done = run_ccu("follow-up", "done", "1", stdin="not_reached\n\n\ny\n", tty=True)
    assert "When to try again [Mon Feb 2, 2026 08:30]: " in done.err
    ended = run_ccu("follow-up", "done", "1", stdin="reached\n\ny\n", tty=True)
    assert ended.out == "Closed follow-up 1: reached.\n"


def test_a_result_changed_in_the_review_takes_its_next_date_back(ccu: Ccu) -> None:
    add(ccu, "--call", "1")
    typed = "left\nno answer at the door\n\nmonday\n1\nreached\ny\n"
    done = run_ccu("follow-up", "done", "1", stdin=typed, tty=True)
    assert done.out == "Closed follow-up 1: reached.\n", done.err
    assert "1  Result  Reached (closes this follow-up)\n" in done.err
    assert "2  Note    no answer at the door\n" in done.err
    assert done.err.count("3  Next") == 1


def test_n_at_the_review_saves_nothing(ccu: Ccu) -> None:
    add(ccu, "--call", "1")
    done = run_ccu("follow-up", "done", "1", stdin="reached\n\nn\n", tty=True)
    assert (done.code, done.out) == (130, "")
    assert done.err.endswith("Cancelled. Nothing was saved.\n")
    assert ccu("follow-up", "done", "1", "--result", "reached").code == 0


def test_closing_twice_reports_who_closed_it_and_when(ccu: Ccu) -> None:
    add(ccu, "--call", "1")
    closed = ("follow-up", "done", "1", "--result", "reached")
    assert ccu(*closed).out == "Closed follow-up 1: reached.\n"
    says = f"ccu: error: follow-up 1 was closed on Sat Jan 31, 2026 14:00 by {login(ccu)};"
    says += " to reopen it: ccu follow-up reopen 1\n"
    assert at("2026-02-02T09:00", *closed) == (2, "", says)
    assert ccu("follow-up", "move", "1", "--due", "friday") == (2, "", says)
    assert ccu("follow-up", "sign", "1") == (2, "", says)
    assert ccu("follow-up", "done", "99", "--result", "reached").code == 3


def test_the_second_of_two_at_once_is_told_who_closed_it(ccu: Ccu) -> None:
    from ccu.errors import InvalidInput
    from ccu.follow_ups import entry
    from ccu.follow_ups.options import AttemptOptions
    from ccu.session import Session

    def meanwhile() -> None:
        assert ccu("follow-up", "done", "1", "--result", "reached").code == 0

    add(ccu, "--call", "1")
    session = Session(None, NOW)
    with pytest.raises(InvalidInput, match="follow-up 1 was closed on Sat Jan 31, 2026 14:00 by"):
        entry.attempt(session, 1, AttemptOptions("refused", note_file=meanwhile), asking=False)
    session.close()
    assert [each["result"] for each in shown(ccu, 1)["attempts"]] == ["Reached"]


def test_an_open_referral_is_never_left_with_nothing_due(ccu: Ccu) -> None:
    steps.refer(ccu)
    done = ("--result", "reached")
    assert ccu("follow-up", "done", "1", *done).out == "Closed follow-up 1: reached.\n"
    assert ccu("follow-up", "done", "2", *done).out == (
        "Closed follow-up 2: reached. Next is follow-up 3, due Sat Feb 7, 2026 14:00.\n"
    )
    assert ccu(
        "follow-up", "done", "3", *done, "--next", "monday", "--next-kind", "letter"
    ).out == ("Closed follow-up 3: reached. Next is follow-up 4, due Mon Feb 2, 2026 23:59.\n")
    assert ccu("referral", "update", "1", "--status", "contact_only").code == 0
    assert listed(ccu) == []


def test_a_person_with_a_worker_is_never_left_with_nothing_due(ccu: Ccu) -> None:
    assert ccu("worker", "assign", "--person", "1", "--staff", "dlee").code == 0
    add(ccu, "--person", "1")
    done = ("--result", "reached")
    assert "Next is follow-up 2" in ccu("follow-up", "done", "1", *done).out
    assert listed(ccu)[0]["owner"] == "dlee"
    assert ccu("worker", "end", "--person", "1").code == 0
    assert ccu("follow-up", "done", "2", *done).out == "Closed follow-up 2: reached.\n"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "--result is missing"),
        (["--result", "fine"], "--result: not a valid follow-up result"),
        (["--result", "reached", "--when", "15:00"], '--when "15:00" is in the future'),
        (["--result", "reached", "--minutes", "many"], "--minutes must be a whole number"),
        (["--result", "reached", "--next-kind", "visit"], "--next-kind needs --next"),
        (["--result", "not_reached", "--next", "12:00"], "--next is in the past"),
    ],
)
def test_a_bad_attempt_is_one_sentence(args: list[str], says: str, ccu: Ccu, db_path: Path) -> None:
    add(ccu, "--call", "1")
    before = steps.everything(db_path)
    done = ccu("follow-up", "done", "1", *args)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith(f"ccu: error: {says}")
    assert steps.everything(db_path) == before


# ---------------------------------------------------------------- moving


def test_one_that_is_open_cannot_be_chosen_to_be_reopened(ccu: Ccu) -> None:
    add(ccu, "--call", "1")
    done = ccu("follow-up", "reopen", stdin="1\n", tty=True)
    assert (done.code, "  follow-up 1 is not closed\n" in done.err.lower()) == (130, True)


def test_moving_keeps_what_was_and_why(ccu: Ccu) -> None:
    add(ccu, "--call", "1")
    moved = ("follow-up", "move", "1", "--due", "friday", "--reason", "away until then")
    me = login(ccu)
    assert ccu(*moved).out == f"Follow-up 1 is due Fri Feb 6, 2026 23:59, {me}.\n"
    assert ccu(*moved).out == (
        f"Nothing changed: follow-up 1 is already due Fri Feb 6, 2026 23:59, {me}.\n"
    )
    assert ccu("follow-up", "move", "1", "--owner", "dlee").out == (
        "Follow-up 1 is due Fri Feb 6, 2026 23:59, dlee.\n"
    )
    first, second = shown(ccu, 1)["changes"]
    assert (first["field"], first["old"], first["new"], first["reason"]) == (
        "due_at",
        "2026-02-01T10:00:00-05:00",
        "2026-02-06T23:59:59-05:00",
        "away until then",
    )
    assert second["field"] == "owner_id"


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["1"], 2, "give --due, --owner or both"),
        (["1", "--due", "yesterday"], 2, "--due is in the past"),
        (["1", "--due", "2026-02-29"], 2, '--due "2026-02-29" is not a day in the calendar'),
        (["1", "--owner", "x"], 3, "--owner: no such account"),
        (["9", "--due", "friday"], 3, "no follow-up 9"),
        (["0", "--due", "friday"], 2, "a follow-up is named by its number"),
        (["9" * 30, "--due", "friday"], 3, "no follow-up with that number"),
    ],
)
def test_a_bad_move_is_one_sentence(args: list[str], code: int, says: str, ccu: Ccu) -> None:
    add(ccu, "--call", "1")
    done = ccu("follow-up", "move", *args)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert done.err.startswith(f"ccu: error: {says}")


# ---------------------------------------------------------------- signing


def intern(ccu: Ccu, monkeypatch: pytest.MonkeyPatch, supervisor: str = "boss") -> None:
    """An intern's closing of follow-up 1, then the admin again."""
    me = login(ccu)
    boss = ("--supervisor", supervisor) if supervisor else ()
    assert ccu("staff", "add", "kint", "--role", "intern", *boss).code == 0
    add(ccu, "--call", "1")
    become(monkeypatch, "kint")
    assert ccu("follow-up", "done", "1", "--result", "reached").out == (
        "Done, to be signed: follow-up 1: reached.\n"
    )
    become(monkeypatch, me)


def test_an_interns_closing_waits_for_their_supervisor(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    intern(ccu, monkeypatch)
    (row,) = listed(ccu)
    assert (row["state"], row["what"]) == ("open, to sign", "Visit, to sign")
    assert ccu("follow-up", "done", "1", "--result", "reached").err == (
        "ccu: error: follow-up 1 was done on Sat Jan 31, 2026 14:00 by kint and waits to be"
        " signed\n"
    )
    refused = {
        "kint": "ccu follow-up sign needs the role officer, ccu, clinician, supervisor or admin;"
        " this account's role is intern",
        "dlee": "only boss or an admin signs follow-up 1",
    }
    for other, sentence in refused.items():
        become(monkeypatch, other)
        assert listed(ccu, "--to-sign") == []
        assert ccu("follow-up", "sign", "1") == (7, "", f"ccu: error: {sentence}\n")
    become(monkeypatch, "boss")
    assert [row["id"] for row in listed(ccu, "--to-sign")] == [1]
    assert ccu("follow-up", "sign", "1").out == "Signed follow-up 1; it is closed.\n"
    found = shown(ccu, 1)
    assert (found["state"], found["closed_by"], found["signed_by"]) == ("closed", "kint", "boss")
    assert found["closed"] == "2026-01-31 14:00"
    assert listed(ccu) == listed(ccu, "--to-sign") == []


def test_what_waits_to_be_signed_is_no_next_action(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ccu("staff", "add", "kint", "--role", "intern", "--supervisor", "boss").code == 0
    steps.refer(ccu)
    become(monkeypatch, "kint")
    reached = ("--result", "reached")
    assert ccu("follow-up", "done", "1", *reached).out.endswith("1: reached.\n")
    assert ccu("follow-up", "done", "2", *reached).out == (
        "Done, to be signed: follow-up 2: reached."
        " Next is follow-up 3, due Sat Feb 7, 2026 14:00.\n"
    )
    become(monkeypatch, "boss")
    assert ccu("referral", "update", "1", "--status", "contact_only").code == 0
    assert [row["id"] for row in listed(ccu)] == [1, 2]  # what was done is still to be signed
    for number in ("1", "2"):
        assert ccu("follow-up", "sign", number).out.endswith("it is closed.\n")


def test_an_intern_without_a_supervisor_is_signed_for_by_any(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    intern(ccu, monkeypatch, supervisor="")
    become(monkeypatch, "dlee")
    assert ccu("follow-up", "sign", "1").err == (
        "ccu: error: only a supervisor or an admin signs follow-up 1\n"
    )
    become(monkeypatch, "boss")
    assert ccu("follow-up", "sign", "1").code == 0


def test_a_move_sends_it_back(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    intern(ccu, monkeypatch)
    assert ccu("follow-up", "move", "1", "--due", "monday", "--reason", "ask again").code == 0
    (row,) = listed(ccu)
    assert (row["state"], row["attempts"]) == ("open", 1)
    assert ccu("follow-up", "sign", "1").err == (
        "ccu: error: follow-up 1 is not awaiting a signature\n"
    )
    assert {each["field"] for each in shown(ccu, 1)["changes"]} == {
        "due_at",
        "closing_at",
        "closed_by",
    }


# ---------------------------------------------------------------- lists


def test_lists_are_chosen_by_due_and_owner(ccu: Ccu) -> None:
    for due in ("18:00", "tomorrow", "friday", "in 3 weeks"):
        add(ccu, "--call", "1", due=due)
    assert ccu("follow-up", "move", "2", "--owner", "dlee").code == 0
    assert ccu("follow-up", "done", "4", "--result", "reached").code == 0
    ids = {
        (): [1, 2, 3],
        ("--all",): [1, 2, 3, 4],
        ("--due", "today"): [1],
        ("--due", "tomorrow"): [2],
        ("--due", "2026-02-06"): [3],
        ("--due", "week"): [1, 2, 3],
        ("--owner", "dlee"): [2],
        ("--mine",): [1, 3],
        ("--mine", "--due", "today"): [1],
    }
    assert {args: [row["id"] for row in listed(ccu, *args)] for args in ids} == ids
    assert ccu("follow-up", "list", "--mine", "--owner", "dlee").code == 2
    assert ccu("follow-up", "list", "--due", "someday").code == 2


def test_a_list_of_a_day_tells_of_what_is_overdue(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    for due in ("18:00", "tomorrow"):
        add(ccu, "--call", "1", due=due)
    monkeypatch.setenv("CCU_TODAY", "2026-02-01T10:00")
    done = ccu("follow-up", "list", "--mine", "--due", "today", "-f", "json")
    assert [row["id"] for row in json.loads(done.out)] == [2]
    assert done.err == "Not in this list: 1 overdue. See ccu follow-up overdue\n"
    assert ccu("follow-up", "list", "--mine").err == ""
    assert ccu("follow-up", "list", "--owner", "dlee", "--due", "today").err == ""


def test_an_attempt_given_in_full_asks_nothing_at_a_terminal(ccu: Ccu) -> None:
    add(ccu, "--call", "1")
    tried = ("--result", "left_message", "--next", "tomorrow 10:00")
    done = run_ccu("follow-up", "done", "1", *tried, tty=True)
    assert (done.code, done.err) == (0, "")
    done = run_ccu("follow-up", "done", "1", "--result", "reached", tty=True)
    assert (done.code, done.err) == (0, "")
    assert shown(ccu, 1)["state"] == "closed"


def test_rows_and_columns_are_the_same_in_every_format(ccu: Ccu) -> None:
    add(ccu, "--call", "1")
    me = login(ccu)
    assert ccu("follow-up", "list").out == (
        f"Number  Due               Days late  State  {'Owner':{len(me)}}  What   Attempts"
        "  Last try  Risk  About\n"
        f"     1  02/01/2026 10:00             open   {me:5}  Visit         0"
        "                  call 1, person 1, 12 MAIN ST # 3\n"
    )
    assert ccu("follow-up", "list", "-f", "csv").out == (
        '"id","due","days_late","state","owner","what","attempts","last_try","risk","for"\n'
        f'"1","2026-02-01 10:00","","open","{me}","Visit","0","","",'
        '"call 1, person 1, 12 MAIN ST # 3"\n'
    )
    assert ccu("follow-up", "list", "--due", "2027-01-01", "-f", "json").out == "[]\n"


def test_names_are_shown_only_when_asked_for_and_that_is_recorded(ccu: Ccu, db_path: Path) -> None:
    steps.name(db_path, 1, "Rowan", "Sample")
    add(ccu, "--call", "1")
    assert "Rowan" not in ccu("follow-up", "list", "-f", "json").out
    assert steps.audited(db_path, "follow-up-list") == []
    assert listed(ccu, "--names")[0]["name"] == "Rowan Sample"
    assert steps.audited(db_path, "follow-up-list") == [("person", 1)]


def test_the_notes_need_a_reason(ccu: Ccu, tmp_path: Path, db_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Ask for the sister.\n")
    kind = ("--kind", "visit", "--due", "friday", "--note-file", str(note))
    assert ccu("follow-up", "add", "--call", "1", *kind).code == 0
    tried = ("--result", "left_message", "--next", "friday", "--note-file", str(note))
    assert ccu("follow-up", "done", "1", *tried).code == 0
    assert "sister" not in ccu("follow-up", "show", "1").out
    assert ccu("follow-up", "show", "1", "--full").err == "ccu: error: --full needs --reason\n"
    full = shown(ccu, 1, "--full", "--reason", "my turn today")
    assert full["note"] == full["attempts"][0]["note"] == "Ask for the sister."
    assert steps.audited(db_path, "follow-up-show") == [
        *[("follow_up", 1), ("person", 1)],
        *[("follow_up", 1), ("person", 1)],
    ]
    with sqlite3.connect(db_path) as hand:
        assert "sister" not in str(hand.execute("SELECT * FROM audit").fetchall())


def test_merged_people_are_shown_by_the_record_that_stays(ccu: Ccu, db_path: Path) -> None:
    add(ccu, "--person", "1")
    steps.call(ccu, "unknown")
    steps.merge(db_path, 1, 2)
    assert listed(ccu)[0]["for"] == "person 2"


def test_the_risk_is_that_of_the_call_and_of_the_persons_calls_of_90_days(ccu: Ccu) -> None:
    assert ccu("call", "edit", "1", "--disposition", "resolved").code == 0
    add(ccu, "--call", "1")
    for day, person in (("2026-01-29", "unknown"), ("2025-11-02", "2"), ("2025-11-01", "unknown")):
        there = ("--address", "9 Elm St", "--nature", "suicide", "--person", person)
        assert ccu("log-call", "--when", f"{day} 10:00", *there).code == 0
    add(ccu, "--call", "2")
    add(ccu, "--person", "2")
    add(ccu, "--person", "3")  # of the 91st day
    assert {row["id"]: row["risk"] for row in listed(ccu)} == {
        1: None,
        2: "high",
        3: "high",
        4: None,
    }
    assert ccu("call", "void", "2", "--reason", "wrong house").code == 0
    assert ccu("call", "void", "3", "--reason", "wrong house").code == 0
    assert {row["risk"] for row in listed(ccu)} == {None}


def test_one_for_a_household_names_the_household(ccu: Ccu, db_path: Path) -> None:
    steps.refer(ccu)
    with sqlite3.connect(db_path) as hand:
        hand.execute(
            "INSERT INTO household (id, recorded_at, recorded_by)"
            " VALUES (1, '2026-01-01T00:00:00-05:00', 1)"
        )
        hand.execute("UPDATE referral SET household_id = 1")
    assert {row["for"] for row in listed(ccu)} == {"referral 1, person 1, 12 MAIN ST # 3"}
    with sqlite3.connect(db_path) as hand:
        hand.execute("UPDATE referral SET person_id = NULL")
        hand.execute("UPDATE follow_up SET person_id = NULL")
    assert {row["for"] for row in listed(ccu)} == {"referral 1, household 1, 12 MAIN ST # 3"}


def test_at_night_a_try_is_proposed_for_the_day_where_no_hours_are_set(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Due times without office hours stay as they are: 24 hours are 24 hours."""
    monkeypatch.setenv("CCU_TODAY", "2026-01-31T04:00")
    assert ccu("follow-up", "add", "--call", "1", "--kind", "call", "--due", "today").code == 0
    number = json.loads(ccu("follow-up", "list", "-f", "json").out)[-1]["id"]
    keys = "left_message\n\n\ny\n"
    done = ccu("follow-up", "done", str(number), stdin=keys, tty=True)
    assert done.code == 0, done.err
    assert "When to try again [Sun Feb 1, 2026 08:30]: " in done.err
    assert "Next due Sun Feb 1, 2026 08:30." in done.out


def test_a_follow_up_that_is_not_listed_is_named_or_asked_again(ccu: Ccu, db_path: Path) -> None:
    for _ in range(3):
        assert ccu("follow-up", "add", "--call", "1", "--kind", "call", "--due", "friday").code == 0
    assert ccu("follow-up", "done", "1", "--result", "reached").code == 0
    closed = "follow-up 1 was closed on"
    steps = (("number: ", "1"), (closed, None), ("number: ", "99"), ("no follow-up 99", None))
    shown = typed.answer(db_path, ("follow-up", "void", "--reason", "x"), *steps, ("number: ", "2"))
    assert "Cancelled follow-up 2" in shown
    not_closed = ("follow-up 3 is not closed", None)
    typed.answer(
        db_path,
        ("follow-up", "reopen", "--reason", "x", "--due", "friday"),
        ("number: ", "3"),
        not_closed,
        ("number: ", "1"),
        ("Not in the list: 1  ", "y"),
    )


def test_an_old_name_of_edit_still_works_and_is_not_listed(ccu: Ccu) -> None:
    for group, old in (
        ("follow-up", "move"), ("referral", "update"), ("place", "category"), ("household", "name")
    ):  # fmt: skip
        shown = ccu(group, old, "--help").out.replace(f"{group} {old} ", f"{group} edit ")
        assert shown.splitlines()[1:] == ccu(group, "edit", "--help").out.splitlines()[1:]
        assert f"\n  {old} " not in ccu(group, "--help").out
    assert ccu("follow-up", "add", "--call", "1", "--kind", "call", "--due", "friday").code == 0
    assert ccu("follow-up", "move", "1", "--due", "monday").code == 0
