"""`ccu needs`: what a person has and lacks, and a lack that becomes a referral."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from .. import steps, typed
from ..conftest import Ccu, run_ccu

RECORD = ("needs", "record", "--person", "1", "--call", "1")


@pytest.fixture
def ccu(ccu: Ccu) -> Ccu:
    steps.start(ccu)
    return ccu


def shown(ccu: Ccu, *what: str) -> dict[str, Any]:
    done = ccu("needs", "show", *what, "-f", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def answers(found: dict[str, Any]) -> dict[str, str]:
    return {each["need"]: each["state"] for each in found["answers"] if each["state"]}


def test_an_assessment_shows_what_was_found_for_each_need(ccu: Ccu, db_path: Path) -> None:
    assert ccu(*RECORD, "housing=lacks", "Food=has", "mh_outpatient=declined") == (
        0,
        "Recorded needs assessment 1 of person 1.\n",
        "",
    )
    found = shown(ccu, "1")
    assert list(found) == [
        *("id", "person", "call", "occurred_at", "recorded_at", "recorded_by"),
        *("answers", "earlier", "changes", "voided"),
    ]
    assert answers(found) == {"housing": "lacks", "food": "has", "mh_outpatient": "declined"}
    assert len(found["answers"]) == 23  # the others were not asked, and it shows
    page = ccu("needs", "show", "--person", "1").out
    assert page.startswith("Needs assessment 1 of person 1\n")
    assert re.search("^Housing +Need unmet$", page, re.MULTILINE)
    assert re.search("^Shelter +not asked$", page, re.MULTILINE)
    assert steps.audited(db_path, "needs-show") == [("need_assessment", 1), ("person", 1)] * 2


def test_the_latest_is_shown_and_the_earlier_ones_named(ccu: Ccu, db_path: Path) -> None:
    assert ccu(*RECORD, "housing=lacks").code == 0
    steps.call(ccu, "unknown")
    assert ccu("needs", "record", "--person", "2", "housing=has").code == 0
    steps.merge(db_path, 1, into=2)
    found = shown(ccu, "--person", "2")
    assert (found["id"], found["earlier"], answers(found)) == (2, [1], {"housing": "has"})
    assert shown(ccu, "1")["person"] == 2
    assert shown(ccu, "--person", "1") == found
    assert steps.audited(db_path, "needs-show")[-2:] == [("need_assessment", 2), ("person", 2)]


def test_a_lack_becomes_a_referral_that_is_linked(ccu: Ccu) -> None:
    assert ccu(*RECORD, "housing=lacks", "food=has").code == 0
    done = ccu("needs", "refer", "1", "housing", "--to", "homes", "--handoff", "written")
    assert done.code == 0, done.err
    assert done.out.startswith("Referral 1: Housing, Homes with Hope (requested)\n")
    made = steps.referral(ccu, 1)
    assert (made["call"], made["person"], made["handoff"]) == (1, 1, "written")
    assert made["assessment"] == 1
    lack = next(each for each in shown(ccu, "1")["answers"] if each["need"] == "housing")
    assert (lack["referral"], lack["referral_status"]) == (1, "requested")
    assert ccu("needs", "refer", "1", "housing", "--to", "homes") == (
        2,
        "",
        "ccu: error: referral 1 was already made for that need and is requested\n",
    )
    assert ccu("referral", "update", "1", "--status", "declined").code == 0
    assert ccu("needs", "refer", "1", "housing", "--to", "homes").code == 0
    assert steps.referral(ccu, 2)["again_of"] == 1
    assert steps.referral(ccu, 1)["events"][-1]["again"] == 2
    assert ccu("check").code == 0


def test_without_a_call_a_referral_can_come_from_an_assessment(ccu: Ccu) -> None:
    assert ccu("needs", "record", "--person", "1", "housing=lacks").code == 0
    assert ccu("needs", "refer", "1", "housing", "--to", "1").code == 0
    assert steps.referral(ccu, 1)["call"] is None
    assert "assessment 1\n" in ccu("referral", "show", "1").out


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["record", "housing=lacks"], 2, "--person is missing"),
        (
            ["record", "--person", "1"],
            2,
            "the need is missing; type NEED=STATE, such as housing=unmet",
        ),
        (["record", "--person", "1", "housing"], 2, "write each need as NEED=STATE"),
        (["record", "--person", "1", "huosing=lacks"], 2, "NEED: not a valid need. Did"),
        (["record", "--person", "1", "housing=maybe"], 2, "housing: the state is one of no"),
        (["record", "--person", "1", "food=has", "Food=lacks"], 2, "food is given twice"),
        (["record", "--person", "9", "food=has"], 3, "no person 9"),
        (["record", "--person", "2", "food=has"], 2, "person 2 was merged into person 1"),
        (["record", "--person", "1", "--call", "2", "food=has"], 2, "call 2 is void"),
        (["record", "--person", "1", "--call", "9", "food=has"], 3, "no call 9"),
        (["show"], 2, "give either ASSESSMENT or --person"),
        (["show", "1", "--person", "1"], 2, "give either ASSESSMENT or --person"),
        (["show", "9"], 3, "no needs assessment 9"),
        (["show", "--person", "3"], 3, "no needs assessment of person 3"),
        (["refer", "9", "housing", "--to", "1"], 3, "no needs assessment 9"),
        (["refer", "1", "food", "--to", "1"], 2, "assessment 1 has Food as need met; only an"),
        (["refer", "1", "shelter", "--to", "1"], 2, "assessment 1 has Shelter as not asked; only"),
        (["refer", "1", "housing"], 2, "--to is missing"),
    ],
)
def test_bad_input_is_one_sentence_and_writes_nothing(
    args: list[str], code: int, says: str, ccu: Ccu, db_path: Path
) -> None:
    assert ccu(*RECORD, "housing=lacks", "food=has").code == 0
    assert steps.call(ccu, "unknown", "unknown") == 2
    assert ccu("call", "void", "2", "--reason", "typed twice").code == 0
    steps.merge(db_path, 2, into=1)
    before = steps.everything(db_path)
    done = ccu("needs", *args)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"ccu: error: {says}")
    assert steps.everything(db_path) == before


ASK = ("needs", "record", "--person", "1")


def test_at_a_terminal_the_six_commonest_needs_are_asked_first(ccu: Ccu) -> None:
    words = "yes\nunmet\nno\nyes, met\nde\nx\n5\n\nn\ny\n"
    done = run_ccu(*ASK, stdin=words, tty=True)
    assert (done.code, done.out) == (0, "Recorded needs assessment 1 of person 1.\n"), done.err
    assert answers(shown(ccu, "1")) == {
        **{"mh_outpatient": "has", "addiction_outpatient": "declined", "housing": "lacks"},
        **{"food": "no_need", "benefits": "unknown"},
    }
    order = re.findall(r"^(?:.*: )?([A-Z][\w :]+) \(number or word", done.err, re.MULTILINE)
    assert list(dict.fromkeys(order)) == [
        *("Housing", "Food", "Mental health: outpatient", "Addiction: outpatient"),
        *("Money and benefits", "Primary care"),
    ]
    assert "  type met or unmet\n" in done.err
    assert "  Not a valid need status. Choose from No need, Need met, Need unmet," in done.err
    assert "(number or word):   Need unmet\n" in done.err
    assert "\n3  Need unmet\n" in done.err


def test_the_other_needs_are_asked_where_they_are_wanted(ccu: Ccu) -> None:
    words = "\n" * 6 + "y\n" + "met\n<\nunmet\n" + "\n" * 16 + "24\nmet\ny\n"
    done = run_ccu(*ASK, stdin=words, tty=True)
    assert done.code == 0, done.err
    assert answers(shown(ccu, "1")) == {"mh_crisis": "lacks", "social_connection": "has"}
    review = done.err.partition("\n  1  ")[2]
    assert len(review.partition("Save?")[0].splitlines()) < 24, "a review fits"


def test_no_answer_at_all_saves_nothing(ccu: Ccu) -> None:
    none = run_ccu(*ASK, stdin="\n" * 6 + "n\ny\n", tty=True)
    assert none.err.endswith("ccu: error: no need was answered; nothing was saved\n")


def test_answers_are_edited_and_earlier_ones_are_kept(ccu: Ccu) -> None:
    assert ccu("needs", "record", "--person", "1", "housing=lacks", "food=lacks").code == 0
    done = ccu("needs", "edit", "1", "housing=has", "--clear", "food", "--reason", "misheard")
    assert done == (0, "Edited needs assessment 1: Food, Housing.\n", "")
    shown = json.loads(ccu("needs", "show", "1", "-f", "json").out)
    states = {each["need"]: each["state"] for each in shown["answers"] if each["state"]}
    assert states == {"housing": "has"}
    (change,) = shown["changes"]
    assert change["old"] == {"housing": "lacks", "food": "lacks"}
    assert change["reason"] == "misheard"
    lines = [" ".join(line.split()) for line in ccu("needs", "show", "1").out.splitlines()]
    head = lines.index("CHANGES" if "CHANGES" in lines else "Changes")
    assert lines[head + 1 :] == [
        "When By Need From To Reason",
        f"01/31/2026 23:59 {change['by']} Food Need unmet not asked misheard",
        f"01/31/2026 23:59 {change['by']} Housing Need unmet Need met misheard",
    ]


def test_no_need_is_neither_met_nor_unmet(ccu: Ccu) -> None:
    assert ccu(*RECORD, "housing=no", "food=none", "legal=met", "detox=unmet").code == 0
    assert answers(shown(ccu, "1")) == {
        **{"housing": "no_need", "food": "no_need", "legal": "has", "detox": "lacks"}
    }
    refused = ccu("needs", "refer", "1", "housing", "--to", "1")
    assert "assessment 1 has Housing as no need; only an unmet need is referred" in refused.err


def test_an_answer_that_was_referred_is_not_edited(ccu: Ccu) -> None:
    assert ccu("needs", "record", "--person", "1", "housing=lacks").code == 0
    assert ccu("needs", "refer", "1", "housing", "--to", "1").code == 0
    done = ccu("needs", "edit", "1", "housing=has")
    assert (done.code, done.err) == (
        2,
        "ccu: error: housing was referred from this assessment; record a new one:"
        " ccu needs record\n",
    )


def test_at_a_terminal_an_edit_shows_what_is_on_file(ccu: Ccu, db_path: Path) -> None:
    assert ccu(*RECORD, "housing=lacks", "legal=has").code == 0
    screen = typed.answer(
        db_path,
        ("needs", "edit", "1"),
        ("3  Need unmet", None),
        ("Housing (number or word) [Need unmet]: ", ""),
        ("  Need unmet", None),
        ("Food (number or word): ", "3"),
        ("  Need unmet", None),
        ("Mental health: outpatient (number or word): ", ""),
        ("Addiction: outpatient (number or word): ", ""),
        ("Money and benefits (number or word): ", ""),
        ("Primary care (number or word): ", ""),
        ("Legal (number or word) [Need met]: ", "1"),
        ("Ask about the other 16? y or n [n]: ", "n"),
        ("Save? y, n, or a number to change: ", "y"),
        ("Edited needs assessment 1: Food, Legal.", None),
    )
    assert re.search(r"\n  1  Housing +Need unmet\n", screen)
    assert answers(shown(ccu, "1")) == {"housing": "lacks", "food": "lacks", "legal": "no_need"}
