"""`ccu referral letter`: both copies; the provider's is a disclosure, recorded or refused."""

import json
import re
import sqlite3
import zlib
from pathlib import Path
from typing import Any

import pytest

from ccu.referrals import letter

from ..conftest import Ccu

NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."


@pytest.fixture
def unit(ccu: Ccu) -> Ccu:
    """Person 1 has referral 1 to a provider and referral 2 to a Part 2 program."""
    steps: list[tuple[tuple[str, ...], str]] = [
        (("provider", "add", "Homes With Hope", "--need", "housing", "--phone", "2035550142"), ""),
        (("provider", "add", "Harbor Recovery", "--need", "detox", "--part2"), ""),
        (("log-call", "--address", "12 Elm St", "--nature", "crisis", "--when", "2026-01-18 14:05",
          "--person-file", "-"), "Wilhelmina Zorn born 1980-02-03\n"),
        (("refer", "1", "--person", "1", "--need", "housing", "--to", "1"), ""),
        (("refer", "1", "--person", "1", "--need", "detox", "--to", "2"), ""),
    ]  # fmt: skip
    for line, stdin in steps:
        done = ccu(*line, stdin=stdin)
        assert done.code == 0, (line, done.err)
    return ccu


def consent(ccu: Ccu, scope: str, to: str, *more: str) -> None:
    done = ccu("consent", "grant", "1", "--to", to, "--scope", scope, "--purpose", "treatment",
               "--signed", "2026-01-10", *more)  # fmt: skip
    assert done.code == 0, done.err


def accounting(ccu: Ccu) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ccu("disclosures", "--person", "1", "-f", "json").out)
    return found


def test_the_persons_copy_is_no_disclosure(unit: Ccu) -> None:
    done = unit("referral", "letter", "1")
    assert done.code == 0, done.err
    assert "Dear Wilhelmina Zorn," in done.out and "Homes With Hope" in done.out
    assert letter.TEXTS["not_signed"] in done.out and "12 ELM" not in done.out.upper()
    assert accounting(unit) == []
    consent(unit, "referrals", "1")
    assert "You signed a form" in unit("referral", "letter", "1").out


def test_the_persons_copy_has_what_they_need_to_go_there(unit: Ccu) -> None:
    """Address, hours and alert; a draft does not claim that anyone was asked."""
    line = ("--address", "9 Harbor Rd", "--hours", "Mon-Fri 9am-5pm", "--alert", "No intake today")
    assert unit("provider", "edit", "2", *line).code == 0
    done = unit("referral", "letter", "2")
    assert all(word in done.out for word in (line[1], line[3], line[5]))
    assert "We asked Harbor Recovery to help you with stopping alcohol or drugs" in done.out
    draft = ("refer", "--person", "1", "--need", "food", "--to", "1", "--draft")
    assert unit(*draft).code == 0
    done = unit("referral", "letter", "3")
    assert "We have not asked them yet." in done.out and "We asked" not in done.out
    assert "walk-in or phone-in, no call" in unit("referral", "show", "3").out


def test_the_persons_copy_promises_no_day_that_is_over(
    unit: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert " will check with you by Feb " in unit("referral", "letter", "1").out
    monkeypatch.setenv("CCU_TODAY", "2026-03-02")
    late = unit("referral", "letter", "1")
    assert late.code == 0 and " will check with you soon. Tell us" in late.out


def test_a_letter_is_printed_in_large_type(unit: Ccu, tmp_path: Path) -> None:
    pytest.importorskip("fpdf")
    for name in ("letter.pdf", "letter.html"):
        assert unit("referral", "letter", "1", "-o", str(tmp_path / name)).code == 0
    streams = re.findall(rb"stream\n(.*?)\nendstream", (tmp_path / "letter.pdf").read_bytes(), re.S)
    assert any(b" 12.00 Tf" in zlib.decompress(each) for each in streams if each[:1] == b"x")
    page = (tmp_path / "letter.html").read_text()
    assert "<table" not in page and "body:not(:has(table)) { font: 11pt" in page


def test_every_need_of_ccu_has_plain_words(db_path: Path, unit: Ccu) -> None:
    with sqlite3.connect(db_path) as connection:
        assert letter.NEEDS.keys() == {
            code for (code,) in connection.execute("SELECT code FROM need")
        }


def test_the_providers_copy_is_refused_without_consent(unit: Ccu, tmp_path: Path) -> None:
    path = tmp_path / "letter.html"
    done = unit("referral", "letter", "1", "--provider", "-o", str(path))
    assert (done.code, done.out, path.exists()) == (2, "", False)
    assert "person 1 has no active consent for it" in done.err
    assert "ccu consent grant 1 --to 1 --scope referrals; or --without-consent" in done.err
    assert accounting(unit) == []


def test_the_providers_copy_is_recorded_under_a_consent(unit: Ccu, db_path: Path) -> None:
    consent(unit, "referrals", "1", "--expires", "2026-12-31")
    done = unit("referral", "letter", "1", "--provider")
    assert done.code == 0, done.err
    assert "Wilhelmina Zorn" in done.out and "It covers: Referrals and their outcomes." in done.out
    assert NOTICE not in done.out and "12 ELM" not in done.out.upper() and "crisis" not in done.out
    (row,) = accounting(unit)
    assert (row["what"], row["basis"]) == ("referrals", "consent 1")
    assert row["to"].startswith("provider 1")
    with sqlite3.connect(db_path) as connection:
        events = connection.execute(
            "SELECT record FROM audit WHERE action = 'referral-letter' ORDER BY id"
        ).fetchall()
    assert events == [("referral",), ("person",)]


def test_a_part2_program_needs_its_own_consent_and_gets_the_notice(unit: Ccu) -> None:
    consent(unit, "all_but_part2", "2")
    assert unit("referral", "letter", "2", "--provider").code == 2
    consent(unit, "part2", "2", "--expires", "2026-12-31")
    done = unit("referral", "letter", "2", "--provider")
    assert done.code == 0 and NOTICE in done.out
    (row,) = accounting(unit)
    assert (row["what"], row["basis"]) == ("part2", "consent 2")


def test_a_reason_in_law_takes_the_place_of_a_consent(unit: Ccu) -> None:
    line = ("referral", "letter", "1", "--provider", "--without-consent")
    done = unit(*line, "medical_emergency")
    assert done.code == 0 and "Shared without a signed consent: Medical emergency." in done.out
    assert accounting(unit)[0]["basis"] == "without consent: medical_emergency"
    for_person = unit("referral", "letter", "1", "--without-consent", "audit")
    assert for_person.code == 2 and "add --provider" in for_person.err


def test_somebody_not_identified_is_not_called_so(unit: Ccu) -> None:
    done = unit("log-call", "--address", "9 Oak Ave", "--nature", "crisis", "--when",
                "2026-01-19 14:05", "--person-file", "-",
                stdin="described: man in a red coat\n")  # fmt: skip
    assert done.code == 0, done.err
    done = unit("refer", "2", "--person", "2", "--need", "housing", "--to", "1")
    assert done.code == 0, done.err
    shown = unit("referral", "letter", "3").out
    assert "Hello," in shown and "red coat" not in shown and "not identified" not in shown


def test_a_closed_referral_has_no_letter(unit: Ccu) -> None:
    assert unit("referral", "update", "1", "--status", "declined").code == 0
    done = unit("referral", "letter", "1")
    assert done.code == 2 and "referral 1 is closed; refer again" in done.err


@pytest.mark.parametrize("ending", ["html", "pdf"])
@pytest.mark.parametrize("more", [(), ("--provider",)])
def test_each_copy_is_one_page(
    unit: Ccu, tmp_path: Path, ending: str, more: tuple[str, ...]
) -> None:
    consent(unit, "referrals", "1")
    path = tmp_path / f"letter.{ending}"
    done = unit("referral", "letter", "1", *more, "-o", str(path))
    assert (done.code, done.out) == (0, ""), done.err
    content = path.read_bytes()
    if ending == "pdf":
        assert len(re.findall(rb"/Type /Page\b", content)) == 1
    else:
        assert b"Homes With Hope" in content and b"<script" not in content


# --- plain language -------------------------------------------------------------------------


def syllables(word: str) -> int:
    """The groups of vowels of a word, without a silent e at its end; at least one."""
    plain = word.lower().strip("'")
    groups = len(re.findall("[aeiouy]+", plain))
    silent = plain.endswith("e") and not plain.endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent)


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text: 0.39 words a sentence, 11.8 syllables a word, - 15.59."""
    sentences = [each for each in re.split(r"[.!?:]+(?:\s|$)", text) if each.strip()]
    words = re.findall(r"[A-Za-z']+", text)
    count = sum(map(syllables, words))
    return 0.39 * len(words) / len(sentences) + 11.8 * count / len(words) - 15.59


def test_the_formula_tells_plain_text_from_hard_text() -> None:
    hard = "Unauthorized redisclosure of confidential information necessitates authorization."
    assert grade("The cat sat on the mat. It was warm.") < 2 < 12 < grade(hard)


def test_the_persons_copy_reads_at_the_sixth_grade(unit: Ccu) -> None:
    done = unit("referral", "letter", "1")
    body = " ".join(line.strip() for line in done.out.splitlines()[2:])
    assert grade(body) <= 6
    facts = {"provider": "They", "phone": "", "owner": "We", "when": "", "need": "food"}
    needs = [
        letter.TEXTS["asked"].format(**{**facts, "need": need}) for need in letter.NEEDS.values()
    ]
    assert grade(" ".join(needs)) <= 6
    for name in letter.TEXTS.keys() - {"asked"}:
        text = letter.TEXTS[name]
        assert grade(text.format(**facts)) <= 6.5, text


def test_an_owner_without_a_phone_is_told_and_the_letter_has_no_empty_line(unit: Ccu) -> None:
    done = unit("referral", "letter", "1")
    assert "Call ." not in done.out and "when we check with you." in done.out
    assert "ccu staff edit" in done.err and "--phone" in done.err
    login = done.err.split("ccu staff edit ")[1].split()[0]
    assert unit("staff", "edit", login, "--phone", "203-555-0100").code == 0
    done = unit("referral", "letter", "1")
    assert "203-555-0100" in done.out and done.err == ""


@pytest.mark.parametrize("line", ["needs record --person 77", "consult add --person 77"])
def test_an_unknown_person_is_refused_before_the_first_question(unit: Ccu, line: str) -> None:
    done = unit(*line.split(), tty=True)
    assert (done.code, done.err) == (3, "ccu: error: no person 77\n")


def test_a_wrong_state_of_a_need_is_answered_in_the_words_of_the_help(unit: Ccu) -> None:
    done = unit("needs", "record", "--person", "1", "housing=unmt")
    assert done.code == 2
    assert done.err == (
        "ccu: error: housing: the state is one of no, met, unmet, declined, unknown\n"
    )
