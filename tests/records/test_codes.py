"""The code lists: what names a code, what is suggested, and a town's own codes."""

import sqlite3

import pytest

from ccu.errors import InvalidInput
from ccu.records import codes

from ..conftest import Ccu

CALL = ("log-call", "--address", "12 Main St", "--no-input", "--when", "2026-01-30 22:30")


@pytest.fixture
def file(ccu: Ccu, db_path: object) -> sqlite3.Connection:
    return sqlite3.connect(str(db_path))


@pytest.mark.parametrize(
    ("table", "text", "code"),
    [
        ("need", "mh_outpatient", "mh_outpatient"),
        ("need", "Mental health: outpatient", "mh_outpatient"),
        ("need", "hous", "housing"),
        ("need", "elder", "elder_services"),
        ("need", "crisis", "mh_crisis"),
        ("disposition", "physician", "physician_certificate"),
        ("follow_up_result", "refus", "refused"),
    ],
)
def test_a_code_is_named_by_itself_its_label_or_the_beginning_of_a_word(
    file: sqlite3.Connection, table: str, text: str, code: str
) -> None:
    assert codes.code(file, table, text, "--x") == code


@pytest.mark.parametrize(
    ("table", "text", "says"),
    [
        ("need", "counseling", 'valid need: "counseling". Did you mean mh_outpatient or addiction'),
        ("need", "therapist", "Did you mean mh_outpatient? List them: ccu codes need"),
        ("need", "rehab", "Did you mean addiction_residential or detox?"),
        ("need", "Quillfeather", "--x: not a valid need. Choose from mh_crisis, "),
        ("need", "outpatient", "--x: could be mh_outpatient or addiction_outpatient"),
        ("need", "ho", "--x: not a valid need."),
        ("danger", "knife", "Did you mean weapon?"),
        ("danger", "non", "--x: type none in full to record that no hazard was found"),
        ("disposition", "warrant", "Did you mean police_exam or arrest?"),
        ("disposition", "dec", "could be deceased or resources_declined"),
        ("follow_up_result", "no answer", "Did you mean left_message or not_reached? List"),
        ("follow_up_result", "no response given", "--x: not a valid follow-up result."),
        ("follow_up_result", "voicemail", "Did you mean left_message? List them"),
        ("consent_scope", "everything", "--x: not a valid consent scope. "),
    ],
)
def test_what_names_no_code_leads_to_what_may_be_meant(
    file: sqlite3.Connection, table: str, text: str, says: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        codes.code(file, table, text, "--x")
    assert says in str(refused.value)
    assert "Quillfeather" not in str(refused.value)


def test_a_suggestion_is_a_code_in_use_and_never_ends_a_case(file: sqlite3.Connection) -> None:
    for table, name in codes.LISTS.items():
        rows = {each.code: each for each in codes.every(file, table)}
        for word, meanings in codes.synonyms(name).items():
            for meaning in meanings:
                assert meaning in rows, (name, word)
                assert not rows[meaning].final, (name, word)


def test_the_echo_tells_how_a_beginning_was_read(ccu: Ccu) -> None:
    done = ccu(*CALL, "--nature", "welf", "--danger", "weap")
    assert done.code == 0, done.err
    assert "--nature: Welfare check\n" in done.err
    assert "--danger: Weapon\n" in done.err
    assert "--nature:" not in ccu(*CALL, "--nature", "welfare check").err
