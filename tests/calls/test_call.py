"""`ccu call show / amend / void`: nothing is overwritten without a trace, nothing is deleted."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Ccu, Result, once, run_ccu
from tests.steps import become

USUAL = (
    *("log-call", "--when", "22:30", "--address", "12 Main St Apt 3", "--nature", "welfare_check"),
    *("--danger", "none", "--disposition", "resolved", "--incident", "26-1"),
)


@pytest.fixture
def call(ccu: Ccu) -> Ccu:
    """The front door of a file with one call and one person on it."""
    once("test_call", lambda: start(ccu))
    return ccu


def start(ccu: Ccu) -> None:
    result = ccu(*USUAL, "--person-file", "-", stdin="Ana O'Brien; born 1980-01-02\n")
    assert result.code == 0, result.err


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def shown(call: Ccu, *more: str) -> dict[str, Any]:
    result = call("call", "show", "1", "--format", "json", *more)
    assert result.code == 0, result.err
    data: dict[str, Any] = json.loads(result.out)
    return data


def refused(result: Result, sentence: str, code: int = 2) -> None:
    assert result == (code, "", f"ccu: error: {sentence}\n")


# ---------------------------------------------------------------- show


def test_show_prints_the_record_with_labels(call: Ccu) -> None:
    call("call", "edit", "1", "--responder", "mobile_crisis:unavailable:no team")
    login = shown(call)["recorded_by"]
    assert call("call", "show", "1").out == (
        "Call 1\n"
        "\n"
        "Began         01/31/2026 22:30\n"
        "Address       12 Main St Apt 3\n"
        "Nature        Welfare check\n"
        "Care call     yes\n"
        "Incident      26-1\n"
        "Hazards       None\n"
        "Dispositions  Resolved on scene\n"
        "Outcome       No decision yet\n"
        "Decision      undecided\n"
        f"Recorded      01/31/2026 23:59 by {login}\n"
        "\n"
        "Responders\n"
        "  Agency         Clinician  Status       Unit  Minutes  Reason\n"
        "  Mobile crisis  no         Unavailable                 no team\n"
        "\n"
        "People\n"
        "  Person  Role     Name         Description  Born\n"
        "       1  Subject  Ana O'Brien               01/02/1980\n"
        "\n"
        "Changes\n"
        "  When              By    Field       Old  New                         Reason\n"
        "  01/31/2026 23:59  root  responders       Mobile crisis: unavailable\n"
    ).replace("root", login)


def test_the_narrative_needs_a_reason_and_the_reason_is_kept(call: Ccu, db_path: Path) -> None:
    call("call", "edit", "1", "--note-file", "-", stdin="She said “go away”.\n")
    page = call("call", "show", "1").out
    assert "Narrative     19 characters; to read it: --full --reason TEXT\n" in page
    assert "go away" not in page
    assert shown(call)["narrative"] is None
    assert shown(call)["changes"][0]["new"] == {"characters": 19}
    refused(call("call", "show", "1", "--full"), "--full needs --reason")
    refused(call("call", "show", "1", "--full", "--reason", " "), "--full needs --reason")
    full = call("call", "show", "1", "--full", "--reason", "case conference")
    assert "Narrative\n  She said “go away”.\n" in full.out
    assert rows(
        db_path,
        "SELECT action, record_id, reason FROM audit JOIN audit_reason ON audit_id = audit.id",
    ) == [("call-show", 1, "case conference")]


def test_a_note_is_added_below_the_narrative_with_author_and_time(call: Ccu, db_path: Path) -> None:
    login = shown(call)["recorded_by"]
    assert call("call", "amend", "1", "--note-file", "-", stdin="At the door.").code == 0
    done = call("call", "amend", "1", "--add-note", stdin="His sister called.\n")
    assert (done.code, done.out) == (0, "Edited call 1: narrative.\n"), done.err
    data = json.loads(call("call", "show", "1", "--full", "--reason", "t", "-f", "json").out)
    whole = f"At the door.\n\n[Added Sat Jan 31, 2026 23:59 by {login}]\nHis sister called."
    assert data["narrative"] == whole
    assert [data["changes"][-1][key] for key in ("by", "old")] == [login, "At the door."]
    page = call("call", "show", "1", "--full", "--reason", "t").out
    assert "  At the door.\n\n" in page
    assert f"[Added Sat Jan 31, 2026 23:59 by {login}]\n  His sister called." in page
    replaced = call("call", "amend", "1", "--note-file", "-", stdin="New.")
    assert replaced.code == 0
    data = json.loads(call("call", "show", "1", "--full", "--reason", "t", "-f", "json").out)
    assert (data["narrative"], data["changes"][-1]["old"]) == ("New.", whole)
    assert rows(db_path, "SELECT count(*) FROM audit WHERE detail LIKE '%sister%'") == [(0,)]


@pytest.mark.parametrize(
    ("more", "stdin", "sentence"),
    [
        ((), " \n", "the note is empty; nothing was added"),
        (("--note-file", "-"), "x", "give --add-note alone: --note-file and --clear note replace"),
        (("--clear", "note"), "x", "give --add-note alone: --note-file and --clear note replace"),
        (("--edit",), "x", "--edit needs an editor: set EDITOR, or give --file"),
    ],
)
def test_a_note_that_cannot_be_added_changes_nothing(
    more: tuple[str, ...], stdin: str, sentence: str, call: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.delenv("VISUAL", raising=False)
    before = shown(call)
    done = call("call", "amend", "1", "--add-note", *more, stdin=stdin)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"ccu: error: {sentence}")
    assert shown(call) == before


def test_at_a_terminal_the_note_to_add_is_asked_for(call: Ccu) -> None:
    typed = "Seen at home.\nCalm.\n\n"
    done = run_ccu("call", "amend", "1", "--add-note", "--minutes", "5", stdin=typed, tty=True)
    assert done.code == 0, done.err
    assert done.err.startswith("Note (end with a blank line):\n")
    data = json.loads(call("call", "show", "1", "--full", "--reason", "t", "-f", "json").out)
    assert data["narrative"].endswith("]\nSeen at home.\nCalm.")
    assert data["minutes"] == 5


def test_showing_is_audited_for_the_call_and_each_person(call: Ccu, db_path: Path) -> None:
    call("call", "show", "1")
    events = rows(
        db_path, "SELECT action, record, record_id, detail FROM audit ORDER BY id DESC LIMIT 2"
    )
    assert [event[:3] for event in events] == [
        ("call-show", "person", 1),
        ("call-show", "call", 1),
    ]
    assert "Brien" not in str(events)


def test_json_has_every_field(call: Ccu) -> None:
    data = shown(call)
    assert list(data) == [
        *("id", "source_system", "incident", "occurred_at", "dispatched_at", "arrived_at"),
        *(
            "cleared_at",
            "recorded_at",
            "clock_known",
            "recorded_by",
            "address",
            "place_id",
            "source",
        ),
        *("nature", "nature_cleared", "care", "cad_nature", "cad_cleared", "cad_disposition"),
        *("crisis_kind", "priority", "beat", "lead_agency", "backup_asked", "backup_arrived"),
        *("force_used", "injury", "minutes", "dangers", "interventions", "dispositions"),
        *("responders", "people", "narrative", "voided_at", "voided_by", "void_reason"),
        *("narrative_characters", "changes"),
        "answer",
        "decision",
    ]
    assert data["people"] == [
        {
            "id": 1,
            "role": "subject",
            "given_name": "Ana",
            "family_name": "O'Brien",
            "description": "",
            "birth_date": "1980-01-02",
            "age_estimate": None,
            "age_estimated_on": None,
            "merged_into": None,
        }
    ]


@pytest.mark.parametrize(
    ("number", "code", "sentence"),
    [
        ("2", 3, "no call 2"),
        ("9223372036854775807", 3, "no call 9223372036854775807"),
        ("9223372036854775808", 3, "no call with that number"),
        ("9" * 400, 3, "no call with that number"),
        ("0", 2, "a call is named by its number, such as 12"),
        ("007", 2, "a call is named by its number, such as 12"),
        ("x", 2, "a call is named by its number, such as 12"),
        ("", 2, "a call is named by its number, such as 12"),
        ("1.0", 2, "a call is named by its number, such as 12"),
        ("１", 2, "a call is named by its number, such as 12"),
    ],
)
@pytest.mark.parametrize(
    "command", [("show",), ("amend", "--beat", "4"), ("void", "--reason", "twice")]
)
def test_a_number_that_is_no_call_is_told(
    command: tuple[str, ...], number: str, code: int, sentence: str, call: Ccu
) -> None:
    refused(call("call", command[0], number, *command[1:]), sentence, code)


def test_markup_and_control_characters_in_a_name_are_shown_harmlessly(call: Ccu) -> None:
    call("call", "edit", "1", "--person-file", "-", stdin="[/b] [red]x \u202eabc\n")
    assert "[/b] [red]x \\u202eabc" in call("call", "show", "1").out


# ---------------------------------------------------------------- amend


def test_amend_keeps_the_old_value_and_who_and_when_and_why(call: Ccu) -> None:
    result = call("call", "edit", "1", "--nature-cleared", "trespass", "--reason", "body camera")
    assert result == (0, "Edited call 1: nature as cleared, care call.\n", "")
    data = shown(call)
    assert (data["nature"], data["nature_cleared"], data["care"]) == (
        "welfare_check",
        "trespass",
        False,
    )
    change = {"at": "2026-01-31T23:59:59-05:00", "by": data["recorded_by"], "reason": "body camera"}
    assert data["changes"] == [
        {**change, "field": "nature_cleared", "old": None, "new": "trespass"},
        {**change, "field": "care", "old": True, "new": False},
    ]


def test_an_amended_address_is_read_again_and_the_old_place_kept(call: Ccu) -> None:
    result = call("call", "edit", "1", "--address", "14 Main St")
    assert result.out == "Edited call 1: address.\n"
    old_and_new = [(each["field"], each["old"], each["new"]) for each in shown(call)["changes"]]
    assert old_and_new == [
        ("address", "12 Main St Apt 3", "14 Main St"),
        ("place_id", 1, 2),
    ]
    assert "14 MAIN ST" in call("history", "--call", "1").out


@pytest.mark.parametrize(
    ("options", "field", "value"),
    [
        (("--disposition", "referred"), "dispositions", ["referred"]),
        (("--add-disposition", "referred"), "dispositions", ["resolved", "referred"]),
        (("--clear", "disposition"), "dispositions", []),
        (("--danger", "weapon,fire"), "dangers", ["weapon", "fire"]),
        (("--add-danger", "weapon"), "dangers", ["weapon"]),
        (("--clear", "--incident"), "incident", None),
        (("--incident", "26-2"), "incident", "26-2"),
        (("--injury",), "injury", True),
        (("--when", "22:00"), "occurred_at", "2026-01-31T22:00:00-05:00"),
        (("--cleared", "23:10"), "cleared_at", "2026-01-31T23:10:00-05:00"),
        (("--minutes", "0"), "minutes", 0),
    ],
)
def test_every_type_of_field_can_be_edited(
    options: tuple[str, ...], field: str, value: object, call: Ccu
) -> None:
    result = call("call", "edit", "1", *options)
    assert result.out.startswith("Edited call 1: "), result.err
    assert "_" not in result.out
    assert shown(call)[field] == value


def test_responders_and_people_are_added(call: Ccu) -> None:
    call("call", "edit", "1", "--responder", "police", "--person", "caller: unknown")
    call("call", "edit", "1", "--add-responder", "ems:cancelled:not needed")
    data = shown(call)
    assert [each["agency"] for each in data["responders"]] == ["police", "ems"]
    assert [(each["id"], each["role"]) for each in data["people"]] == [
        (1, "subject"),
        (2, "caller"),
    ]


def test_people_cleared_from_a_call_keep_their_record(call: Ccu, db_path: Path) -> None:
    result = call("call", "edit", "1", "--clear", "person", "--person", "unknown")
    assert result.out == "Edited call 1: people.\n"
    change = shown(call)["changes"][0]
    assert (change["old"], change["new"]) == (
        [{"id": 1, "role": "subject"}],
        [{"id": 2, "role": "subject"}],
    )
    assert rows(db_path, "SELECT given_name FROM person WHERE id = 1") == [("Ana",)]


def test_an_amendment_that_changes_nothing_writes_nothing(call: Ccu, db_path: Path) -> None:
    before = rows(db_path, "SELECT count(*) FROM audit")
    result = call(
        *("call", "edit", "1", "--nature", "welfare_check", "--danger", "none", "--when", "22:30"),
        *("--address", "12 Main St Apt 3", "--incident", "26-1", "--add-disposition", "resolved"),
        *("--person", "1"),
    )
    assert result == (0, "Call 1 already has these values; nothing was changed.\n", "")
    assert rows(db_path, "SELECT count(*) FROM audit") == before
    assert rows(db_path, "SELECT count(*) FROM change") == [(0,)]


def test_an_officer_is_told_whose_call_it_is_and_the_audit_keeps_it(
    call: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = shown(call)["recorded_by"]
    for who, role in (("okim", "officer"), ("dlee", "clinician")):
        assert call("staff", "add", who, "--role", role).code == 0
    own = call("call", "amend", "1", "--beat", "7")
    assert "was logged by" not in own.err
    become(monkeypatch, "okim")
    done = call("call", "amend", "1", "--beat", "8")
    assert (done.code, done.err) == (0, f"Call 1 was logged by {login}.\n")
    become(monkeypatch, "dlee")
    assert call("call", "amend", "1", "--beat", "9").err == ""
    details = rows(db_path, "SELECT detail FROM audit WHERE action = 'amend' ORDER BY id")
    assert ["another" in str(each) for each in details[-3:]] == [False, True, True]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "nothing to change; to see the options: ccu call edit --help"),
        (("--reason", "x"), "nothing to change; to see the options: ccu call edit --help"),
        (("--clear", "address"), "--clear: a call must have its address; give a new one instead"),
        (("--clear", "beat", "--beat", "4"), "--beat: give a new value or --clear it, not both"),
        (("--nature", "x"), None),
        (("--address", " "), "--address is empty"),
        (("--arrived", "22:00"), "--arrived is before --when; for another day, give its date too"),
        (
            ("--danger", "fire", "--add-danger", "none"),
            "--add-hazard none: the call has hazards; --hazard none replaces them",
        ),
    ],
)
def test_an_invalid_amendment_is_refused(
    options: tuple[str, ...], sentence: str | None, call: Ccu, db_path: Path
) -> None:
    result = call("call", "edit", "1", *options)
    assert result.code == 2
    assert result.err.count("\n") == 1
    if sentence:
        refused(result, sentence)
    assert rows(db_path, "SELECT count(*) FROM change") == [(0,)]


def test_a_start_after_the_end_is_refused(call: Ccu) -> None:
    call("call", "edit", "1", "--cleared", "22:50")
    refused(call("call", "edit", "1", "--when", "23:00"), "--cleared is before --when")


def test_an_incident_number_of_another_call_is_refused(call: Ccu) -> None:
    call(*USUAL[:7])
    refused(
        call("call", "edit", "2", "--incident", "26-1"),
        "--incident: call 1 already has that number; to add to it: ccu call edit 1",
    )


def test_the_incident_number_of_an_imported_call_stays(call: Ccu, db_path: Path) -> None:
    connection = sqlite3.connect(db_path)
    connection.execute(
        "INSERT INTO import_batch"
        " VALUES (1, 'a.csv', '', 'l', '2026-01-31T00:00:00-05:00', 1, 1, 1, 0, 0, 0, NULL)"
    )
    connection.execute("UPDATE call SET import_batch_id = 1")
    connection.commit()
    connection.close()
    refused(
        call("call", "edit", "1", "--incident", "x"),
        "--incident: call 1 was imported; its incident number cannot be changed",
    )
    call("call", "void", "1", "--reason", "test call")
    assert shown(call)["incident"] == "26-1"


# ---------------------------------------------------------------- void


def test_a_void_call_is_kept_and_no_longer_counted(call: Ccu, db_path: Path) -> None:
    result = call("call", "void", "1", "--reason", "logged twice")
    assert result == (
        0,
        "Voided call 1; it is kept, but not in counts or cards.\n",
        "",
    )
    page = call("call", "show", "1").out
    login = shown(call)["recorded_by"]
    assert page.startswith(
        f"Call 1\n\nVOID since Sat Jan 31, 2026 23:59, by {login}\n  logged twice\n\nBegan "
    )
    assert "  2026-01-31 22:30  yes" not in call("history", "--address", "12 Main St Apt 3").out
    assert rows(db_path, "SELECT count(*), min(narrative) FROM call") == [(1, None)]
    assert rows(db_path, "SELECT action FROM audit WHERE action = 'void'") == [("void",)]


def test_a_void_call_is_not_voided_or_amended_again(call: Ccu) -> None:
    call("call", "void", "1", "--reason", "logged twice")
    refused(call("call", "void", "1", "--reason", "again"), "call 1 is already void")
    refused(
        call("call", "edit", "1", "--beat", "4"),
        "call 1 is void and cannot be edited; to bring it back: ccu call unvoid 1",
    )


def test_the_incident_number_of_a_void_call_can_be_used_again(call: Ccu) -> None:
    call("call", "void", "1", "--reason", "wrong address")
    assert call(*USUAL).code == 0
    assert [each["field"] for each in shown(call)["changes"]] == ["incident", "voided_at"]


def test_void_needs_a_reason(call: Ccu) -> None:
    refused(call("call", "void", "1", "--reason", "  "), "--reason is empty")
    assert call("call", "void", "1").code == 2


def test_without_a_subcommand_the_help_is_shown(ccu: Ccu) -> None:
    assert "unvoid" in ccu("call").out + ccu("call").err


def test_a_call_voided_in_error_is_unvoided(call: Ccu) -> None:
    before = call("history", "--call", "1", "-f", "json").out
    shown = json.loads(call("call", "show", "1", "-f", "json").out)
    assert call("call", "void", "1", "--reason", "twice").code == 0
    done = call("call", "unvoid", "1", "--reason", "it was another call")
    assert done == (0, "Call 1 is no longer void; it is in counts and cards again.\n", "")
    assert call("history", "--call", "1", "-f", "json").out == before
    now = json.loads(call("call", "show", "1", "-f", "json").out)
    assert [each["reason"] for each in now.pop("changes")] == ["twice"] * 2 + [
        "it was another call"
    ] * 2
    assert now == {key: value for key, value in shown.items() if key != "changes"}
    assert call("call", "unvoid", "1").err == "ccu: error: call 1 is not void\n"


def test_an_incident_number_given_away_meanwhile_is_not_taken_back(call: Ccu) -> None:
    assert call("call", "void", "1", "--reason", "twice").code == 0
    assert call(*USUAL).code == 0
    done = call("call", "unvoid", "1")
    assert (done.code, done.err) == (
        2,
        "ccu: error: call 2 now has its incident number; to free it:"
        " ccu call edit 2 --clear incident\n",
    )


def test_old_names_of_commands_still_work(call: Ccu) -> None:
    assert call("call", "amend", "1", "--beat", "9").out == "Edited call 1: beat.\n"
    assert "amend" not in call("call", "--help").out
    assert "did you mean" in call("call", "correct", "1").err
