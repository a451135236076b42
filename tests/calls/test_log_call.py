"""`ccu log-call`: what is kept, what is refused, and what it asks."""

import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Ccu, Result, examples, run_ccu

HERE = ("--address", "12 Main St Apt 3")
USUAL = ("log-call", "--when", "22:30", *HERE, "--nature", "welfare_check")


def rows(path: Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


def logged(result: Result) -> dict[str, object]:
    assert result.code == 0, result.err
    call: dict[str, object] = json.loads(result.out)["call"]
    return call


def refused(result: Result, sentence: str, code: int = 2) -> None:
    assert result == (code, "", f"ccu: error: {sentence}\n")


# ---------------------------------------------------------------- what is kept


def test_logging_a_call_prints_its_number_and_the_card(ccu: Ccu) -> None:
    result = ccu(*USUAL)
    assert result.code == 0
    head = "Logged call 1.\n\n12 MAIN ST # 3, WESTPORT\n1st care call here in 90 days.\n"
    assert result.out.startswith(head)
    assert result.out.endswith(
        "  Care  Nature         Disposition  Outcome\n"
        "       1  01/31/2026 22:30  yes   Welfare check               No decision yet\n"
    )
    assert result.err == ""


def test_a_call_of_years_ago_is_refused_unless_it_is_written_in_full(ccu: Ccu) -> None:
    line = ("log-call", *HERE, "--nature", "crisis", "--when")
    refused(
        ccu(*line, "1/20/2006 22:30"),
        "--when: 01/20/2006 is 20 years ago; if that is right, write 2006-01-20 22:30",
    )
    assert ccu(*line, "1/20/2021 22:30").code == 0
    assert logged(ccu(*line, "2006-01-20 22:30", "-f", "json"))["occurred_at"] == (
        "2006-01-20T22:30:00-05:00"
    )
    typed = ("1/20/1998 22:30", "n", "1/20/1998 22:30", "y")
    asked = run_ccu(*line[:-1], stdin="\n".join(typed) + "\n" * 12, tty=True)
    assert "01/20/1998 is 28 years ago; use it anyway? y or n: " in asked.err
    assert "  Type the day again\n" in asked.err
    assert "Tue Jan 20, 1998 22:30" in asked.err


def test_a_second_call_is_counted_on_the_card(ccu: Ccu) -> None:
    ccu(*USUAL)
    assert "2nd care call here in 90 days." in ccu(*USUAL).out


@pytest.mark.parametrize("typed", ["27 imperial", "27 Imperail Ave", "27 Imperial Ave, Wesport"])
def test_a_new_address_beside_a_similar_one_is_told(typed: str, ccu: Ccu) -> None:
    call = ("--when", "09:00", "--nature", "crisis", "-f", "json")
    assert json.loads(ccu("log-call", "--address", "27 Imperial Ave", *call).out)["near"] == []
    done = ccu("log-call", "--address", typed, *call)
    (near,) = json.loads(done.out)["near"]
    assert (done.code, near["address"], near["calls"]) == (0, "27 IMPERIAL AVE, WESTPORT", 1)
    assert " is a new address; similar on file: 27 IMPERIAL AVE, WESTPORT (1 call)." in done.err
    _, _, advice = done.err.partition("ccu ")
    *words, address, _ = advice.split('"')
    assert ccu(*words[0].split(), address).code == 0
    on_card = json.loads(ccu("history", "-a", "27 Imperial Ave", "-f", "json").out)["calls"]
    assert len(on_card) == 2


@pytest.mark.parametrize("typed", ["29 Imperial Ave", "27 Imperial Ave Apt 3", "27 Imperial Ave"])
def test_a_neighbor_or_another_unit_is_not_told(typed: str, ccu: Ccu) -> None:
    call = ("--when", "09:00", "--nature", "crisis", "-f", "json")
    assert ccu("log-call", "--address", "27 Imperial Ave", *call).code == 0
    done = ccu("log-call", "--address", typed, *call)
    assert json.loads(done.out)["near"] == []
    assert "similar" not in done.err


def test_an_amended_address_beside_a_similar_one_is_told(ccu: Ccu) -> None:
    call = ("--when", "09:00", "--nature", "crisis")
    assert ccu("log-call", "--address", "27 Imperial Ave", *call).code == 0
    done = ccu("call", "edit", "1", "--address", "27 imperial")
    assert "similar on file: 27 IMPERIAL AVE, WESTPORT" in done.err


def test_the_full_record_comes_back_as_json(ccu: Ccu, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Said “fine”.\n[red] :smile:\n", encoding="utf-8")
    result = ccu(
        *("log-call", "--when", "yesterday 22:30", "--dispatched", "22:31", "--arrived", "22:40"),
        *("--cleared", "00:10", *HERE, "--nature", "Welfare check", "--nature-cleared", "trespass"),
        *("--source", "walk-in", "--incident", "26-0042", "--priority", "P2", "--beat", "4"),
        *("--lead", "human_services", "--crisis-kind", "mood", "--danger", "weapon,threat"),
        *("--backup-asked", "--no-backup-arrived", "--no-force-used", "--injury"),
        *("--responder", "police:arrived:unit=4A:minutes=30"),
        *("--responder", "mobile_crisis:unavailable:no team: nights"),
        *("--responder", "human_services+clinician"),
        *("--intervention", "de_escalation", "--intervention", "naloxone"),
        *("--disposition", "Resolved on scene", "--minutes", "45"),
        *("--person", "unknown", "--person", "caller: described: tall man"),
        *("--note-file", str(note), "--format", "json"),
    )
    assert logged(result) == {
        "id": 1,
        "source_system": "ccu",
        "incident": "26-0042",
        "occurred_at": "2026-01-30T22:30:00-05:00",
        "dispatched_at": "2026-01-30T22:31:00-05:00",
        "arrived_at": "2026-01-30T22:40:00-05:00",
        "cleared_at": "2026-01-31T00:10:00-05:00",
        "recorded_at": "2026-01-31T23:59:59-05:00",
        "recorded_by": logged(result)["recorded_by"],
        "address": "12 Main St Apt 3",
        "place_id": 1,
        "source": "walk_in",
        "nature": "welfare_check",
        "nature_cleared": "trespass",
        "care": False,
        "cad_nature": None,
        "cad_cleared": None,
        "cad_disposition": None,
        "crisis_kind": "mood",
        "priority": "P2",
        "beat": "4",
        "lead_agency": "human_services",
        "backup_asked": True,
        "backup_arrived": False,
        "force_used": False,
        "injury": True,
        "minutes": 45,
        "dangers": ["weapon", "threat"],
        "interventions": ["de_escalation", "naloxone"],
        "dispositions": ["resolved"],
        "responders": [
            responder("police", unit="4A", minutes=30),
            responder("mobile_crisis", state="unavailable", reason="no team: nights"),
            responder("human_services", clinician=True),
        ],
        "people": [{"id": 1, "role": "subject"}, {"id": 2, "role": "caller"}],
        "clock_known": True,
        "voided_at": None,
        "voided_by": None,
        "void_reason": None,
    }
    shown = ccu("call", "show", "1", "--full", "--reason", "test", "--format", "json")
    assert json.loads(shown.out)["narrative"] == "Said “fine”.\n[red] :smile:"


def responder(agency: str, **more: object) -> dict[str, object]:
    usual = {"state": "arrived", "clinician": False, "unit": "", "reason": None, "minutes": None}
    return {"agency": agency, **usual, **more}


def test_names_come_from_a_file_or_standard_input(ccu: Ccu, db_path: Path) -> None:
    people = "Ana Reyes; born 1980-01-02\n\nfamily: O'Brien, Mary Jo\nvictim: unknown\nBob\n"
    assert ccu(*USUAL, "--person-file", "-", stdin=people).code == 0
    found = rows(
        db_path,
        "SELECT given_name, family_name, birth_date, role FROM call_person"
        " JOIN person ON person.id = person_id ORDER BY person.id",
    )
    assert found == [
        ("Ana", "Reyes", "1980-01-02", "subject"),
        ("Mary Jo", "O'Brien", None, "family"),
        ("", "", None, "victim"),
        ("Bob", "", None, "subject"),
    ]


def test_a_person_already_known_is_named_by_number(ccu: Ccu, db_path: Path) -> None:
    ccu(*USUAL, "--person-file", "-", stdin="Ana Reyes\n")
    assert logged(ccu(*USUAL, "--person", "family: 1", "-f", "json"))["people"] == [
        {"id": 1, "role": "family"}
    ]
    refused(ccu(*USUAL, "--person", "7"), "no person 7", 3)
    assert rows(db_path, "SELECT count(*) FROM call") == [(2,)]


def test_every_write_has_its_audit_event_without_names(ccu: Ccu, db_path: Path) -> None:
    ccu(*USUAL, "--person-file", "-", stdin="Ana Reyes\n")
    events = rows(db_path, "SELECT action, record, record_id, detail FROM audit ORDER BY id")[-4:]
    assert [event[:3] for event in events] == [
        ("person-add", "person", 1),
        ("log-call", "call", 1),
        ("history", "place", 1),
        ("history", "person", 1),
    ]
    assert "Reyes" not in json.dumps(events)


def test_an_incident_number_belongs_to_the_dispatch_system_that_is_set(ccu: Ccu) -> None:
    ccu("settings", "cad_system", "tiburon")
    assert logged(ccu(*USUAL, "--incident", "7", "-f", "json"))["source_system"] == "tiburon"
    assert logged(ccu(*USUAL, "-f", "json"))["source_system"] == "ccu"


def test_an_address_that_is_no_place_is_kept_in_its_words(ccu: Ccu) -> None:
    call = ("log-call", "--when", "22:30", "--address", "UNKNOWN", "--nature", "other")
    assert ccu(*call) == (
        0,
        "Logged call 1.\n\nNo address was recognized, so there is no card; it is kept as typed.\n",
        "",
    )


def test_the_calls_of_the_card_can_be_had_as_csv(ccu: Ccu) -> None:
    assert ccu(*USUAL, "--format", "csv").out == (
        '"id","occurred","care","nature","outcome","answer"\n'
        '"1","2026-01-31 22:30","yes","Welfare check","","No decision yet"\n'
    )


def test_a_call_whose_card_cannot_be_written_is_refused_first(ccu: Ccu, db_path: Path) -> None:
    result = ccu(*USUAL, "--output", "/nowhere/card.txt")
    assert result == (2, "", "ccu: error: cannot write --output: no such folder\n")
    assert rows(db_path, "SELECT count(*) FROM call") == [(0,)]


# ---------------------------------------------------------------- times


@pytest.mark.parametrize(
    ("option", "text", "at"),
    [
        ("--arrived", "22:40", "2026-01-30T22:40:00-05:00"),
        ("--arrived", "10:40 pm", "2026-01-30T22:40:00-05:00"),
        ("--cleared", "00:10", "2026-01-31T00:10:00-05:00"),
        ("--cleared", "2026-01-31 11:00", "2026-01-31T11:00:00-05:00"),
        ("--cleared", "22:30", "2026-01-30T22:30:00-05:00"),
    ],
)
def test_a_time_without_a_day_is_the_first_after_the_call_began(
    option: str, text: str, at: str, ccu: Ccu
) -> None:
    began = ("log-call", "--when", "yesterday 22:30", *HERE, "--nature", "crisis")
    call = logged(ccu(*began, option, text, "-f", "json"))
    assert call[option.strip("-") + "_at"] == at


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        (
            ("--when", "22:30", "--cleared", "22:20"),
            "--cleared is before --when; for another day, give its date too",
        ),
        (
            ("--when", "23:30", "--cleared", "00:20"),
            "--cleared is in the future: the call began at 23:30",
        ),
        (
            ("--when", "20:00", "--arrived", "21:00", "--cleared", "20:30"),
            "--cleared is before --arrived",
        ),
        (
            ("--when", "22:30", "--cleared", "2026-01-30 23:00"),
            "--cleared is before --when",
        ),
    ],
)
def test_times_out_of_order_are_refused(
    times: tuple[str, ...], sentence: str, ccu: Ccu, db_path: Path
) -> None:
    refused(ccu("log-call", *times, *HERE, "--nature", "crisis"), sentence)
    assert rows(db_path, "SELECT count(*) FROM call") == [(0,)]


def test_a_call_in_the_future_is_refused(ccu: Ccu) -> None:
    result = ccu("log-call", "--when", "2026-02-01 09:00", *HERE, "--nature", "crisis")
    assert result.code == 2
    assert "--when" in result.err
    assert "is in the future" in result.err


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ("--danger", "wepon"),
            "--hazard: not a valid hazard. Did you mean weapon? List them: ccu codes hazard",
        ),
        (
            ("--danger", "zzz"),
            "--hazard: not a valid hazard. Choose from"
            " weapon, violence, threat, injury, fire, dog, biohazard, barricade, other, none."
            " List them: ccu codes hazard",
        ),
        (("--danger", "none,fire"), "--hazard none cannot be combined with another hazard"),
        (("--danger", ""), "--hazard is empty"),
        (("--minutes", "1_000"), "--minutes must be a whole number from 0 to 100000, or 1 h 20"),
        (("--minutes", "３"), "--minutes must be a whole number from 0 to 100000, or 1 h 20"),
        (("--minutes", "1e5"), "--minutes must be a whole number from 0 to 100000, or 1 h 20"),
        (("--minutes", "-1"), "--minutes must be a whole number from 0 to 100000, or 1 h 20"),
        (("--minutes", "NaN"), "--minutes must be a whole number from 0 to 100000, or 1 h 20"),
        (
            ("--beat", "\x1b]0;pwned\x07"),
            "--beat must be one line of text without control characters",
        ),
        (("--beat", "a\nb"), "--beat must be one line of text without control characters"),
        (
            ("--beat", "a\udcffb"),
            "--beat: has bytes that are not UTF-8; type it again, or set the terminal to UTF-8",
        ),
        (("--beat", "x" * 61), "--beat is longer than 60 characters"),
        (("--address", "x" * 301), "--address is longer than 300 characters"),
        (("--address", "  "), "--address is empty"),
        (
            ("--responder", "police+sergeant"),
            "--responder: after the agency only +clinician is allowed",
        ),
        (
            ("--responder", "police:arrived:late"),
            "--responder: a reason is allowed only with cancelled or unavailable",
        ),
        (
            ("--responder", "police:arrived:minutes=x"),
            "minutes= of --responder must be a whole number from 0 to 100000, or 1 h 20",
        ),
        (
            ("--responder", "polise"),
            "--responder: not a valid agency. Did you mean police? List them: ccu codes agency",
        ),
        (
            ("--person", "Ana Reyes"),
            "--person: give unknown, described: TEXT or a person's number; put a name in"
            " --person-file, because others on this machine can read command lines",
        ),
        (
            ("--person", "neighbor: unknown"),
            "the role in --person: not a valid role on call."
            " Choose from subject, caller, family, victim, witness."
            " List them: ccu codes role_on_call",
        ),
        (("--person", "007"), "a person is named by its number, such as 12"),
        (("--note-file", "/nowhere/note"), "cannot read --note-file: no such file"),
        (("--note-file", "/"), "cannot read --note-file: it is a folder"),
        (
            ("--note-file", "-", "--person-file", "-"),
            "--person-file and --note-file cannot both be -; name a file for one of them",
        ),
    ],
)
def test_invalid_values_are_refused_in_one_sentence(
    options: tuple[str, ...], sentence: str, ccu: Ccu, db_path: Path
) -> None:
    refused(ccu(*USUAL, *options), sentence)
    assert rows(db_path, "SELECT count(*) FROM call") == [(0,)]
    assert rows(db_path, "SELECT count(*) FROM person") == [(0,)]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "Ana Reyes; born 2026-02-01",
            "the birth date is in the future; today is Jan 31, 2026",
        ),
        ("Ana Reyes; born 2025-02-29", "the birth date is not a day in the calendar"),
        ("Ana Reyes; born 1801-01-01", "the birth date has a year outside 1900 to 2200"),
        (
            "Robert'); DROP TABLE call;--",
            "after the name you can write: born 1/31/1980, an age, or a relation such as daughter",
        ),
        ("--,--", "a name needs a letter"),
    ],
)
def test_an_invalid_person_is_refused_without_the_name(
    line: str, sentence: str, ccu: Ccu, db_path: Path
) -> None:
    result = ccu(*USUAL, "--person-file", "-", stdin=f"Bo Li\n{line}\n")
    refused(result, f"--person-file line 2: {sentence}")
    assert rows(db_path, "SELECT count(*) FROM person") == [(0,)]


def test_a_retired_code_is_refused(ccu: Ccu, db_path: Path) -> None:
    connection = sqlite3.connect(db_path)
    connection.execute("UPDATE danger SET retired = 1 WHERE code = 'fire'")
    connection.commit()
    connection.close()
    refused(ccu(*USUAL, "--danger", "fire"), "--hazard: that choice is retired; choose another")


def test_an_incident_number_is_given_once(ccu: Ccu) -> None:
    ccu(*USUAL, "--incident", "26-1")
    refused(
        ccu(*USUAL, "--incident", "26-1"),
        "--incident: call 1 already has that number; to add to it: ccu call edit 1",
    )


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ((), "--when, --address and --nature are missing"),
        (("--when", "22:30", *HERE), "--nature is missing"),
        (("--when", "22:30", "--no-input"), "--address and --nature are missing"),
    ],
)
def test_what_is_missing_is_named_where_nobody_can_be_asked(
    said: tuple[str, ...], sentence: str, ccu: Ccu
) -> None:
    refused(ccu("log-call", *said), sentence)
    refused(ccu("log-call", *said, "--no-input", tty=True), sentence)


# ---------------------------------------------------------------- notes


def narrative(db_path: Path) -> object:
    return rows(db_path, "SELECT narrative FROM call ORDER BY id DESC LIMIT 1")[0][0]


@pytest.mark.parametrize(
    "note",
    [
        "a" * 10_000,
        "é" * 1_000_000,
        "😀 שלום ‮abc‬ e" + "\u0301" * 50,
        "Robert'); DROP TABLE call;--",
        "[/b] [red]x :smile: <script>\t% _ \\ =cmd()",
    ],
)
def test_a_note_is_kept_exactly(note: str, ccu: Ccu, db_path: Path) -> None:
    assert ccu(*USUAL, "--note-file", "-", stdin=note + "\n").code == 0
    assert narrative(db_path) == note


@pytest.mark.parametrize("note", ["", "\n", "  \n\t\n"])
def test_a_note_of_spaces_is_empty(note: str, ccu: Ccu, db_path: Path) -> None:
    assert ccu(*USUAL, "--note-file", "-", stdin=note).code == 0
    assert narrative(db_path) is None


@pytest.mark.parametrize(
    ("note", "sentence"),
    [
        (b"a\0b", "--note-file holds control characters or bytes that are not UTF-8 text"),
        (
            b"\x1b]52;c;x\x07",
            "--note-file holds control characters or bytes that are not UTF-8 text",
        ),
        (b"caf\xe9", "--note-file is not UTF-8 text"),
        (b"x" * 2_000_001, "--note-file is longer than 2,000,000 characters"),
    ],
)
def test_a_note_that_is_no_text_is_refused(
    note: bytes, sentence: str, ccu: Ccu, db_path: Path
) -> None:
    refused(ccu(*USUAL, "--note-file", "-", stdin=note), sentence)
    assert rows(db_path, "SELECT count(*) FROM call") == [(0,)]


@settings(
    max_examples=examples(10, 120),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(note=st.text(alphabet=st.characters(), max_size=80))
def test_any_note_comes_back_or_is_refused(note: str, ccu: Ccu, db_path: Path) -> None:
    before = rows(db_path, "SELECT count(*) FROM call")
    result = ccu(*USUAL, "--note-file", "-", stdin=note.encode("utf-8", "surrogatepass"))
    if result.code == 0:
        kept = note.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        kept = kept.removesuffix("\n")
        assert narrative(db_path) == (kept if kept.strip() else None)
    else:
        assert result.code == 2
        assert result.err.count("\n") == 1
        assert rows(db_path, "SELECT count(*) FROM call") == before


@settings(
    max_examples=examples(10, 120),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    option=st.sampled_from(
        ("--address", "--beat", "--incident", "--responder", "--person", "--danger", "--arrived")
    ),
    text=st.text(alphabet=st.characters(exclude_characters="\0"), max_size=40),
)
def test_any_text_in_any_option_is_accepted_or_refused(
    option: str, text: str, ccu: Ccu, db_path: Path
) -> None:
    before = rows(db_path, "SELECT count(*) FROM call")
    result = ccu(*USUAL, f"{option}={text}")
    if result.code:
        assert result.code in (2, 3)
        assert result.err.count("\n") == 1
        assert rows(db_path, "SELECT count(*) FROM call") == before
    elif option == "--beat":
        kept = rows(db_path, "SELECT beat FROM call ORDER BY id DESC LIMIT 1")[0][0]
        assert kept == (text.strip() or None)


# ---------------------------------------------------------------- asking


def test_enter_records_the_same_as_leaving_out_the_option(ccu: Ccu, db_path: Path) -> None:
    typed = ["", "12 Main St Apt 3", "wel", "", "", "", "", "", "", "", "", "y"]
    result = ccu("log-call", stdin="\n".join(typed) + "\n", tty=True)
    assert result.code == 0, result.err
    assert "Logged call 1." in result.out
    assert "When did it begin [now]: " in result.err
    assert "Reported by (Enter to skip): " in result.err
    given = ("--when", "now", "--address", "12 Main St Apt 3", "--nature", "welfare_check")
    assert ccu("log-call", *given).code == 0
    asked, told = (
        {**json.loads(ccu("call", "show", number, "-f", "json").out), "id": None}
        for number in ("1", "2")
    )
    assert asked == told
    assert (asked["source"], asked["responders"], asked["dangers"]) == (None, [], [])


def test_a_wrong_answer_is_explained_and_asked_again(ccu: Ccu, db_path: Path) -> None:
    typed = [
        "last night",
        "22:30",
        "",
        "12 Main St",
        "s",
        "4",
        "",
        "n",
        "none",
        "",
        "1,3",
        "99",
        "1",
    ]
    typed += ["x", "30", "caller: Ana Reyes", "unknown", "", "one", "two", "", "y"]
    result = ccu("log-call", stdin="\n".join(typed) + "\n", tty=True)
    assert result.code == 0, result.err
    assert "  Address is empty\n" in result.err
    assert "  Type two letters or more of Suicide attempt or threat, Substance use, " in result.err
    assert "  Type none in full to record that no hazard was found\n" in result.err
    assert "  Minutes must be a whole number from 0 to 100000, or 1 h 20\n" in result.err
    assert rows(db_path, "SELECT nature, minutes, narrative FROM call") == [
        ("welfare_check", 30, "one\ntwo")
    ]
    assert rows(db_path, "SELECT danger FROM call_danger") == [("none",)]
    assert rows(db_path, "SELECT disposition FROM call_disposition") == [("resolved",)]
    assert rows(db_path, "SELECT count(*) FROM call_person") == [(2,)]


def test_what_was_given_is_not_asked(ccu: Ccu) -> None:
    given_too = ("--address", "12 Main St", "--source", "988", "--person", "unknown")
    typed = ["22:30", "crisis", "", "", "", "", "", "", "y"]
    result = ccu("log-call", *given_too, stdin="\n".join(typed) + "\n", tty=True)
    assert result.code == 0, result.err
    for question in ("Address: ", "Reported by (", "Person 1"):
        assert question not in result.err


def test_with_the_three_that_are_needed_it_asks_nothing(ccu: Ccu) -> None:
    assert ccu(*USUAL, tty=True).err == ""


@pytest.mark.parametrize("answers", range(11))
def test_stopping_at_any_question_writes_nothing(answers: int, ccu: Ccu, db_path: Path) -> None:
    typed = ["22:30", "12 Main St", "crisis", "", "", "", "", "", "", "Ana Reyes", ""][:answers]
    result = ccu("log-call", stdin="".join(f"{line}\n" for line in typed), tty=True)
    assert result.code == 130
    assert result.out == ""
    assert "\nCancelled. No" in result.err
    assert rows(db_path, "SELECT count(*) FROM call") == [(0,)]


def test_a_wrong_option_is_told_before_the_questions(ccu: Ccu) -> None:
    result = ccu("log-call", "--nature", "zz", stdin="\n", tty=True)
    assert result.code == 2
    assert "Address" not in result.err


@pytest.mark.parametrize("option", ["--hazard", "--hazards", "--danger"])
def test_a_hazard_is_given_by_the_word_of_the_screens(option: str, ccu: Ccu) -> None:
    assert ccu(*USUAL, option, "dog").code == 0
    assert ccu("call", "edit", "1", option.replace("--", "--add-"), "weapon").code == 0
    assert json.loads(ccu("call", "show", "1", "-f", "json").out)["dangers"] == ["weapon", "dog"]
    assert ccu("call", "edit", "1", "--clear", "hazard").code == 0
    assert json.loads(ccu("call", "show", "1", "-f", "json").out)["dangers"] == []


def test_help_names_hazards_once(ccu: Ccu) -> None:
    help = ccu("call", "edit", "--help").out
    assert "--hazard CODE" in help and "--add-hazard CODE" in help
    assert "danger" not in help
