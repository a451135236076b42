"""`ccu undo`: a change and its undo leave every screen as it was, and the audit keeps both."""

import json
import shlex
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccu import cli
from ccu.undo import last_store
from ccu.undo.steps import STEPS, instead

from .. import steps
from ..conftest import Ccu, Result, examples, once, run_ccu
from ..steps import become

NOW = "2026-01-31T14:00"


def start(ccu: Ccu) -> None:
    """A call with a person, a referral, a follow-up of a person, a consult and an assessment."""
    steps.start(ccu)
    steps.refer(ccu)
    due = ("--kind", "visit", "--due", "tomorrow 10:00")
    lines: list[tuple[tuple[str, ...], str]] = [
        (("follow-up", "add", "--person", "1", *due), ""),
        (("consult", "add", "--call", "1", "--clinician", "dlee", "--minutes", "5"), ""),
        (("needs", "record", "--person", "1", "food=lacks", "housing=lacks"), ""),
        (("person", "add", "--file", "-"), "given: Ana\nfamily: Reyes"),
        (("log-call", "--when", "2026-01-29 10:00", "--address", "9 Elm St", "--nature",
          "welfare_check", "--person", "2"), ""),
        (("log-call", "--when", "2026-01-28 10:00", "--address", "7 Oak Ave", "--nature",
          "crisis", "--incident", "26-9"), ""),
    ]  # fmt: skip
    for line, typed in lines:
        done = ccu(*line, stdin=typed)
        assert done.code == 0, (line, done.err)


@pytest.fixture
def ccu(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    monkeypatch.setenv("CCU_TODAY", NOW)
    once("test_undo", lambda: start(ccu))
    return ccu


SCREENS = (
    "call list", "call list --undecided", "history --call 1", "history --call 2 --all",
    "history --person 1", "person find --file -", "referral list", "follow-up list",
    "follow-up overdue", "brief", "worker list", "consult list", "frequent people --k 1",
    "frequent places --k 1", "provider list", "report --month 2026-01",
)  # fmt: skip


def screens() -> dict[str, Any]:
    """What people read: lists, cards and every figure; not the history of a record.

    Those of the same file are read once: many tests start from one.
    """
    return once("test_undo.screens", read_screens)


def read_screens() -> dict[str, Any]:
    found = {}
    for line in SCREENS:
        done = run_ccu(*line.split(), "-f", "json", stdin="given: Ana\nfamily: Reyes")
        assert done.code == 0, (line, done.err)
        found[line] = json.loads(done.out)
    return found


CALL = "log-call --when '2026-01-31 09:00' --address '27 Imperial Ave' --nature suicide"
# A change -> the start of what is printed when it is taken back.
CHANGES = {
    f"{CALL} --person 1 --danger weapon": "Voided call 4",
    "call edit 1 --nature-cleared overdose --danger weapon --beat 4 --address '3 Elm St'": "Call 1",
    "call edit 1 --person 2 --clear person --disposition referred": "Call 1 has its earlier values",
    "call edit 1 --responder police --minutes 20 --force-used": "Call 1 has its earlier values",
    "call void 3 --reason twice": "Call 3 is no longer void",
    "call decide 2 --no-action resolved": "Took back the decision on call 2",
    "refer 2 --to 1 --need housing": "Referral 2: marked as entered in error",
    "refer 1 --to 1 --need housing --again-of 1": "Referral 2: marked as entered in error",
    "needs refer 1 housing --to 1": "Referral 2: marked as entered in error",
    "referral edit 1 --status accepted": "Referral 1: requested again (was accepted)",
    "referral edit 1 --status declined": "Referral 1: requested again (was declined by person)",
    "referral edit 1 --owner dlee": "Referral 1: root owns it again",
    "follow-up add --call 2 --kind call --due tomorrow": "Cancelled follow-up 4",
    "follow-up done 1 --result left_message --next monday": "Voided the attempt",
    "follow-up done 3 --result reached --minutes 30": "Voided the attempt",
    "follow-up edit 3 --due monday --owner dlee": "Follow-up 3 is as it was before",
    "follow-up void 2 --reason twice": "Follow-up 2 is as it was before",
    "consult add --call 1 --clinician dlee --minutes 9": "Voided consult 2",
    "needs record --person 1 food=met legal=unmet": "Voided needs assessment 2",
    "consult edit 1 --minutes 50 --clear call": "Consult 1 has its earlier values again",
    "consult void 1 --reason 'another person'": "Consult 1 has its earlier values again",
    "needs void 1 --reason 'another person'": "Needs assessment 1 is no longer void",
    "needs edit 1 housing=has --clear food": "Needs assessment 1 has its earlier answers",
    "person add --file -": "Removed person 3",
    "person edit 2 --file -": "Person 2 has the earlier values again",
    "person edit 2 --housing shelter --missing phone=does_not_know": "Person 2 has the earlier",
    "person merge 1 2 --prefer merged": "Person 2 is separate from person 1 again",
    "worker assign --person 1 --staff dlee": "No worker is assigned to person 1",
    "place merge 1 2": "Place 2 is separate from place 1 again",
    "place edit --place 1 --category group_home": "Place 1 has its earlier values again",
    "place exempt --place 1 --category shelter --reason beds": "Place 1 has its earlier values",
    "provider edit 1 --phone 203-555-0190 --need food": "Provider 1 has its earlier values again",
    "provider retire 1": "Provider 1 has its earlier values again",
}
TYPED = {
    "person add --file -": "given: Ana\nfamily: Reyes\nphone: 203-555-0177",
    "person edit 2 --file -": "alias: Annie Reyes\nphone: 203-555-0177\nborn: 1971-03-09",
}


def change(line: str) -> None:
    done = run_ccu(*shlex.split(line), stdin=TYPED.get(line, ""))
    assert done.code == 0, (line, done.err)


@pytest.mark.parametrize("line", CHANGES)
def test_a_change_and_its_undo_leave_every_screen_as_it_was(line: str, ccu: Ccu) -> None:
    before = screens()
    change(line)
    done = ccu("undo", "--yes")
    assert done.code == 0, done.err
    assert done.out.startswith(CHANGES[line]), done.out
    after = screens()
    for screen, shown in before.items():
        assert after[screen] == shown, screen
    assert ccu("check").code == 0
    assert ccu("audit", "verify").code == 0


def test_a_decision_that_was_taken_back_is_there_again(ccu: Ccu) -> None:
    change("call decide 2 --no-action resolved")
    before = screens()
    change("call decide 2 --reopen")
    done = ccu("undo", "--yes")
    assert done.out == "Call 2 is decided as before: Resolved on scene, no need left.\n"
    assert "Call 2, 9 ELM ST, decision changed just now by you." in done.err
    assert screens() == before


def test_a_decision_that_is_put_back_is_of_who_made_it(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided = "SELECT * FROM call_decision"
    change("call decide 2 --no-action resolved")
    with sqlite3.connect(db_path) as hand:
        before = hand.execute(decided).fetchall()
    become(monkeypatch, "boss")
    for _ in range(2):
        change("--today 2026-01-31T20:00 call decide 2 --reopen")
        change("--today 2026-01-31T21:00 undo --yes")
    with sqlite3.connect(db_path) as hand:
        assert hand.execute(decided).fetchall() == before


def test_each_undo_takes_back_the_change_before(ccu: Ccu) -> None:
    before = screens()
    change("call edit 1 --beat 4")
    change("call edit 1 --beat 9 --priority 1")
    change("call edit 1 --beat 4")
    for _ in range(3):
        assert ccu("undo", "--yes").code == 0
    assert screens() == before
    data = json.loads(ccu("call", "show", "1", "-f", "json").out)
    assert (data["beat"], data["priority"]) == (None, None)
    assert len(data["changes"]) == 8
    assert "Call 3, 7 OAK AVE, logged" in ccu("undo").err  # the change before those


@settings(max_examples=examples(8, 60), deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=st.lists(st.sampled_from(sorted(CHANGES)), min_size=2, max_size=5))
def test_changes_are_undone_one_after_the_other(lines: list[str], ccu: Ccu, db_path: Path) -> None:
    """Any changes that are possible one after the other; the last is undone first."""
    made = _template(db_path)
    db_path.write_bytes(made)
    before = screens()
    changes = []
    for line in lines:
        newest = newest_write(db_path)
        run_ccu(*shlex.split(line), stdin=TYPED.get(line, ""))
        if newest_write(db_path) != newest:  # it was possible, and changed something
            changes.append(line)
    for _ in changes:
        done = ccu("undo", "--yes")
        assert done.code == 0, (lines, done.err)
    assert screens() == before
    db_path.write_bytes(made)


def newest_write(db_path: Path) -> int:
    with sqlite3.connect(db_path) as file:
        found = file.execute("SELECT id, action FROM audit ORDER BY id DESC")
        return int(next(number for number, action in found if action in last_store.WRITES))


_templates: dict[Path, bytes] = {}


def _template(db_path: Path) -> bytes:
    """The file as the fixture made it: Hypothesis runs every example on one path."""
    return _templates.setdefault(db_path, db_path.read_bytes())


# ---------------------------------------------------------------- what is refused


def refused(done: Result, sentence: str, code: int = 2) -> None:
    assert (done.code, done.out, done.err) == (code, "", f"ccu: error: {sentence}\n")


def test_what_somebody_else_changed_since_is_refused(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    change("call edit 1 --beat 4")
    with monkeypatch.context() as patch:
        become(patch, "dlee")
        change("call edit 1 --beat 9")
    refused(
        ccu("undo", "--yes"),
        "call 1 cannot be undone automatically: dlee changed it since; to change it:"
        " ccu call edit 1",
    )
    assert json.loads(ccu("call", "show", "1", "-f", "json").out)["beat"] == "9"


@pytest.mark.parametrize(
    ("line", "others"),
    [
        ("call edit 1 --beat 4", ("call edit 1 --beat 9", "call edit 1 --priority 1")),
        (
            "refer 2 --to 1 --need housing",
            ("referral edit 2 --status accepted --seen 1",
             "referral edit 2 --status declined --seen 2"),
        ),
    ],
)  # fmt: skip
def test_what_somebody_else_changed_and_undid_is_no_obstacle(
    line: str, others: tuple[str, str], ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = screens()
    change(line)
    with monkeypatch.context() as patch:
        become(patch, "dlee")
        for other in others:
            change(other)
        assert ccu("undo", "--yes").code == 0
        patch.undo()
        assert "dlee changed it since" in ccu("undo", "--yes").err
        become(patch, "dlee")
        assert ccu("undo", "--yes").code == 0
    assert ccu("undo", "--yes").code == 0
    assert screens() == before


def test_a_call_from_which_something_was_made_is_refused(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(CALL)
    with monkeypatch.context() as patch:
        become(patch, "dlee")
        change("follow-up add --call 4 --kind call --due tomorrow")
    refused(
        ccu("undo", "--yes"),
        "call 4 cannot be undone automatically: follow-up 4 came after it; to change it:"
        " ccu call void 4 --reason WHY",
    )


def test_a_referral_that_somebody_worked_on_is_refused(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    change("refer 2 --to 1 --need housing")
    with monkeypatch.context() as patch:
        become(patch, "dlee")
        change("follow-up done 4 --result left_message --next monday")
    refused(
        ccu("undo", "--yes"),
        "referral 2 cannot be undone automatically: an attempt at follow-up 4 came after it;"
        " to change it: ccu referral edit 2 --status entered_in_error",
    )


def test_only_own_changes_are_undone(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    become(monkeypatch, "dlee")
    refused(ccu("undo", "--yes"), "you have no change to undo")


RENAMED = (
    "your change (code rename: welfare_check) cannot be undone automatically; to change it:"
    " ccu codes rename nature welfare_check LABEL"
)


def test_what_has_no_way_back_names_the_command(ccu: Ccu) -> None:
    change("codes rename nature welfare_check 'Check on welfare'")
    refused(ccu("undo", "--yes"), RENAMED)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("codes retire need food", "(code retire: food) {}: ccu codes add need food"),
        ("codes add hazard Drone", "(code add: drone) {}: ccu codes retire hazard drone"),
        ("settings repeat_days 180", "(setting: repeat_days) {}: ccu settings repeat_days VALUE"),
        ("person unlink 2 1", "(person unlink) {}: ccu person link 1 2 --relation parent"),
        ("provider add Inn --need housing", "(provider add) {}: ccu provider retire 2"),
        ("retention set calls 7 --source M7", "(retention set) {}: ccu retention set calls PERIOD"),
    ],
)
def test_undo_goes_past_a_change_without_a_way_back_only_when_asked_to(
    line: str, told: str, ccu: Ccu
) -> None:
    change("person link 2 1 --relation child")
    change("worker assign --person 1 --staff dlee")
    change(CALL)
    if line.startswith("codes"):
        change("codes rename need detox Sobering")  # another one of two lists
        change("codes rename hazard weapon Armed")
    change(line)
    told = told.format("cannot be undone automatically; to change it")
    assert told in ccu("undo", "--yes").err
    for keys in ("n\n", "\n"):
        done = run_ccu("undo", stdin=keys, tty=True)
        assert (done.code, done.out) == (130, ""), done.err
        assert done.err.startswith(
            f"Left as it is: your change {told}.\nUndo an earlier change instead? y or n [n]: "
        )
        assert "Call 4" not in done.err
    assert json.loads(ccu("call", "show", "4", "-f", "json").out)["voided_at"] is None
    done = run_ccu("undo", stdin="y\ny\n", tty=True)
    assert done.out.startswith("Voided call 4;"), done.err
    assert "Call 4, 27 IMPERIAL AVE, logged just now by you. Void it? y or n: " in done.err


# A change of a household -> what is printed when it is taken back. Person 1 is in household 1.
HOUSEHOLDS = {
    "household add new 2 1": "Took person 2 and person 1 out of household 2; it was new and is"
    " removed.",
    "household add 1 2 --since 2026-01-05": "Took person 2 out of household 1.",
    "household leave 1 1 --on today": "Person 1 is in household 1 again.",
    "household edit 1 --file -": "Household 1 has its earlier name again.",
    "person link 2 1 --relation child": "Person 2 and person 1 are no longer linked. Took person 2"
    " out of household 1.",
    "person link 2 3 --relation sibling": "Person 2 and person 3 are no longer linked. Took person"
    " 2 and person 3 out of household 2; it was new and is removed.",
}


def test_a_change_of_a_household_is_taken_back_exactly(ccu: Ccu, db_path: Path) -> None:
    def rows() -> list[Any]:
        tables = ("household", "household_member", "person_relation")
        with sqlite3.connect(db_path) as hand:
            return [hand.execute(f"SELECT * FROM {table}").fetchall() for table in tables]

    def run(line: str) -> None:
        done = ccu(*shlex.split(line), stdin="Kim household")
        assert done.code == 0, (line, done.err)

    change("person add --file -")
    run("household add new 1")
    for left in (False, True):
        if left:  # who left comes back: both days are those of before
            run("household add 1 2 --since 2026-01-02")
            run("household leave 1 2 --on 2026-01-04")
        for line, told in HOUSEHOLDS.items():
            if left and line == "person link 2 1 --relation child":
                line += " --household 1"
            before = rows()
            run(line)
            assert rows() != before, line
            assert ccu("undo", "--yes").out == f"{told}\n".replace(
                "household 2", f"household {highest(db_path)}"
            ), line
            assert rows() == before, line
    assert ccu("check").code == 0


def test_a_person_who_came_with_an_edit_is_named_with_the_way_to_remove_the_record(
    ccu: Ccu,
) -> None:
    done = ccu("call", "edit", "1", "--person-file", "-", stdin="Ana Reyes\nTom Reyes\n")
    assert done.code == 0, done.err
    left = (
        f" Person {each}, added with it, stays on file; to remove it: ccu person void {each}"
        for each in (3, 4)
    )
    told = f"Call 1 has its earlier values again.{''.join(left)}\n"
    assert ccu("undo", "--yes").out == told
    for each in ("3", "4"):
        assert ccu("person", "show", each).code == 0
        assert ccu("person", "void", each, "--yes").out == f"Removed person {each}.\n"
    assert ccu("call", "edit", "1", "--person", "2").code == 0  # nobody new
    assert ccu("undo", "--yes").out == "Call 1 has its earlier values again.\n"
    assert ccu("check").code == 0


def highest(db_path: Path) -> int:
    """Return the highest number that a household has had."""
    with sqlite3.connect(db_path) as hand:
        sql = "SELECT seq FROM sqlite_sequence WHERE name = 'household'"
        return int(hand.execute(sql).fetchone()[0])


def test_a_new_household_that_somebody_works_with_is_not_removed(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    change("household add new 1 2")
    with monkeypatch.context() as patch:
        become(patch, "dlee")
        change("worker assign --household 1 --staff dlee")
    refused(
        ccu("undo", "--yes"),
        "household 1 cannot be undone automatically: dlee changed it since; to change it:"
        " ccu household leave 1 PERSON",
    )
    change("person add --file -")
    change("person link 1 3 --relation sibling --household new")
    with monkeypatch.context() as patch:
        become(patch, "dlee")
        change("household add 2 2")
    assert ccu("undo", "--yes").err.endswith(
        "person 1 cannot be undone automatically: something was recorded for household 2 since;"
        " to change it: ccu person unlink 1 3\n"
    )


def test_the_command_named_has_the_number_of_its_own_record(ccu: Ccu) -> None:
    for line, told in {
        "consent grant 2 --to police --scope worker --purpose safety --signed today":
            "ccu consent revoke 1",
        "retention hold call 3 --authority FBT-1": "ccu retention release 1",
        "staff add ivy --role intern": "ccu staff retire ivy",
        "frequent override --person 2 --on --file -": "ccu frequent review 1 --end",
    }.items():  # fmt: skip
        assert ccu(*line.split(), stdin="at risk").code == 0, line
        assert ccu("undo", "--yes").err.rstrip(".\n").endswith(f"to change it: {told}"), line


PLAN = "What helps:\n- {}\n"
# A change of a flag or a plan -> the start of what is printed when it is taken back. Flag 1 and
# plans 1 (approved) and 2 (a draft) are those of dlee.
WARNINGS = {
    "place flag '12 Main St Apt 3' --source officer --file -": "Flag 2 has ended: it was wrong.",
    "place verify 1": "Flag 1 is as it was before it was verified.",
    "place unflag 1 --why moved": "Flag 1 is on its place again.",
    "plan write --person 1 --file -": "Draft 3 is withdrawn.",
    "plan approve 2": "Plan 2 is a draft again: it is on no card.",
    "plan review 1 --keep": "Plan 1 has its earlier days again.",
    "plan expire 1 --reason moved": "Plan 1 is approved again.",
    "plan expire 2 --reason moved": "Plan 2 is draft again.",
}


def test_flags_and_plans_are_taken_back_and_the_card_is_as_it_was(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(line: str, day: str = NOW) -> Result:
        typed = PLAN.format(f"sit down; {day}") if "plan write" in line else "low door"
        done = ccu("--today", day, *shlex.split(line), stdin=typed)
        assert done.code == 0, (line, done.err)
        return done

    def shown() -> list[str]:
        lists = ("plan list --status draft", "plan list --status approved", "brief")
        return [run(line).out for line in ("history --call 1 -f json", *lists)]

    with monkeypatch.context() as patch:
        become(patch, "dlee")
        assert ccu("place", "flag", "12 Main St Apt 3", "--source", "call 1", "--file", "-",
                   stdin="dog inside").code == 0  # fmt: skip
        run("plan write --person 1 --file -", "2026-01-20")
    run("plan approve 1", "2026-01-21")
    with monkeypatch.context() as patch:
        become(patch, "dlee")
        run("plan write --person 1 --file -", "2026-01-22")
    before = shown()
    for line, told in WARNINGS.items():
        run(line)
        assert shown() != before, line
        assert ccu("undo", "--yes").out.startswith(told), line
        assert shown() == before, line
    assert ccu("check").code == 0


def test_an_officer_takes_back_an_own_flag_until_somebody_verified_it(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ccu("staff", "add", "pat", "--role", "officer").code == 0
    line = ("place", "flag", "9 Elm St", "--source", "officer", "--file", "-")
    with monkeypatch.context() as patch:
        become(patch, "pat")
        assert ccu(*line, stdin="knife by the door").code == 0
        assert ccu("place", "unflag", "1", "--why", "wrong").code == 7
        assert ccu("undo", "--yes").code == 0
        assert ccu(*line, stdin="knife by the door").code == 0
    assert ccu("place", "verify", "2").code == 0
    become(monkeypatch, "pat")
    refused(
        ccu("undo", "--yes"),
        "flag 2 cannot be undone automatically: root changed it since; to change it:"
        " ccu place unflag 2",
    )
    assert "knife" in ccu("history", "9 Elm St").out


def test_a_change_under_one_that_stays_is_not_offered(ccu: Ccu, tmp_path: Path) -> None:
    change("referral edit 1 --status accepted")
    (tmp_path / "note").write_text("called the shelter")
    change("referral edit 1 --status declined")
    change("referral reopen 1")
    before = screens()
    done = run_ccu("undo", stdin="y\nn\n", tty=True)
    assert "your change (referral reopen)" in done.err
    assert done.err.count("referral 1 cannot be undone automatically: a newer change to it") == 2
    assert "logged" in done.err.rpartition("Left as it is")[2]
    assert screens() == before


def test_a_person_on_a_call_stays_also_where_it_is_void(ccu: Ccu) -> None:
    change(f"{CALL} --person unknown --person 'described: tall, gray coat'")
    done = ccu("undo", "--yes")
    assert done.out == (
        "Voided call 4; it is kept, but not in counts or cards. It still names person 3 and"
        " person 4, added with it.\n"
    )
    for void in (True, False):
        named = "call 4 (void)" if void else "call 4"
        edit = "ccu call edit 4 --clear person --person subject:4"
        way = f"ccu call unvoid 4, {edit}, ccu call void 4" if void else edit
        refused(
            ccu("person", "void", "3", "--yes"),
            f"person 3 is named by {named}; to correct the record: ccu person edit 3; to take the"
            f" person off the call: {way}",
        )
        if void:
            assert ccu("call", "unvoid", "4").code == 0
        data = json.loads(ccu("call", "show", "4", "-f", "json").out)
        assert [each["id"] for each in data["people"]] == [3, 4]
    assert ccu("check").code == 0
    change("call edit 4 --clear person --person subject:4")
    change("person void 3 --yes")
    assert "is named by call 1, a follow-up" in ccu("person", "void", "1", "--yes").err


def test_undo_refuses_a_person_on_a_void_call_before_it_asks(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    change("person add --file -")
    with monkeypatch.context() as patch:
        become(patch, "dlee")
        change(f"{CALL} --person 3")
        change("call void 4 --reason twice")
    told = (
        "person 3 is named by call 4 (void); to correct the record: ccu person edit 3; to take the"
        " person off the call: ccu call unvoid 4, ccu call edit 4 --clear person, ccu call void 4"
    )
    refused(ccu("undo", "--yes"), told)
    done = run_ccu("undo", stdin="\n", tty=True)
    assert done.err.startswith(f"Left as it is: {told}.\nUndo an earlier change instead?")
    assert "Remove the record" not in done.err
    assert ccu("call", "unvoid", "4").code == 0
    people = json.loads(ccu("call", "show", "4", "-f", "json").out)["people"]
    assert [each["id"] for each in people] == [3]


def test_a_call_that_is_void_again_is_void_as_it_was(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the second time, and where another account had voided it."""

    def call() -> list[Any]:
        with sqlite3.connect(db_path) as file:
            return file.execute("SELECT * FROM call WHERE id = 1").fetchall()

    with monkeypatch.context() as patch:
        become(patch, "dlee")
        change("call void 1 --reason twice")
    before = call()
    for _twice in range(2):
        change("call unvoid 1 --reason right")
        done = ccu("undo", "--yes")
        assert (done.code, done.out) == (0, "Call 1 is void again, as before.\n")
        assert call() == before


def test_an_edit_is_described_in_words_and_a_move_by_its_name(ccu: Ccu) -> None:
    change("call edit 1 --danger weapon --minutes 20")
    assert "edited (hazards, minutes)" in ccu("undo").err
    change("follow-up edit 3 --due monday")
    assert "Follow-up 3, moved just now by you." in ccu("undo").err


def test_a_void_consult_or_assessment_is_in_no_list_and_not_edited(ccu: Ccu) -> None:
    change("consult add --person 1 --clinician dlee --minutes 9")
    assert ccu("undo", "--yes").code == 0
    change("needs record --person 1 legal=unmet")
    assert ccu("undo", "--yes").code == 0
    assert [row["id"] for row in json.loads(ccu("consult", "list", "-f", "json").out)] == [1]
    assert json.loads(ccu("needs", "show", "--person", "1", "-f", "json").out)["id"] == 1
    for line, number in (
        ("consult edit 2 --minutes 3", "consult 2"),
        ("needs edit 2 legal=met", "needs assessment 2"),
        ("needs refer 2 legal --to 1", "needs assessment 2"),
    ):
        done = ccu(*shlex.split(line))
        assert (done.code, done.err) == (2, f"ccu: error: {number} is void\n")
    assert "(void)" in ccu("needs", "show", "2").out
    assert "void: not in lists or figures" in ccu("consult", "show", "2").out


def test_a_note_on_a_referral_stays(ccu: Ccu, tmp_path: Path) -> None:
    (tmp_path / "note").write_text("called the shelter")
    change(f"referral edit 1 --note-file {tmp_path / 'note'}")
    assert (
        "a note on a referral stays; add another one that corrects it" in ccu("undo", "--yes").err
    )


def test_a_role_undoes_only_what_it_may_do_by_hand(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ccu("staff", "add", "ivy", "--role", "intern").code == 0
    become(monkeypatch, "ivy")
    change(CALL)
    assert ccu("undo", "--yes").code == 7
    assert ccu("call", "show", "4").code == 0


def test_an_officer_takes_back_the_category_of_a_place(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ccu("staff", "add", "pat", "--role", "officer").code == 0
    become(monkeypatch, "pat")
    change("place edit --place 1 --category group_home")
    assert ccu("undo", "--yes").out.startswith("Place 1 has its earlier values again")


def test_every_write_has_a_way_back_or_a_command_that_exists() -> None:
    everything = {*cli.COMMANDS}
    for action in last_store.WRITES - {"undo"}:
        last = last_store.Last(1, "", action, "", 7, {})
        noun, *more = instead(sqlite3.connect(":memory:"), last).split()[1:]
        assert noun in everything or (noun, more) == ("--help", []), action
        command = cli._load(noun) if more else None
        known = getattr(command, "commands", None)
        assert not known or more[0] in known or more == ["--help"], (action, more)
    assert last_store.WRITES.issuperset(STEPS)


def test_a_call_that_was_sealed_is_not_told_of(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ccu("staff", "add", "rex", "--role", "records").code == 0
    become(monkeypatch, "dlee")
    change(CALL)
    become(monkeypatch, "rex")
    change("seal call 4 --authority court --ordered 2026-01-30 --yes")
    become(monkeypatch, "dlee")
    refused(ccu("undo", "--yes"), "you have no change to undo")
    become(monkeypatch, "rex")
    assert "(seal) cannot be undone automatically; to change it: ccu seal lift 1" in ccu(
        "undo", "--yes"
    ).err  # fmt: skip


# ---------------------------------------------------------------- shown, asked, recorded


def test_without_a_terminal_it_shows_the_change_and_needs_yes(ccu: Ccu) -> None:
    change(CALL)
    refused(
        ccu("undo"),
        "--yes is missing: nobody is at a terminal to confirm it. Call 4, 27 IMPERIAL AVE,"
        " logged just now by you.",
    )


@pytest.mark.parametrize(
    ("later", "words"),
    [
        ("2026-01-31T14:01", "logged 1 minute ago"),
        ("2026-01-31T14:59", "logged 59 minutes ago"),
        ("2026-01-31T15:00", "logged 1 hour ago"),
        ("2026-02-02T09:00", "logged on Sat Jan 31, 2026 14:00"),
    ],
)
def test_it_tells_how_long_ago(
    later: str, words: str, ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(CALL)
    monkeypatch.setenv("CCU_TODAY", later)
    assert f"{words} by you." in ccu("undo").err


def test_the_audit_keeps_both(ccu: Ccu, db_path: Path) -> None:
    change(CALL)
    assert ccu("undo", "--yes").code == 0
    with sqlite3.connect(db_path) as file:
        rows = file.execute(
            "SELECT action, detail FROM audit WHERE record = 'call' AND record_id = 4"
            " AND action IN ('log-call', 'void', 'undo') ORDER BY id"
        ).fetchall()
        logged = file.execute("SELECT id FROM audit WHERE action = 'log-call' AND record_id = 4")
        (number,) = logged.fetchone()
    assert [row[0] for row in rows] == ["log-call", "void", "undo"]
    assert json.loads(rows[-1][1])["event"] == number
    shown = json.loads(ccu("call", "show", "4", "-f", "json").out)
    assert shown["void_reason"] == "ccu undo"


def test_a_disclosure_stays_on_record(ccu: Ccu) -> None:
    assert ccu("person", "add", "--file", "-", stdin="given: Alma").code == 0
    told = ccu("consent", "disclose", "1", "--to", "ems", "--scope", "needs",
               "--without-consent", "medical_emergency")  # fmt: skip
    assert told.code == 0, told.err
    done = ccu("undo", "--yes")
    assert done.code == 2
    assert "a disclosure stays on record" in done.err and "ccu --help" not in done.err
