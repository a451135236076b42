"""What `refer` and `consult add` take at a terminal: part of a name, a login, a provider listed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Ccu

CALL = ("log-call", "--when", "22:30", "--address", "12 Main St", "--nature", "crisis")
STAFF = (("b.lee", "Ana Lee", "clinician"), ("m.lee", "Bo Lee", "intern"))
NO_NAMES = "type a login, or a part of a name that only one has; ? lists them"


@pytest.fixture
def town(ccu: Ccu) -> Iterator[Ccu]:
    for login, name, role in STAFF:
        assert ccu("staff", "add", login, "--name", name, "--role", role).code == 0
    for lines in ("given: Jane\nfamily: Doe\nborn: 5/6/1971", "given: Abe\nfamily: Roe"):
        assert ccu("person", "add", "--file", "-", "--no-input", stdin=lines).code == 0
    assert ccu(*CALL, "--person", "1", "--person", "2").code == 0
    yield ccu


def test_who_was_asked_is_listed_and_named_in_part(town: Ccu) -> None:
    done = town("consult", "add", stdin="?\nnobody\nlee\nana\n10\n", tty=True)
    everybody = "  b.lee  Ana Lee, clinician\n  m.lee  Bo Lee, intern\n"
    assert done.code == 0
    assert done.err.lower().count(NO_NAMES) == 3
    assert done.err.count(everybody) == 2  # of ? and of lee, not of nobody
    assert "  b.lee\n" in done.err


def test_which_person_is_named_in_part(town: Ccu) -> None:
    assert town("provider", "add", "Harbor House", "--need", "shelter").code == 0
    done = town("refer", "1", stdin="?\noe\ndoe\nshelter\n\n\nlee\nbo\ny\n", tty=True)
    assert done.err.count("  1  Jane Doe\n  2  Abe Roe\n") == 3
    assert "  person 1 Jane Doe\n" in done.err
    assert (done.code, "  m.lee\n" in done.err) == (0, True)


@pytest.mark.parametrize(
    ("typed", "several"),
    [
        ("mental", "1 Mental health: crisis, 2 Mental health: outpatient, 3 Mental"),
        ("health", "health: medication, 12 Primary care; type its number\n"),
        ("outpatient", "2 Mental health: outpatient, 5 Addiction: outpatient; type its"),
    ],
)
def test_a_need_that_several_begin_with_is_chosen_from_them(
    typed: str, several: str, town: Ccu
) -> None:
    assert town("provider", "add", "Harbor House", "--need", "mh_outpatient").code == 0
    done = town("refer", "--person", "1", stdin=f"{typed}\n2\n\n\nb.lee\ny\n", tty=True)
    assert "  Could be " in done.err
    assert several in done.err
    assert "Mental health: outpatient, Harbor House (requested)" in done.out


def test_no_is_no_handoff_of_another_type(town: Ccu) -> None:
    assert town("provider", "add", "Harbor House", "--need", "shelter").code == 0
    done = town("refer", "--person", "1", stdin="shelter\n\nno\n6\nb.lee\ny\n", tty=True)
    assert "  Could be 3 Direct notification (the officer told the worker), 6 None;" in done.err
    assert "Handoff  None" in done.out


@pytest.mark.parametrize(("option", "value"), [("--eligibility", "Under 18"), ("--max-age", "17")])
def test_the_default_provider_fits_the_age_and_a_number_is_one_shown(
    option: str, value: str, town: Ccu
) -> None:
    add = ("provider", "add")
    assert town(*add, "Harbor House", "--need", "shelter").code == 0
    assert town(*add, "Youth Team", "--need", "mh_crisis", option, value).code == 0
    answers = "mh_crisis\n\n1\nharbor\n\nb.lee\ny\n"
    done = town("refer", "--person", "1", stdin=answers, tty=True)
    assert "another age group" in done.err
    assert "Provider (number, name, or what is needed): " in done.err
    assert "1 is Harbor House, not in the list; type its name to take it" in done.err
    assert "Mental health: crisis, Harbor House (requested)" in done.out
    young = town("refer", "--person", "2", stdin="mh_crisis\n\n\nb.lee\ny\n", tty=True)
    assert "Provider (number, name, or what is needed) [2]: " in young.err


def test_a_need_in_a_crisis_tells_of_911_before_providers(ccu: Ccu) -> None:
    call = ("log-call", "--address", "12 Main St", "--when", "2026-01-30 22:30", "--no-input")
    assert ccu(*call, "--nature", "crisis", "--person", "unknown").code == 0
    assert ccu("provider", "add", "Line", "--need", "mh_crisis").code == 0
    asked = ccu("refer", "1", "--need", "mh_crisis", stdin="", tty=True)
    assert "Urgent: call 911 if a life may be at risk now" in asked.err


@pytest.mark.parametrize("need", ["he wants to kill himself", "wants to die", "crisis", "1"])
def test_a_need_that_tells_of_a_risk_to_life_is_met_with_911_at_once(need: str, town: Ccu) -> None:
    for to in ((), ("--to", "1")):
        if not to:
            assert town("provider", "add", "Line", "--need", "mh_crisis").code == 0
        typed = f"{need}\n{'' if to else chr(10)}\nb.lee\ny\n"
        asked = town("refer", "--person", "1", *to, stdin=typed, tty=True)
        assert asked.code == 0, asked.err
        assert asked.err.count("call 911 if a life may be at risk now") == 1
        before, _, after = asked.err.partition("Urgent: call 911")
        assert "Provider (" not in before
        assert "Mental health: crisis" in after
        assert town("undo", "--yes").code == 0


@pytest.mark.parametrize(
    "question",
    [
        ("log-call", "--when", "22:30", "--address", "4 Main St"),
        ("call", "decide", "1"),
        ("call", "void", "1"),
        ("referral", "update", "1", "--status", "on_hold"),
    ],
    ids=lambda args: " ".join(args[:2]),
)
def test_wherever_a_nature_or_a_reason_is_typed_a_risk_to_life_is_met_with_911(
    question: tuple[str, ...], town: Ccu
) -> None:
    assert town("provider", "add", "Line", "--need", "mh_crisis").code == 0
    if question[0] == "referral":
        made = town("refer", "1", "--need", "mh_crisis", "--to", "1", "--person", "1")
        assert made.code == 0, made.err
    asked = town(*question, stdin="he will kill himself\nhe took a knife\n", tty=True)
    assert asked.err.count("call 911 if a life may be at risk now") == 1


def test_a_reason_that_tells_of_no_risk_to_life_is_met_with_nothing(town: Ccu) -> None:
    asked = town("call", "decide", "1", stdin="?\nhe is asleep\nresolved\n", tty=True)
    assert asked.code == 0
    assert "911" not in asked.err


def test_an_answer_to_another_question_chooses_no_provider(town: Ccu) -> None:
    for name in ("Yale Detox", "No Hunger", "VA Clinic", "Northside", "Yes Center"):
        assert town("provider", "add", name, "--need", "detox").code == 0
    for typed in ("y", "n", "Yes", "no", "ya", "nor", "va"):
        asked = town("refer", "--person", "1", stdin=f"detox\n{typed}\n", tty=True)
        refused = "ype a provider's number, or three letters or more of its" in asked.err
        assert refused is (typed not in ("nor", "va")), typed
        assert ("  VA Clinic\n" in asked.err) is (typed == "va")
    for typed in ("y", "no", "ya"):
        piped = town("refer", "--person", "1", "--need", "detox", "--to", typed)
        assert piped.code in (2, 3)
        assert "--to: " in piped.err
    assert town("referral", "list", "-f", "json").out == "[]\n"


def test_one_letter_or_no_chooses_no_person(town: Ccu) -> None:
    for lines in ("given: Nora\nfamily: Yates", "given: Yesenia\nfamily: Poe"):
        assert town("person", "add", "--file", "-", "--no-input", stdin=lines).code == 0
    asked = town("worker", "assign", stdin="y\nn\nno\nyes\n", tty=True)
    assert asked.err.count("no person has a name that begins so") == 4
    assert "Who, by login" not in asked.err


def test_what_is_doubtful_of_a_referral_is_told_before_it_is_saved(town: Ccu) -> None:
    assert town("provider", "add", "Harbor House", "--need", "shelter").code == 0
    assert town("provider", "add", "Full House", "--need", "food", "--capacity", "full").code == 0
    to = "\n".join(["shelter", "full house", "", "b.lee"])
    note = "Note: provider 2 (Full House) is not listed for Shelter.\n"
    declined = town("refer", "--person", "1", stdin=f"{to}\nn\n", tty=True)
    assert note in declined.err.partition("Save?")[0]
    changed = town("refer", "--person", "1", stdin=f"{to}\n2\nharbor\ny\n", tty=True)
    before, _, after = changed.err.rpartition("Full House")
    assert note not in after
    assert before.count(note) == 1
    saved = town("refer", "--person", "1", stdin=f"{to}\ny\n", tty=True)
    assert saved.err.count(note) == 1
    assert "Note: provider 2 (Full House) is full.\n" in saved.err.partition("Save?")[0]
    piped = town("refer", "--person", "2", "--need", "shelter", "--to", "2", "-f", "json")
    assert note in piped.err
    assert "not listed for Shelter" in piped.out


def test_the_list_of_providers_is_in_the_order_of_the_search(town: Ccu) -> None:
    for name, more in (("Aspen", "full"), ("Birch", "waitlist"), ("Cedar", "open")):
        assert town("provider", "add", name, "--need", "food", "--capacity", more).code == 0
    done = town("refer", "--person", "1", "--need", "food", stdin="\n", tty=True)
    places = [done.err.index(name) for name in ("Cedar", "Birch", "Aspen")]
    assert places == sorted(places)


def test_a_referral_that_is_not_listed_is_read_alone_to_be_named(town: Ccu, db_path: Path) -> None:
    assert town("provider", "add", "Harbor House", "--need", "shelter").code == 0
    for _ in range(2):
        assert town("refer", "--person", "1", "--to", "1", "--need", "shelter").code == 0
    assert town("referral", "edit", "1", "--status", "declined").code == 0
    done = town("referral", "edit", stdin="1\nn\n", tty=True)
    assert "Not in the list: 1  Jane Doe, Shelter, Harbor House. Take it? y or n" in done.err
    listed = "SELECT json_extract(detail, '$.rows') FROM audit WHERE action = 'referral-list'"
    with closing(sqlite3.connect(db_path)) as file:
        rows = [row[0] for row in file.execute(f"{listed} AND record = 'referral'")]
    assert rows[-1] == 1
    assert rows[0] == 1  # the open one
