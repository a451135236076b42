"""`ccu plan`: written, approved, on the card, reviewed, expired, corrected; and who may do each."""

import json
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ccu.options import terminal

from .. import steps, typed
from ..conftest import Ccu, Result, once
from ..steps import at, become

NOW = "2026-01-31T14:00"
TEXT = """\
Baseline:
- quiet and polite
Early signs:
- paces the hall
Triggers:
- sirens
What helps:
- speak slowly
What to avoid:
- touching the gray bag
Steps:
1. say your first name
2. ask for five minutes
Safety concerns:
- 2025-11-04, officer report: a kitchen knife by the door
Contacts:
- June Sample, sister: 203-555-0199
"""
LINES = [
    "helps: speak slowly",
    "avoid: touching the gray bag",
    "early signs: paces the hall",
    "triggers: sirens",
    "do first: 1. say your first name; 2. ask for five minutes",
    "safety: Nov 4, 2025, officer report: a kitchen knife by the door",
    "call: 203-555-0199, June Sample, sister",
]
BODY = {
    "helps": ["speak slowly"],
    "avoid": ["touching the gray bag"],
    "early_signs": ["paces the hall"],
    "triggers": ["sirens"],
    "steps": ["say your first name", "ask for five minutes"],
    "safety": [
        {"on": "2025-11-04", "source": "officer report", "text": "a kitchen knife by the door"}
    ],
    "contacts": [{"name": "June Sample", "who": "sister", "phone": "203-555-0199"}],
}


@pytest.fixture
def ccu(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    monkeypatch.setenv("CCU_TODAY", NOW)
    once("test_plan", lambda: start(ccu))
    become(monkeypatch, "dlee")
    return ccu


def start(ccu: Ccu) -> None:
    steps.start(ccu)
    assert ccu("staff", "add", "pat", "--role", "officer").code == 0
    assert ccu("staff", "add", "ivy", "--role", "intern").code == 0


def write(ccu: Ccu, text: str = TEXT, *whose: str) -> Result:
    return ccu("plan", "write", *(whose or ("--person", "1")), "--file", "-", stdin=text)


def approved(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch, text: str = TEXT, *whose: str, day: str = NOW
) -> int:
    """A plan that dlee wrote and boss approved; its number."""
    done = write(ccu, text, *whose)
    assert done.code == 0, done.err
    number = int(done.out.split()[2].rstrip(","))
    become(monkeypatch, "boss")
    ok = at(day, "plan", "approve", str(number))
    assert ok.code == 0, ok.err
    become(monkeypatch, "dlee")
    return number


def card(ccu: Ccu, *asked: str, moment: str = NOW) -> list[dict[str, Any]]:
    done = at(moment, "history", *(asked or ("--call", "1")), "-f", "json")
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = json.loads(done.out)["plans"]
    return found


def show(ccu: Ccu, number: int, *more: str, moment: str = NOW) -> dict[str, Any]:
    done = at(moment, "plan", "show", str(number), "-f", "json", *more)
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def listed(ccu: Ccu, *more: str, moment: str = NOW) -> list[tuple[int, str, str]]:
    done = at(moment, "plan", "list", "-f", "json", *more)
    assert done.code == 0, done.err
    return [(row["id"], row["status"], row["note"]) for row in json.loads(done.out)]


def in_brief(ccu: Ccu, moment: str = NOW) -> list[tuple[int, str]]:
    done = at(moment, "brief", "-f", "json")
    assert done.code == 0, done.err
    return [(row["id"], row["what"]) for row in json.loads(done.out)["plans"]]


def rows(db_path: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(db_path) as hand:
        return [
            row
            for each in ("plan", "plan_suggestion", "change")
            for row in hand.execute(f"SELECT * FROM {each}")
        ]


# ---------------------------------------------------------------- draft, approved, on the card


def test_a_plan_is_on_the_card_when_a_supervisor_approved_it(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert write(ccu) == (
        0,
        "Wrote plan 1, a draft, for person 1. A supervisor approves it: ccu plan approve 1.\n",
        "",
    )
    assert card(ccu) == card(ccu, "--person", "1") == []
    assert in_brief(ccu) == [(1, "to approve")]
    become(monkeypatch, "boss")
    assert ccu("plan", "approve", "1").out == (
        "Approved plan 1: on the card of person 1 from now on; to review on Jul 31, 2026,"
        " expires after Jan 31, 2027.\n"
    )
    assert card(ccu) == [
        {
            "id": 1,
            "for": "person",
            "lines": LINES,
            "left_out": 0,
            "review_on": "2026-07-31",
            "review_due": False,
            "body": BODY,
        }
    ]
    assert card(ccu, "--person", "1") == card(ccu)
    page = ccu("history", "--call", "1").out
    lines = "".join(f"  {line}\n" for line in LINES)
    assert f"Approach (plan 1, for a person here; ccu plan show 1)\n{lines}" in page
    assert "quiet and polite" not in page
    assert "Approach (plan 1; ccu plan show 1)\n" in ccu("history", "--person", "1").out
    there = ("log-call", "--when", "10:00", "--address", "12 Main St #3", "--nature", "crisis")
    assert LINES[0] in ccu(*there).out
    assert in_brief(ccu) == []


def test_the_card_of_an_address_shows_no_name_and_only_who_was_met_there(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps.name(db_path, 1, "Rowan", "Sample")
    approved(ccu, monkeypatch)
    page = ccu("history", "--call", "1").out
    assert "for a person here" in page
    assert "Rowan" not in page
    there = ("log-call", "--when", "10:00", "--address", "9 Elm St", "--nature", "crisis")
    assert ccu(*there, "--person", "unknown").code == 0
    with sqlite3.connect(db_path) as hand:
        hand.execute(
            "INSERT INTO household (id, recorded_at, recorded_by)"
            " VALUES (1, '2026-01-01T00:00:00-05:00', 1)"
        )
        hand.executemany("INSERT INTO household_member VALUES (1, ?, NULL, NULL)", [(1,), (2,)])
    assert card(ccu, "-a", "9 Elm St") == []
    assert len(card(ccu, moment="2027-01-29T14:00")) == 1
    again = approved(ccu, monkeypatch, TEXT + "- the unit, desk: 911\n", day="2027-01-20T10:00")
    assert [each["id"] for each in card(ccu, moment="2027-01-29T14:00")] == [again]
    assert card(ccu, moment="2027-01-30T14:00") == []  # met 365 days ago
    assert len(card(ccu, "--person", "1", moment="2027-01-30T14:00")) == 1


def test_a_plan_of_a_building_is_on_the_card_of_its_units(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = ("log-call", "--when", "10:00", "--address", "12 Main St", "--nature", "crisis")
    assert ccu(*there).code == 0
    number = approved(ccu, monkeypatch, TEXT, "--address", "12 main street")
    assert [(each["id"], each["for"]) for each in card(ccu)] == [(number, "building")]
    assert f"(plan {number}, for the building; ccu plan show" in ccu("history", "--call", "1").out
    assert "for this place" in ccu("history", "-a", "12 Main St").out
    assert listed(ccu) == [(number, "approved", "")]
    assert show(ccu, number)["place"] == "12 MAIN ST"


def test_a_plan_follows_the_person_through_a_merge(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(ccu, monkeypatch)
    steps.call(ccu, "unknown")
    second = approved(ccu, monkeypatch, "What helps:\n- tea\n", "--person", "2")
    steps.merge(db_path, 1, 2)
    assert show(ccu, 1)["person"] == 2
    both = card(ccu)
    assert sorted(each["id"] for each in both) == [1, second]
    assert sorted(len(each["lines"]) for each in both) == [1, len(LINES)]
    assert card(ccu, "--person", "1") == both
    note = "2 active plans for this person"
    assert sorted(listed(ccu)) == [(1, "approved", note), (second, "approved", note)]
    third = approved(ccu, monkeypatch, "What helps:\n- tea, slowly\n", "--person", "2")
    assert [each["id"] for each in card(ccu)] == [third]
    assert {row[1] for row in listed(ccu, "--status", "replaced")} == {"replaced"}
    assert [each["id"] for each in show(ccu, third, "--all")["earlier"]] == [second, 1]
    refused = write(ccu, TEXT, "--person", "1")
    assert (refused.code, refused.err) == (
        2,
        "ccu: error: person 1 was merged into person 2\n",
    )


# ---------------------------------------------------------------- writing a new version


def test_the_approved_plan_stays_until_the_new_one_is_approved(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(ccu, monkeypatch)
    done = write(ccu, TEXT.replace("slowly", "softly"))
    assert done.out == (
        "Wrote plan 2, a draft, for person 1; plan 1 stays on the card until this one is approved."
        " A supervisor approves it: ccu plan approve 2.\n"
    )
    assert "; draft 2 by dlee is withdrawn; " in write(ccu, TEXT.replace("slowly", "low")).out
    assert [each["id"] for each in card(ccu)] == [1]
    become(monkeypatch, "boss")
    assert ccu("plan", "approve", "3").out.endswith(". It replaces plan 1.\n")
    assert [each["id"] for each in card(ccu)] == [3]
    assert [(row[0], row[1]) for row in listed(ccu)] == [
        (3, "approved"),
        (2, "withdrawn"),
        (1, "replaced"),
    ]
    for number, says in (
        (1, "replaced"),
        (2, "withdrawn"),
        (3, "approved, by boss on Jan 31, 2026"),
    ):
        done = ccu("plan", "approve", str(number))
        assert (done.code, done.out) == (2, "")
        assert f"plan {number} is not a draft: it is {says}" in done.err


def test_the_same_text_is_not_written_twice(ccu: Ccu, db_path: Path) -> None:
    write(ccu)
    before = rows(db_path)
    assert write(ccu).out == "Plan 1 has exactly that text; nothing was written.\n"
    assert rows(db_path) == before
    assert ccu("plan", "expire", "1", "--reason", "wrong person").out == "Draft 1 is withdrawn.\n"
    assert write(ccu).out.startswith("Wrote plan 2, a draft")


def test_at_a_terminal_it_is_asked_field_by_field_and_starts_from_the_newest(ccu: Ccu) -> None:
    asked = ("plan", "write", "--person", "1")
    typed = "\n\n\nspeak slowly\n- sit down\n.\n\n\nsoon\n2026-01-04, call 1: threw a cup\n.\n\ny\n"
    done = ccu(*asked, stdin=typed, tty=True)
    assert done.code == 0, done.err
    assert done.err.count("Safety concerns (") == 1  # the first answer was none
    assert "  Safety concerns, line 1: write a safety concern as: " in done.err
    body = show(ccu, 1)["body"]
    assert body["helps"] == ["speak slowly", "sit down"]
    assert body["safety"] == [{"on": "2026-01-04", "source": "call 1", "text": "threw a cup"}]
    again = ccu(*asked, stdin="\n\n\n-\n.\nthe bag\n.\n\n\n\ny\n", tty=True)
    assert again.code == 0, again.err
    assert "  - speak slowly\n" in again.err
    body = show(ccu, 2)["body"]
    assert (body["helps"], body["avoid"], len(body["safety"])) == ([], ["the bag"], 1)


def test_ctrl_c_at_a_question_keeps_nothing(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(question: str, begun: str = "") -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(terminal, "read_line", stop)
    before = rows(db_path)
    assert ccu("plan", "write", "--person", "1", tty=True).code == 130
    assert rows(db_path) == before


# ---------------------------------------------------------------- the editor


def editor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str) -> None:
    script = tmp_path / "editor.py"
    script.write_text(f"import pathlib, sys\npath = pathlib.Path(sys.argv[1])\n{code}\n")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)


def test_an_editor_gets_a_private_file_that_is_gone_afterwards(
    ccu: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(ccu)
    seen = tmp_path / "seen"
    editor(
        monkeypatch,
        tmp_path,
        f"pathlib.Path({str(seen)!r}).write_text(oct(path.stat().st_mode) + str(path))\n"
        "path.write_text(path.read_text().replace('slowly', 'softly'))",
    )
    done = ccu("plan", "write", "--person", "1", "--edit")
    assert done.code == 0, done.err
    assert show(ccu, 2)["body"]["helps"] == ["speak softly"]
    mode, _, path = seen.read_text().partition("/")
    assert stat.S_IMODE(int(mode, 8)) == 0o600
    assert not Path(f"/{path}").parent.exists()


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("sys.exit(1)", "--edit: the editor ended with an error; nothing was written"),
        ("path.unlink()", "cannot read --edit: no such file"),
        ("path.write_bytes(b'\\xff\\xfe')", "--edit is not UTF-8 text"),
        ("path.write_text('')", "the plan is empty; nothing was written"),
        ("path.write_text('Helps him:')", "--edit, line 1: no such heading; the headings are"),
    ],
)
def test_an_editor_that_fails_writes_nothing(
    code: str, says: str, ccu: Ccu, db_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, code)
    before = rows(db_path)
    done = ccu("plan", "write", "--person", "1", "--edit")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert says in done.err
    assert rows(db_path) == before
    assert not list(tmp_path.glob("ccu-edit-*"))


@pytest.mark.parametrize("command", ["", "no-such-editor-at-all", '"unbalanced'])
def test_without_an_editor_it_states_it(
    command: str, ccu: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, "")
    monkeypatch.setenv("EDITOR", command)
    done = ccu("plan", "write", "--person", "1", "--edit")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "EDITOR" in done.err
    assert "or give --file" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="accounts of the system")
def test_a_service_account_opens_no_editor(
    ccu: Ccu, db_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os
    import pwd

    editor(monkeypatch, tmp_path, "path.write_text('What helps:\\n- tea')")
    with sqlite3.connect(db_path) as hand:
        hand.execute(
            "UPDATE setting SET value = ? WHERE name = 'service_account'",
            (pwd.getpwuid(os.getuid()).pw_name,),
        )
    done = ccu("plan", "write", "--person", "1", "--edit")
    assert (done.code, done.out) == (7, "")
    assert "by sudo; give --file -" in done.err


# ---------------------------------------------------------------- unkind words


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("he is Schizophrenic", "schizophrenic"),
        ("she is bipolar", "bipolar"),
        ("BI-POLAR", "bi-polar"),
        ("borderline personality disorder", "borderline"),
        ("subject is EDP", "edp"),
        ("a frequent  flyer", "frequent flyer"),
        ("known drug-abuser", "drug-abuser"),
        ("an \uff41ddict", "addict"),
        ("an ad\u00addi\u200bct", "addict"),
        ("comes home drunk", "drunk"),
        ("he went nuts", "nuts"),
        ("whacko", "whacko"),
        ("a skitzo", "skitzo"),
        ("is demented", "demented"),
        ("a hoarder", "hoarder"),
        ("was a 5150", "5150"),
        ("when off his meds", "off his meds"),
        ("off her meds", "off her meds"),
        ("off meds", "off meds"),
        ("the homeless guy", "homeless guy"),
        ("a drug seeker", "drug seeker"),
    ],
)
def test_a_diagnosis_or_an_unkind_word_is_told_and_not_approved(
    line: str, word: str, ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = write(ccu, f"What helps:\n- tea\n- {line}\n")
    assert done.code == 0
    assert f'What helps, item 2: "{word}"; write' in done.err
    become(monkeypatch, "boss")
    refused = ccu("plan", "approve", "1")
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert f'(What helps, item 2: "{word}"' in refused.err
    assert "or give --anyway and --reason" in refused.err
    assert ccu("plan", "approve", "1", "--anyway").code == 2
    assert ccu("plan", "approve", "1", "--reason", "their own word").code == 2
    assert card(ccu) == []
    assert ccu("plan", "approve", "1", "--anyway", "--reason", "their own word").code == 0
    assert len(card(ccu)) == 1
    assert show(ccu, 1)["changes"][0]["reason"] == "their own word"


def test_harmless_words_that_look_like_others_are_accepted(ccu: Ccu) -> None:
    kind = "What helps:\n- ask the psychologist, not an addiction clinic\n- Borderlines Cafe\n"
    done = write(ccu, kind + "Contacts:\n- Mobile team, mental health: 203-555-5150\n")
    assert (done.code, done.err) == (0, "")


def test_a_stigmatizing_word_in_the_baseline_is_allowed_with_a_note(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = write(ccu, "Baseline:\n- was called crazy\nWhat helps:\n- tea\n")
    assert 'Baseline, item 1: "crazy"' in done.err
    become(monkeypatch, "boss")
    assert ccu("plan", "approve", "1").code == 0


def test_the_persons_name_is_no_word_for_a_card(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps.name(db_path, 1, "Rowan", "Sample")
    done = write(ccu, "What helps:\n- Rowan likes tea\nContacts:\n- June Sample, sister: 211\n")
    assert done.err.startswith("What helps, item 1: the person's name; write they")
    assert done.err.count("\n") == 1
    become(monkeypatch, "boss")
    refused = ccu("plan", "approve", "1")
    assert (refused.code, refused.out) == (2, "")
    assert "Rowan" not in refused.err + done.err


@pytest.mark.parametrize(
    "line",
    [
        "ROWAN MARSH likes tea",
        "rowan marsh likes tea",
        "marsh, rowan",
        "rowan j. marsh",
        "Ro\u00adwan likes tea",
        "\u200bMar\u200dsh\u2019s tea",
        "Rowan's tea",
        "the Marshs",
        "old mr weatherby",
        "a weatherby's tea",
    ],
)
def test_a_name_is_found_however_it_is_written(
    line: str, ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps.name(db_path, 1, "Rowan", "Marsh")
    with sqlite3.connect(db_path) as hand:
        hand.execute("INSERT INTO person_alias (person_id, given_name, family_name)"
                     " VALUES (1, 'R\u00f3wan', 'Weatherby')")  # fmt: skip
    done = write(ccu, f"What helps:\n- {line}\n")
    assert done.err.startswith("What helps, item 1: the person's name; write they")
    become(monkeypatch, "boss")
    assert ccu("plan", "approve", "1").code == 2


def test_a_short_name_that_is_another_word_too_is_let_be(ccu: Ccu, db_path: Path) -> None:
    steps.name(db_path, 1, "Rowan", "Marsh")
    done = write(ccu, "What helps:\n- a walk by the marsh, under the rowan\n")
    assert (done.code, done.err) == (0, "")


def test_a_plan_of_a_place_names_nobody_met_there(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps.name(db_path, 1, "Rowan", "Marsh")
    there = ("log-call", "--when", "10:00", "--nature", "crisis", "--address")
    assert ccu(*there, "12 Main St", "--person", "unknown").code == 0
    steps.name(db_path, 2, "Wren", "Alder")
    assert ccu(*there, "9 Elm St").code == 0
    for name, address, told in (
        ("Rowan", "12 Main St Apt 3", 1),
        ("Wren", "12 Main St Apt 3", 1),
        ("Rowan", "12 Main St", 1),
        ("Rowan", "9 Elm St", 0),
    ):
        done = write(ccu, f"What helps:\n- ask for {name}\n", "--address", address)
        assert done.err.count("item 1: the name of somebody met there; write they") == told
    become(monkeypatch, "boss")
    assert ccu("plan", "approve", "1").code == 2


def test_every_plan_is_on_the_card_in_full_with_its_review(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(ccu, monkeypatch)
    approved(ccu, monkeypatch, TEXT, "--address", "12 Main St Apt 3")
    steps.call(ccu, "unknown")
    approved(ccu, monkeypatch, "What to avoid:\n- crowds\nWhat helps:\n- tea\n", "--person", "2")
    found = {each["id"]: each["lines"] for each in card(ccu)}
    assert found == {1: LINES, 2: LINES, 3: ["helps: tea", "avoid: crowds"]}
    page = ccu("history", "--call", "1").out
    assert "Approach (plan 2, for this place; ccu plan show 2)\n" in page
    late = at("2026-07-31", "history", "--call", "1").out
    assert ("Approach (plan 1, for a person here; its review is due; ccu plan show 1)\n") in late


def test_a_plan_with_a_baseline_alone_has_nothing_for_a_card(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(ccu, "Baseline:\n- quiet\n")
    become(monkeypatch, "boss")
    assert ccu("plan", "approve", "1").err == (
        "ccu: error: plan 1 has nothing for the card; write a new one: ccu plan write\n"
    )


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize(
    ("login", "args", "says"),
    [
        ("pat", ["write", "--person", "1", "--file", "-"], "ccu plan write needs the role"),
        ("pat", ["approve", "1"], "ccu plan approve needs the role supervisor"),
        ("ivy", ["approve", "1"], "ccu plan approve needs the role supervisor"),
        ("dlee", ["approve", "1"], "ccu plan approve needs the role supervisor"),
        ("dlee", ["review", "1", "--keep"], "ccu plan review needs the role supervisor"),
        ("pat", ["expire", "1", "--reason", "x"], "ccu plan expire needs the role ccu, "),
        (
            "ivy",
            ["expire", "1", "--reason", "x"],
            "ccu plan expire of another's plan needs the role ccu, clinician, ",
        ),
        ("pat", ["answer", "1", "--accept", "--file", "-"], "ccu plan answer needs the role ccu"),
    ],
)
def test_who_may_not_is_refused_and_it_is_recorded(
    login: str,
    args: list[str],
    says: str,
    ccu: Ccu,
    db_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(ccu)
    assert ccu("plan", "suggest", "1", "--file", "-", stdin="no cat").code == 0
    before, denied = rows(db_path), len(steps.audited(db_path, "denied"))
    become(monkeypatch, login)
    done = ccu("plan", *args, stdin=TEXT)
    assert (done.code, done.out) == (7, "")
    assert done.err.startswith(f"ccu: error: {says}")
    assert rows(db_path) == before
    assert len(steps.audited(db_path, "denied")) == denied + 1


def test_the_author_approves_only_where_there_is_no_other(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "boss")
    assert write(ccu).code == 0
    done = ccu("plan", "approve", "1")
    assert (done.code, done.err) == (
        7,
        "ccu: error: you wrote plan 1; another supervisor or admin approves it\n",
    )
    with sqlite3.connect(db_path) as hand:
        hand.execute("UPDATE staff SET active = 0 WHERE role = 'admin'")
    assert ccu("plan", "approve", "1").code == 0


def test_an_intern_writes_and_withdraws_their_own_draft(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "ivy")
    assert write(ccu).code == 0
    assert ccu("plan", "expire", "1", "--reason", "not ready").code == 0


def test_of_two_supervisors_at_once_one_approves(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(ccu)
    line = [sys.executable, "-c", "from ccu.start import run; run()", "plan", "approve", "1"]
    both = [
        subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    ended = [(*each.communicate(), each.returncode) for each in both]
    assert sorted(code for _, _, code in ended) == [0, 2], ended
    assert "plan 1 is not a draft: it is approved, by" in "".join(err for _, err, _ in ended)
    assert len(steps.audited(db_path, "plan-approve")) == 1


# ---------------------------------------------------------------- review and expiry


@pytest.mark.parametrize(
    ("day", "review", "expires"),
    [
        ("2026-08-31", "2027-02-28", "2027-08-31"),
        ("2027-08-31", "2028-02-29", "2028-08-31"),
        ("2028-02-29", "2028-08-29", "2029-02-28"),
    ],
)
def test_six_months_from_the_end_of_a_month(
    day: str, review: str, expires: str, ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(ccu, monkeypatch, day=day)
    found = show(ccu, 1)
    assert (found["review_on"], found["expires_on"]) == (review, expires)


def test_review_is_listed_when_due_and_an_expired_plan_leaves_the_card_by_itself(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(ccu, monkeypatch)
    assert listed(ccu, "--due", moment="2026-06-30") == []
    assert listed(ccu, "--due", moment="2026-07-01") == [(1, "approved", "")]
    assert in_brief(ccu, "2026-07-30T09:00") == []
    assert in_brief(ccu, "2026-07-31T09:00") == [(1, "to review")]
    assert listed(ccu, "--due", moment="2026-07-31") == [(1, "approved", "review is due")]
    assert card(ccu, "--person", "1", moment="2026-07-31")[0]["review_due"] is True
    assert len(card(ccu, "--person", "1", moment="2027-01-31")) == 1
    assert card(ccu, "--person", "1", moment="2027-02-01T06:00") == []
    assert in_brief(ccu, "2027-02-01T06:00") == [(1, "expired, off the card")]
    assert in_brief(ccu, "2027-02-14T06:00") == [(1, "expired, off the card")]
    assert in_brief(ccu, "2027-02-15T06:00") == []  # told for two weeks
    note = "off the card; review it or write it again"
    assert listed(ccu, "--due", moment="2027-02-02") == [(1, "expired", note)]
    assert listed(ccu, "--status", "expired", moment="2027-02-02") == [(1, "expired", note)]
    assert show(ccu, 1, moment="2027-02-02")["on_card"] is False
    become(monkeypatch, "boss")
    assert at("2027-02-02", "plan", "review", "1").code == 2
    assert at("2027-02-02", "plan", "review", "1", "--keep").out == (
        "Plan 1 is still right: to review on Aug 2, 2027, expires after Feb 2, 2028.\n"
    )
    assert len(card(ccu, "--person", "1", moment="2027-02-02")) == 1
    assert listed(ccu, "--due", moment="2027-02-02") == []
    assert in_brief(ccu, "2027-02-02T06:00") == []  # somebody acted


def test_a_plan_ended_by_hand_is_off_the_card_and_in_the_brief_with_its_reason(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(ccu, monkeypatch)
    assert ccu("plan", "expire", "1").err == "ccu: error: --reason is missing\n"
    assert ccu("plan", "expire", "1", "--reason", "moved away").out == (
        "Plan 1 has expired: it is off the card.\n"
    )
    assert card(ccu) == []
    assert in_brief(ccu) == [(1, "expired, off the card")]
    assert show(ccu, 1)["changes"][-1]["reason"] == "moved away"
    again = ccu("plan", "expire", "1", "--reason", "x")
    assert (again.code, again.err) == (2, "ccu: error: plan 1 is already expired\n")
    become(monkeypatch, "boss")
    assert ccu("plan", "review", "1", "--keep").code == 2


def test_the_months_are_settings(ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite3.connect(db_path) as hand:
        hand.execute("UPDATE setting SET value = '3' WHERE name = 'plan_review_months'")
    approved(ccu, monkeypatch)
    assert show(ccu, 1)["review_on"] == "2026-04-30"
    with sqlite3.connect(db_path) as hand:  # as an older ccu kept it: past the calendar's end
        hand.execute("UPDATE setting SET value = '100000' WHERE name = 'plan_review_months'")
    become(monkeypatch, "boss")
    assert ccu("plan", "review", "1", "--keep").code == 0
    assert show(ccu, 1)["review_on"] == "2026-07-31"


# ---------------------------------------------------------------- corrections from patrol


def test_patrol_sends_a_correction_and_is_told_the_answer(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(ccu, monkeypatch)
    become(monkeypatch, "pat")
    sent = ccu("plan", "suggest", "1", stdin="the cat died\n[/b]\n.\n", tty=True)
    assert sent.code == 0, sent.err
    assert sent.out.startswith("Suggestion 1 on plan 1 is sent; ")
    assert in_brief(ccu) == [(1, "suggestion 1 to answer")]
    assert listed(ccu) == [(1, "approved", "1 suggestion waits")]
    become(monkeypatch, "dlee")
    assert ccu("plan", "answer", "1", "--file", "-", stdin="thanks").code == 2
    done = ccu("plan", "answer", "1", "--accept", "--file", "-", stdin="thanks")
    assert done.out.startswith("Accepted suggestion 1 on plan 1; pat sees it in the brief.")
    assert in_brief(ccu) == []
    again = ccu("plan", "answer", "1", "--decline", "--file", "-", stdin="no")
    assert (again.code, again.err) == (
        2,
        "ccu: error: suggestion 1 was already accepted by dlee\n",
    )
    become(monkeypatch, "pat")
    assert in_brief(ccu) == [(1, "your suggestion 1 is accepted")]
    assert in_brief(ccu, "2026-02-02T15:00") == []
    (shown,) = show(ccu, 1)["suggestions"]
    assert (shown["text"], shown["accepted"], shown["answer"]) == (
        "the cat died\n[/b]",
        True,
        "thanks",
    )
    page = ccu("plan", "show", "1").out
    assert "  1, pat on Jan 31, 2026: the cat died\n     [/b]\n     accepted by dlee on " in page
    with sqlite3.connect(db_path) as hand:
        audit = str(hand.execute("SELECT * FROM audit").fetchall())
    assert "cat died" not in audit
    assert "thanks" not in audit


def test_a_correction_to_an_ended_plan_is_sent_to_the_active_one(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(ccu, monkeypatch)
    approved(ccu, monkeypatch, "What helps:\n- tea\n")
    done = ccu("plan", "suggest", "1", "--file", "-", stdin="x")
    assert (done.code, done.err) == (
        2,
        "ccu: error: plan 1 is replaced; ccu plan show 1 --all lists others\n",
    )


# ---------------------------------------------------------------- what is recorded, what is refused


def test_showing_is_recorded_of_the_plan_and_the_person(ccu: Ccu, db_path: Path) -> None:
    write(ccu)
    page = ccu("plan", "show", "1")
    assert page.out.startswith("Plan 1 for person 1\n\nStatus   Draft: on no card until")
    assert steps.audited(db_path, "plan-show") == [("plan", 1), ("person", 1)]
    assert steps.audited(db_path, "plan-write") == [("plan", 1)]
    assert ccu("plan", "show", "1", "-f", "csv").code == 0
    assert ccu("plan", "show", "1", "-f", "markdown").out.startswith("# Plan 1 for person 1\n")


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["write", "--file", "-"], 2, "give one of --person, --address and --place"),
        (["write", "--person", "1", "--place", "1", "--file", "-"], 2, "give one of --person"),
        (["write", "--person", "9", "--file", "-"], 3, "no person 9"),
        (["write", "--place", "99", "--file", "-"], 3, "no place 99"),
        (["write", "--address", "99 Nowhere Rd", "--file", "-"], 3, "no place is recorded at"),
        (["write", "--person", "1"], 2, "--file is missing; - is standard input"),
        (["write", "--person", "1", "--file", "-", "--edit"], 2, "give either --file or --edit"),
        (["write", "--person", "1", "--file", "/nowhere"], 2, "cannot read --file: no such file"),
        (["show", "9"], 3, "no plan 9"),
        (["show", "x"], 2, "a plan is named by its number"),
        (["show", "99999999999999999999"], 3, "no plan with that number"),
        (["list", "--status", "best"], 2, "--status: not a valid plan status"),
        (["suggest", "9", "--file", "-"], 3, "no plan 9"),
        (["suggest", "1"], 2, "--file is missing: the suggestion comes from a file"),
        (["answer", "9", "--accept", "--file", "-"], 3, "no suggestion 9"),
        (["answer", "9"], 2, "give either --accept or --decline"),
    ],
)
def test_bad_input_is_one_sentence(
    args: list[str], code: int, says: str, ccu: Ccu, db_path: Path
) -> None:
    write(ccu)
    before = rows(db_path)
    done = ccu("plan", *args, stdin=TEXT)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert done.err.startswith(f"ccu: error: {says}")
    assert rows(db_path) == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "the plan is empty"),
        (b" \n\n# only words\n", "the plan is empty"),
        (b"What helps:\n- \n-\n", "the plan is empty"),
        (b"Helps him:\n- Zed\n", "--file, line 1: no such heading; the headings are Baseline:"),
        (b"What helps:\nZed\n", "--file, line 2: neither a heading nor an item"),
        (b"\n- Zed\n", "--file, line 2: an item before any heading"),
        (b"What helps:\n- Zed\x1b[2J\n", "--file holds control characters"),
        (b"What helps:\n- Zed\x00\n", "--file holds control characters"),
        (b"What helps:\n- Zed \xff\n", "--file is not UTF-8 text"),
        (b"What helps:\n- " + b"Zed " * 400_000, "--file, line 2: an item is longer than 500"),
        (b"What helps:\n" + b"- Zed\n" * 31, "--file, line 32: What helps has more than 30 items"),
        (b"What helps:\n- Zed" + b"\n Zed" * 390_000, "--file, line 2: an item is longer than"),
        (b"- Zed\n" * 400_000, "--file is longer than 2,000,000 characters"),
        (b"Safety concerns:\n- Zed\n", "--file, line 2: write a safety concern as"),
        (b"Safety concerns:\n- 2026-13-01, Zed: x\n", "--file, line 2: the day of the concern"),
        (b"Safety concerns:\n- 2026-02-01, Zed: x\n", "--file, line 2: the day of the concern"),
        (b"Contacts:\n- Zed\n", "--file, line 2: write a contact as"),
        (b"Contacts:\n- Zed, aunt: none\n", "--file, line 2: write a contact as"),
        (b"Contacts:\n- Zed" + b"d" * 90 + b", aunt: 211\n", "--file, line 2: a contact has"),
    ],
)
def test_a_file_that_is_no_plan_is_refused_by_its_line(
    text: bytes, says: str, ccu: Ccu, db_path: Path
) -> None:
    before = rows(db_path)
    done = ccu("plan", "write", "--person", "1", "--file", "-", stdin=text)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith(f"ccu: error: {says}")
    assert "Zed" not in done.err
    assert rows(db_path) == before


def test_strange_but_harmless_text_is_kept_exactly_and_shown_safely(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = "[/b] :smile: \u05e9\u05dc\u05d5\u05dd \u202eabc e\u0301" + " <script>"
    number = approved(ccu, monkeypatch, f"\ufeffWhat helps:\r\n- {strange}\r\n  and on\r\n")
    assert show(ccu, number)["body"]["helps"] == [f"{strange} and on"]
    page = ccu("history", "--call", "1", "--format", "table").out
    assert "[/b] :smile: " in page
    assert "\\u202e" in page
    assert "\u202e" not in page


def test_check_finds_an_approved_plan_that_nobody_approved(ccu: Ccu, db_path: Path) -> None:
    write(ccu)
    name = "approved plans without an approver or a day to review"
    with sqlite3.connect(db_path) as hand:
        hand.execute("UPDATE plan SET status = 'approved'")
    done = ccu("check")
    assert done.code == 6
    assert name in done.out
    assert "plan 1" in done.out


def test_a_line_that_is_refused_leaves_the_lines_before_it(ccu: Ccu, db_path: Path) -> None:
    empty = [("> ", "")] * 6
    screen = typed.answer(
        db_path,
        ("plan", "write", "--person", "1"),
        *empty,
        ("1/4/2026, officer report: what was seen", None),
        ("> ", "11/20/2025, family: threw a cup"),
        ("  Nov 20, 2025, family: threw a cup", None),
        ("> ", "no day at all"),
        ("write a safety concern as: 1/4/2026, officer report:", None),
        ("> ", "1/4/2026, call 1: threw a plate"),
        ("> ", ""),
        ("Contacts (", None),
        ("> ", ""),
        ("Save? y, n, or a number to change: ", "y"),
        ("Wrote plan 1", None),
    )
    assert "Nov 20, 2025, family: threw a cup; Jan 4, 2026" in screen
    assert "2025-11-20" not in screen
    body = json.loads(ccu("plan", "show", "1", "-f", "json").out)["body"]
    assert [each["on"] for each in body["safety"]] == ["2025-11-20", "2026-01-04"]
    assert "- Nov 20, 2025, family: threw a cup" in ccu("plan", "show", "1").out
