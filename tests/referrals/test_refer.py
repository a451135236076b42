"""`ccu refer`: what it makes, for which person, what it warns of and what it refuses."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from .. import steps, typed
from ..conftest import Ccu, run_ccu
from ..steps import at

JSON_PAGE = Path(__file__).parents[2] / "docs" / "json.md"


@pytest.fixture
def ccu(ccu: Ccu) -> Ccu:
    steps.start(ccu)
    return ccu


def test_a_referral_is_made_with_its_follow_ups(ccu: Ccu) -> None:
    warm = ("--handoff", "warm_in_person", "--handoff-minutes", "20", "--parties", "HSD worker")
    done = at("2026-01-31T10:00", *("refer", "1", "--to", "homes", "--need", "Housing"), *warm)
    owner = steps.referral(ccu, 1)["owner"]["login"]
    assert done == (
        0,
        "Referral 1: Housing, Homes with Hope (requested)\n"
        "\n"
        "About    person 1\n"
        f"Owner    {owner}\n"
        "Handoff  Warm, in person, HSD worker, 20 minutes\n"
        f"Follow-up 1: Call, due Sat Jan 31, 2026 22:30 ({owner})\n"
        f"Follow-up 2: Call, due Fri Feb 6, 2026 22:30 ({owner})\n",
        "",
    )


def test_the_json_shape_is_the_documented_one(ccu: Ccu) -> None:
    done = ccu("refer", "1", "--to", "1", "--need", "housing", "-f", "json")
    made = json.loads(done.out)
    shown = steps.referral(ccu, 1)
    assert list(made) == [*shown, "warnings"]
    said = JSON_PAGE.read_text().partition("ccu referral show\n  {")[2].partition("}\n\n")[0]
    for _ in range(4):  # without the shapes within
        said = re.sub(r"[\[{][^][{}]*[\]}]", "", said)
    assert [word.strip() for word in said.split(",")] == list(shown)
    assert set(shown["events"][0]) == {
        *("status", "reason", "note", "at", "recorded_at", "by", "owner", "again", "undone"),
        "note_characters",
    }
    assert set(shown["follow_ups"][0]) == {
        *("id", "kind", "due_at", "owner", "unsigned", "closed_at", "attempts")
    }


def test_one_call_may_have_several_and_anybody_may_own_them(ccu: Ccu) -> None:
    steps.provider(ccu, "Detox House", need="detox")
    steps.refer(ccu)
    steps.refer(ccu, "--to", "detox", "--need", "detox", "--owner", "dlee")
    second = steps.referral(ccu, 2)
    assert second["owner"] == {"login": "dlee", "name": "Dana Lee", "phone": "203-555-0142"}
    assert {each["owner"] for each in second["follow_ups"]} == {"dlee"}
    assert steps.referral(ccu, 1)["call"] == second["call"] == 1


def test_it_is_for_the_only_subject_or_names_no_person(ccu: Ccu) -> None:
    two = steps.call(ccu, "unknown", "unknown", "caller: unknown")
    none = steps.call(ccu, "caller: unknown")
    line = ("--to", "1", "--need", "housing")
    done = ccu("refer", str(two), *line)
    assert done.err == (
        "Note: call 2 has 2 subjects, so this names no person; --person names one.\n"
        "To name the person later: ccu referral edit 1 --person N\n"
    )
    assert "\nAbout    no person named\n" in done.out
    assert ccu("refer", str(none), *line).err == (
        "Note: call 3 has no subject, so this names no person; --person names one.\n"
        "To name the person later: ccu referral edit 2 --person N\n"
    )
    assert ccu("refer", str(two), *line, "--person", "2").err == ""
    assert ccu("refer", str(two), *line, "--person", "1").err == (
        "Note: person 1 was not on call 2.\n"
    )
    assert [steps.referral(ccu, number)["person"] for number in (1, 2, 3, 4)] == [None, None, 2, 1]


def test_a_merged_person_is_the_record_that_stays(ccu: Ccu, db_path: Path) -> None:
    steps.call(ccu, "unknown")
    steps.merge(db_path, 1, into=2)
    assert ccu("refer", "1", "--to", "1", "--need", "housing", "--person", "1") == (
        2,
        "",
        "ccu: error: person 1 was merged into person 2\n",
    )
    done = ccu("refer", "1", "--to", "1", "--need", "housing")
    assert (done.code, done.err) == (0, "")  # nor is it said that person 2 was not on the call
    assert steps.referral(ccu, 1)["person"] == 2


def test_a_full_old_or_unfitting_provider_gives_a_note_and_does_not_stop_it(ccu: Ccu) -> None:
    assert ccu("provider", "edit", "1", "--capacity", "full", "--verified", "2025-01-03").code == 0
    done = ccu("refer", "1", "--to", "1", "--need", "food", "-f", "json")
    warnings = [
        "provider 1 (Homes with Hope) is full",
        "provider 1 (Homes with Hope) is not listed for Food",
        "the details of provider 1 (Homes with Hope) are out of date: verified Jan 3, 2025",
    ]
    assert done.code == 0
    assert done.err == "".join(f"Note: {each}.\n" for each in warnings)
    assert json.loads(done.out)["warnings"] == warnings
    assert ccu("provider", "edit", "1", "--capacity", "waitlist").code == 0
    assert "has a waitlist.\n" in ccu("refer", "1", "--to", "1", "--need", "housing").err


def test_the_same_again_is_named_and_made(ccu: Ccu) -> None:
    steps.refer(ccu)
    done = ccu("refer", "1", "--to", "1", "--need", "housing")
    assert (done.code, done.err) == (
        0,
        "Note: already open for the same need: referral 1; --again-of refers again.\n",
    )


def test_referring_again_is_an_event_of_the_one_before(ccu: Ccu) -> None:
    steps.provider(ccu, "Other Homes")
    steps.refer(ccu)
    steps.refer(ccu, "--to", "2", "--need", "food")
    assert ccu("referral", "update", "1", "--status", "declined").code == 0
    done = ccu("refer", "1", "--to", "2", "--again-of", "1")
    assert (done.code, done.err) == (0, "")
    third = steps.referral(ccu, 3)
    assert (third["again_of"], third["need"], third["person"]) == (1, "housing", 1)
    events = steps.referral(ccu, 1)["events"]
    assert [(each["status"], each["again"]) for each in events] == [
        ("requested", None),
        ("declined", None),
        ("declined", 3),
    ]
    assert ccu("refer", "1", "--to", "1", "--again-of", "2").err == (
        "Note: referral 2 is still open; to close it: ccu referral edit 2.\n"
        "Note: provider 1 (Homes with Hope) is not listed for Food.\n"
    )


def test_a_draft_is_not_requested_and_not_forgotten(ccu: Ccu) -> None:
    steps.refer(ccu, "--draft")
    draft = steps.referral(ccu, 1)
    assert (draft["status"], len(draft["follow_ups"])) == ("draft", 2)
    assert json.loads(ccu("referral", "list", "--inbox", "-f", "json").out) == []


def test_follow_ups_are_due_from_the_end_of_the_call_not_from_when_it_was_made(ccu: Ccu) -> None:
    steps.refer(ccu, "--made", "yesterday 23:00")
    found = steps.referral(ccu, 1)
    assert found["made_at"] == found["events"][0]["at"] == "2026-01-30T23:00:00-05:00"
    assert found["follow_ups"][0]["due_at"] == "2026-01-31T22:30:00-05:00"
    at("2026-02-05T10:00", "refer", "1", "--to", "1", "--need", "housing")  # 24 hours are over
    due = [each["due_at"] for each in steps.referral(ccu, 2)["follow_ups"]]
    assert due == ["2026-02-06T10:00:00-05:00", "2026-02-06T22:30:00-05:00"]


def test_a_note_is_kept_and_shown_only_for_a_reason(
    ccu: Ccu, tmp_path: Path, db_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("His sister Ana drives him.")
    steps.refer(ccu, "--note-file", str(note))
    assert "Ana" not in ccu("referral", "show", "1").out
    assert "26 characters" in ccu("referral", "show", "1").out
    assert ccu("referral", "show", "1", "--full").err == "ccu: error: --full needs --reason\n"
    assert "His sister Ana" in ccu("referral", "show", "1", "--full", "--reason", "case").out
    with sqlite3.connect(db_path) as hand:
        assert "Ana" not in str(hand.execute("SELECT * FROM audit").fetchall())
        assert hand.execute("SELECT reason FROM audit_reason").fetchall() == [("case",)]


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["1"], 2, "--need and --to are missing"),
        (["1", "--to", "1"], 2, "--need is missing"),
        (["1", "--need", "housing"], 2, "--to is missing"),
        (["9", "--to", "1", "--need", "housing"], 3, "no call 9"),
        (["x", "--to", "1", "--need", "housing"], 2, "a call is named by its number"),
        (["1", "--to", "nobody", "--need", "housing"], 3, "--to: no provider of that number"),
        (["1", "--to", "2", "--need", "housing"], 2, "--to: provider 2 (Gone) is retired; choose"),
        (["2", "--to", "1", "--need", "housing"], 2, "call 2 is void"),
        (["1", "--to", "1", "--need", "huosing"], 2, "--need: not a valid need. Did"),
        (["1", "--to", "1", "--need", "housing", "--handoff", "hot"], 2, "--handoff: not a"),
        (["1", "--to", "1", "--need", "housing", "--person", "99"], 3, "no person 99"),
        (["1", "--to", "1", "--need", "housing", "--owner", "who"], 3, "--owner: no such account"),
        (["1", "--to", "1", "--need", "housing", "--made", "2026-01-29 10:00"], 2, "--made is bef"),
        (["1", "--to", "1", "--need", "housing", "--made", "2026-02-01 10:00"], 2, "--made"),
        (["1", "--to", "1", "--need", "housing", "--handoff-minutes", "-1"], 2, "--handoff-minut"),
        (["1", "--to", "1", "--again-of", "99"], 3, "no referral 99"),
        (
            ["1", "--to", "1", "--again-of", "1", "--person", "2"],
            2,
            "--again-of: referral 1 is for",
        ),
        (["1", "--to", "1", "--need", "housing", "--note-file", "/no/such"], 2, "cannot read"),
    ],
)
def test_bad_input_is_one_sentence_and_writes_nothing(
    args: list[str], code: int, says: str, ccu: Ccu, db_path: Path
) -> None:
    steps.refer(ccu)
    steps.provider(ccu, "Gone")
    assert ccu("provider", "retire", "2").code == 0
    assert steps.call(ccu, "unknown") == 2
    assert ccu("call", "void", "2", "--reason", "typed twice").code == 0
    before = steps.everything(db_path)
    done = ccu("refer", *args)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"ccu: error: {says}")
    assert done.err.count("\n") == 1
    assert steps.everything(db_path) == before


def test_when_the_audit_cannot_be_written_nothing_is(ccu: Ccu, db_path: Path) -> None:
    with sqlite3.connect(db_path) as hand:
        hand.execute(
            "CREATE TRIGGER no_more BEFORE INSERT ON audit WHEN new.action = 'refer'"
            " BEGIN SELECT raise(ABORT, 'no'); END"
        )
    before = steps.everything(db_path)
    assert ccu("refer", "1", "--to", "1", "--need", "housing").code == 1
    assert steps.everything(db_path) == before


def test_at_a_terminal_it_asks_for_what_is_missing(ccu: Ccu) -> None:
    answers = "fod\n8\nnobody\nhomes\nwarm_in\nHSD worker\n15\n\ny\n"
    done = run_ccu("refer", "1", "-f", "json", stdin=answers, tty=True)
    assert done.code == 0, done.err
    made = json.loads(done.out)
    assert (made["need"], made["provider"]["id"]) == ("housing", 1)
    assert (made["handoff"], made["handoff_parties"]) == ("warm_in_person", "HSD worker")
    assert made["handoff_minutes"] == 15
    assert "  1 Homes with Hope (Open; 203-555-0110)\n" in done.err
    assert "Did you mean Food?" in done.err
    refused = run_ccu("refer", "1", "--no-input", tty=True)
    assert refused == (2, "", "ccu: error: --need and --to are missing\n")


def test_a_second_open_referral_is_asked_about_at_a_terminal(ccu: Ccu, db_path: Path) -> None:
    steps.refer(ccu)
    line = ("refer", "1", "--to", "1", "--need", "housing", "--owner", "dlee", "--handoff", "none")
    asked = "Already open for the same need and provider: referral 1.\nMake another? y or n: "
    before = steps.everything(db_path)
    declined = run_ccu(*line, stdin="maybe\nn\n", tty=True)
    assert (declined.code, declined.out) == (130, "")
    assert declined.err.startswith(f"{asked}  type y or n\n")
    assert steps.everything(db_path) == before
    made = run_ccu(*line, stdin="y\n", tty=True)
    assert (made.code, made.err.startswith(asked)) == (0, True), made.err
    assert len(steps.referral(ccu, 2)["follow_ups"]) == 2
    again = run_ccu(*line, "--again-of", "1", stdin="n\n", tty=True)  # referral 2 is open too
    assert "referral 2.\nMake another?" in again.err


def test_without_a_terminal_a_second_open_referral_is_a_warning_in_json(ccu: Ccu) -> None:
    steps.refer(ccu)
    done = ccu("refer", "1", "--to", "1", "--need", "housing", "-f", "json")
    assert json.loads(done.out)["warnings"] == [
        "already open for the same need: referral 1; --again-of refers again"
    ]


def test_at_a_terminal_it_asks_which_of_several_it_is_for(ccu: Ccu, db_path: Path) -> None:
    steps.call(ccu, "unknown", "unknown")
    steps.name(db_path, 2, "Ana", "Reyes")
    line = ("refer", "2", "--to", "1", "--need", "housing", "--handoff", "none", "--owner", "dlee")
    typed.answer(
        db_path,
        line,
        ("2  Ana Reyes", None),
        ("3  unknown", None),
        ("Which person? Enter the number (Enter to name nobody): ", "1"),
        ("enter one of the numbers shown", None),
        ("Which person? Enter the number (Enter to name nobody): ", "2"),
        ("  person 2 Ana Reyes", None),
        ("Save? y, n, or a number to change: ", "y"),
        ("Referral 1: Housing, Homes with Hope (requested)", None),
    )
    assert steps.referral(ccu, 1)["person"] == 2
    assert steps.audited(db_path, "person-find") == [("person", 2), ("person", 3)]


def test_a_need_without_a_provider_lists_all_of_them(ccu: Ccu, db_path: Path) -> None:
    typed.answer(
        db_path,
        ("refer", "1", "--need", "legal", "--handoff", "none", "--owner", "dlee"),
        ("No provider is listed for this need. These are all providers on file:", None),
        ("  1 Homes with Hope (Open; 203-555-0110)", None),
        ("Provider (number, name, or what is needed): ", "nobody"),
        ("No such provider; type a provider", None),
        ("Provider (number, name, or what is needed): ", "1"),
        ("Note: provider 1 (Homes with Hope) is not listed for Legal.", None),
        ("Save? y, n, or a number to change: ", "y"),
        ("Referral 1: Legal, Homes with Hope (requested)", None),
    )
    assert ccu("provider", "retire", "1").code == 0
    none = run_ccu("refer", "1", tty=True)
    assert none.err == "ccu: error: no provider is on file to refer to; first: ccu provider add\n"


def test_plain_words_answer_need_and_provider_and_enter_goes_back(ccu: Ccu, db_path: Path) -> None:
    """Wherever a provider is offered its alert and phone are shown."""
    for name, more in (("Shelter East", ("--phone", "203-555-0111")), ("Shelter West", ())):
        line = ("provider", "add", name, "--need", "shelter", *more)
        assert ccu(*line).code == 0
    with closing(sqlite3.connect(db_path)) as hand, hand:
        hand.execute("UPDATE provider SET alert = 'No beds until Monday' WHERE name LIKE '%East'")
    alert = "Shelter East - ALERT: No beds until Monday; 203-555-0111"
    typed.answer(
        db_path,
        ("refer", "1", "--handoff", "none", "--owner", "dlee"),
        ("Need (number, code, or how it begins): ", "place to sleep tonight"),
        ("  Shelter", None),
        ("what is needed): ", "shelter"),
        (alert, None),
        ("Which provider? Enter the number (Enter to go back): ", ""),
        ("None was chosen; type a number, a name, or what is needed", None),
        ("what is needed): ", "shelter e"),
        (alert, None),
        ("Save? y, n, or a number to change: ", "y"),
        ("Referral 1: Shelter, Shelter East (requested)", None),
    )
