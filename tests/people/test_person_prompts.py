"""An error at a question about a person, or at a safety note, leads back to the question."""

from ..conftest import Ccu


def test_a_name_that_nobody_has_is_asked_again(ccu: Ccu) -> None:
    ana = ("person", "add", "--file", "-", "--no-input")
    assert ccu(*ana, stdin="given: Ana\nfamily: Reyes").code == 0
    shown = ccu("person", "show", "-", stdin="Zelda\n-\nReyes\n", tty=True)
    assert shown.code == 0
    assert "no person has a name that begins that way" in shown.err
    assert "a person is named by its number" in shown.err
    assert "Ana Reyes" in shown.out


def test_a_safety_note_that_is_empty_is_asked_again(ccu: Ccu) -> None:
    call = ("log-call", "--when", "22:30", "--address", "12 Main St", "--nature", "crisis")
    assert ccu(*call).code == 0
    line = ("place", "flag", "--place", "1", "--source", "call 1")
    flag = ccu(*line, stdin="\nTwo dogs.\n\n", tty=True)
    assert (flag.code, "the note is empty" in flag.err.lower()) == (0, True)


def test_answers_that_contradict_the_record_can_be_changed(ccu: Ccu) -> None:
    add = ("person", "add", "--file", "-", "--no-input")
    assert ccu(*add, stdin="given: Ana\nfamily: Reyes\nborn: 1980").code == 0
    answers = "\n" * 14 + "5\ndoes not know\ny\n5\n1/31/1980\ny\n"
    edited = ccu("person", "edit", "1", stdin=answers, tty=True)
    assert "birth date is known; clear it to give a reason for none" in edited.err.lower()
    assert (edited.code, "Edited person 1" in edited.out) == (0, True)
