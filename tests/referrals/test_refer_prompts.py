"""What `refer` and `consult add` take at a terminal: part of a name, a login, a provider listed."""

from collections.abc import Iterator

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
