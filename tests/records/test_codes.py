"""The code lists: what names a code, what is suggested, and a town's own codes."""

import json
import sqlite3
from pathlib import Path

import pytest

from ccu.errors import InvalidInput
from ccu.records import codes, town_decisions

from ..conftest import Ccu, Result

CALL = ("log-call", "--address", "12 Main St", "--no-input", "--when", "2026-01-30 22:30")


def refused(result: Result) -> str:
    assert (result.code, result.out) == (2, "")
    return result.err


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
        ("need", "counseling", "Did you mean mh_outpatient (Mental health: outpatient) or add"),
        ("need", "therapist", "(Mental health: outpatient)? List them: ccu codes need"),
        ("need", "rehab", "mean addiction_residential or detox (Addiction: detox)?"),
        ("need", "Quillfeather", "--x: not a valid need. List them: ccu codes need"),
        ("capacity", "Quillfeather", "--x: not a valid capacity. Choose from open, "),
        ("need", "outpatient", "--x: could be mh_outpatient (Mental health: outpatient) or "),
        ("need", "care", "--x: could be care_navigation or primary_care; type more"),
        ("need", "ho", "--x: not a valid need."),
        ("danger", "knife", "Did you mean weapon?"),
        ("nature", "check the welfare", "Did you mean welfare_check?"),
        ("staff_role", "lieutenant", "Did you mean supervisor?"),
        ("danger", "non", "--x: type none in full to record that no hazard was found"),
        ("disposition", "warrant", "Did you mean police_exam ("),
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


@pytest.mark.parametrize(
    ("table", "text", "says"),
    [
        ("nature", "w", "Type two letters or more of Welfare check"),
        ("nature", "d", "Type two letters or more of Domestic or family, Disturbance, "),
        ("nature", "xq", "Not a valid nature. Type ? to list them"),
        ("need", "fod", "Not a valid need. Did you mean Food? Type ? to list them"),
        ("nature", "", "Choose one. Type ? to list them"),
        ("danger", "n", "Type none in full to record that no hazard was found"),
        ("need_state", "x", "Not a valid need status. Choose from No need, Need met, "),
        ("follow_up_result", "c", "Type two letters or more of "),
    ],
)
def test_an_answer_of_one_letter_or_none_of_the_list_is_refused_with_labels(
    file: sqlite3.Connection, table: str, text: str, says: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        codes.chosen(file, table, text, "--x")
    assert str(refused.value).startswith(says)
    assert "--x" not in str(refused.value)


@pytest.mark.parametrize("table", codes.LISTS)
def test_no_single_letter_picks_a_code(file: sqlite3.Connection, table: str) -> None:
    known = {code for code, _label in codes.choices(file, table).items()}
    for letter in set("abcdefghijklmnopqrstuvwxyz") - known:
        with pytest.raises(InvalidInput):
            codes.chosen(file, table, letter, "--x")


@pytest.mark.parametrize("table", codes.LISTS)
def test_a_prefix_shared_by_several_codes_picks_none(file: sqlite3.Connection, table: str) -> None:
    named = [(code, codes.plain(label)) for code, label in codes.choices(file, table).items()]
    words = {word for names in named for name in names for word in name.split("_")}
    for begin in {word[:end] for word in words for end in range(1, len(word) + 1)}:
        having = [names for names in named if any(f"_{begin}" in f"_{name}" for name in names)]
        if len(having) > 1 and begin.isalpha() and not any(begin in names for names in having):
            for read in (codes.code, codes.chosen):
                with pytest.raises(InvalidInput):
                    read(file, table, begin, "--x")


def test_a_suggestion_is_a_code_in_use_and_never_ends_a_case(file: sqlite3.Connection) -> None:
    for table, name in codes.LISTS.items():
        rows = {each.code: each for each in codes.every(file, table)}
        for word, meanings in codes.synonyms(name).items():
            for meaning in meanings:
                assert meaning in rows, (name, word)
                assert not rows[meaning].final, (name, word)


def test_the_echo_shows_how_a_prefix_was_read(ccu: Ccu) -> None:
    done = ccu(*CALL, "--nature", "welf", "--danger", "weap")
    assert done.code == 0, done.err
    assert "--nature: Welfare check\n" in done.err
    assert "--hazard: Weapon\n" in done.err
    assert "--nature:" not in ccu(*CALL, "--nature", "welfare check").err


def test_another_hazard_leads_to_its_words_on_the_card(ccu: Ccu) -> None:
    done = ccu(*CALL, "--nature", "crisis", "--danger", "other,dog")
    assert 'ccu place flag --place 1 --source "call 1"\n' in done.err
    card = ccu("history", "--address", "12 Main St").out.upper()
    assert "OTHER HAZARD" in card
    assert "DOG" in card
    assert "place flag" not in ccu(*CALL, "--nature", "crisis", "--danger", "dog").err


# ---------------------------------------------------------------- the lists, and a town's own


def test_one_list_or_every_list_is_printed(ccu: Ccu) -> None:
    found = json.loads(ccu("codes", "needs", "--format", "json").out)
    assert found[0] == {
        "list": "need",
        "code": "mh_crisis",
        "label": "Mental health: crisis",
        "care": None,
        "retired": False,
    }
    assert (
        ccu("codes", "list", "need", "--format", "json").out
        == ccu("codes", "need", "--format", "json").out
    )
    every = json.loads(ccu("codes", "--format", "json").out)
    assert list(dict.fromkeys(row["list"] for row in every)) == [
        name for table, name in codes.LISTS.items() if table not in town_decisions.NAMES
    ]
    assert "choose from nature, crisis_type" in refused(ccu("codes", "colors"))


@pytest.mark.parametrize(
    ("state", "label"),
    [
        ("CT", "Police emergency examination request (CGS 17a-503)"),
        ("OR", "Peace officer custody (ORS 426.228)"),
        ("VT", "Police emergency examination request"),
    ],
)
def test_a_new_file_has_the_labels_of_its_state(state: str, label: str, empty: Ccu) -> None:
    zone = ("--timezone", "America/New_York")
    assert empty("init", "--town", "Bend", "--state", state.lower(), *zone).code == 0
    shown = empty("codes", "disposition", "--format", "csv").out.replace('"', "")
    assert f"disposition,police_exam,{label}," in shown
    assert ("CGS" in shown) == (state == "CT")
    assert empty("check").code == 0


def test_a_code_is_added_used_renamed_and_retired_and_figures_keep_it(ccu: Ccu) -> None:
    assert ccu("codes", "add", "nature", "Gambling harm", "--care").out == (
        "On the list nature: gambling_harm. Its calls are care calls.\n"
    )
    assert ccu("codes", "add", "hazard", "Low stairs").code == 0
    assert ccu(*CALL, "--nature", "gambling", "--danger", "low_stairs").code == 0
    assert "LOW STAIRS" in ccu("history", "--address", "12 Main St").out.upper()
    renamed = ccu("codes", "rename", "nature", "gambling_harm", "Gambling")
    assert renamed.out == "gambling_harm is now shown as: Gambling\n"
    assert ccu("codes", "retire", "nature", "Gambling").code == 0
    assert "Gambling" in ccu("call", "show", "1").out
    assert "retired; choose another" in refused(ccu(*CALL, "--nature", "gambling_harm"))
    report = ccu("report", "--month", "2026-01", "--format", "json").out
    assert '"figure":"care_calls","group":"","value":1,' in "".join(report.split())
    assert ccu("codes", "add", "nature", "Gambling").code == 0  # brought back
    assert ccu(*CALL, "--nature", "gambling_harm").code == 0
    assert ccu("check").code == 0


def test_a_terminal_asks_before_a_code_in_use_is_retired(ccu: Ccu) -> None:
    assert ccu("codes", "add", "hazard", "Icy steps").code == 0
    assert ccu(*CALL, "--nature", "crisis", "--danger", "icy_steps").code == 0
    for keys in ("n\n", "\n"):
        done = ccu("codes", "retire", "hazard", "icy_steps", stdin=keys, tty=True)
        assert (done.code, done.out) == (130, "")
        assert "Records use icy_steps 1 time; " in done.err
    assert ccu("codes", "retire", "hazard", "none", tty=True).err.startswith(
        "ccu: error: none cannot be retired"
    )
    assert "icy_steps" in ccu("codes", "retire", "hazard", "icy_steps", stdin="y\n", tty=True).out
    assert ccu("codes", "add", "hazard", "Low stairs").code == 0  # used by nothing: no question
    assert ccu("codes", "retire", "hazard", "low_stairs", tty=True).out.startswith("Retired")


@pytest.mark.parametrize(("answer", "says"), [("y", "are care calls"), ("n", "are not")])
def test_a_terminal_asks_if_a_new_nature_is_of_care_calls(ccu: Ccu, answer: str, says: str) -> None:
    done = ccu("codes", "add", "nature", "Gambling", stdin=f"\n{answer}\n", tty=True)
    assert (done.code, done.out) == (0, f"On the list nature: gambling. Its calls {says}.\n")
    assert done.err.count("Care calls, which are counted and followed up? y or n: ") == 2
    assert ccu("codes", "retire", "nature", "gambling").code == 0
    again = ccu("codes", "add", "nature", "gambling", tty=True)  # it is known by now
    assert (again.code, again.err) == (0, "")


def test_an_urgent_nature_stays_and_a_hazard_s_label_may_change(ccu: Ccu) -> None:
    assert ccu("settings", "urgent_natures", "suicide,youth_crisis").code == 0
    kept = refused(ccu("codes", "retire", "nature", "youth_crisis"))
    assert "the setting urgent_natures has it; change that first" in kept
    assert ccu("settings", "urgent_natures", "suicide").code == 0
    assert ccu("codes", "retire", "nature", "youth_crisis").code == 0
    assert ccu("codes", "rename", "hazard", "weapon", "Firearm or knife").code == 0
    assert ccu(*CALL, "--nature", "crisis", "--hazard", "weapon").code == 0
    assert "FIREARM OR KNIFE" in ccu("history", "--address", "12 Main St", tty=True).out


def test_a_nature_is_made_a_care_nature_and_every_figure_follows(ccu: Ccu) -> None:
    def care() -> list[object]:
        done = ccu("report", "--month", "2026-01", "--full", "--format", "json")
        sections = json.loads(done.out)["sections"]
        rows = [row for each in sections if each["kind"] == "figures" for row in each["rows"]]
        names = ("care_calls", "care_calls_by_nature", "share_of_all_calls")
        return [row["value"] for row in rows if row["figure"] in names]

    for nature in ("domestic", "crisis"):
        assert ccu(*CALL, "--nature", nature).code == 0
    assert care() == [1, 0.5, 1]
    assert ccu("codes", "add", "nature", "Domestic or family", "--care").out == (
        "On the list nature: domestic. Its calls are care calls.\n"
    )
    listed = ccu("codes", "nature", "-f", "csv").out
    assert '"domestic","Domestic or family","yes"' in listed
    assert care() == [2, 1.0, 1, 1]
    assert ccu(*CALL, "--nature", "domestic").code == 0
    assert care() == [3, 1.0, 1, 2]
    assert ccu("codes", "add", "nature", "domestic", "--no-care").code == 0
    assert care() == [1, 0.333333, 1]
    assert "is in the list already" in refused(ccu("codes", "add", "nature", "domestic"))
    assert "for a nature only" in refused(ccu("codes", "add", "need", "food", "--care"))
    assert ccu("check").code == 0


def test_a_layout_may_name_a_town_s_own_code(ccu: Ccu, tmp_path: Path, db_path: Path) -> None:
    assert ccu("codes", "add", "nature", "Gambling", "--care").code == 0
    layout, export = tmp_path / "our.toml", tmp_path / "export.csv"
    layout.write_text(
        'source = "our"\nformats = ["%m/%d/%Y %H:%M"]\n[columns]\nincident = "Event"\n'
        'occurred = "Time"\naddress = "Location"\nnature = "Problem"\n'
        '[natures]\ngambling = ["BETTING"]\n'
    )
    export.write_text("Event,Time,Location,Problem\n1,01/30/2026 22:30,12 Main St,BETTING\n")
    done = ccu("import", str(export), "--layout", str(layout))
    assert done.code == 0, done.err
    with sqlite3.connect(db_path) as hand:
        assert hand.execute("SELECT nature, care FROM call").fetchall() == [("gambling", 1)]


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("add", "nature", "Gambling"), 2, "--care is missing: give --care if calls"),
        (("add", "need", "Pets", "--care"), 2, "--care is for a nature only"),
        (("add", "need", "food"), 2, "food (Food) is in the list already"),
        (("add", "need", "1st aid"), 2, "LABEL must begin with a letter"),
        (("add", "need", "x" * 41), 2, "LABEL must begin with a letter and have at most 40"),
        (("add", "housing", "Car"), 2, "the list housing status is fixed"),
        (("rename", "need", "food", "Shelter"), 2, "LABEL is that of shelter; choose another"),
        (("rename", "need", "fod", "Food pantry"), 3, "no such need; list them: ccu codes need"),
        (
            ("retire", "nature", "suicide"),
            2,
            "suicide cannot be retired: warnings, access or figures",
        ),
        (("retire", "hazard", "none"), 2, "none cannot be retired"),
        (
            ("retire", "hazard", "Weapon"),
            2,
            "weapon cannot be retired: warnings, access or figures",
        ),
        (("retire", "hazard", "violence"), 2, "violence cannot be retired"),
        (("retire", "need", "mh_crisis"), 2, "mh_crisis cannot be retired"),
        (("add", "nature", "suicide", "--no-care"), 2, "suicide must stay a care nature"),
        (
            ("retire", "need"),
            2,
            "the code or its label is missing; type ccu codes retire",
        ),
    ],
)
def test_what_cannot_be_changed_is_refused(
    args: tuple[str, ...], code: int, says: str, ccu: Ccu
) -> None:
    before = ccu("codes", "--format", "csv").out
    done = ccu("codes", *args)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"ccu: error: {says}"), done.err
    assert ccu("codes", "--format", "csv").out == before
