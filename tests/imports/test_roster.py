"""`ccu person import`: an office's list of its clients, and who works with them."""

import json
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccu.imports.identifiers import is_identity_number
from ccu.imports.roster import run as roster
from ccu.imports.roster import store as rosters

from .. import steps
from ..conftest import Ccu, Result, examples, once, run_ccu

LAYOUT = """
source = "hsd"
formats = ["%m/%d/%Y"]
[columns]
number = "No"
given = "First"
family = "Last"
aliases = "Also"
birth_date = "Born"
phone = "Phone"
housing = "Housing"
worker = "Worker"
since = "Since"
status = "Case"
closed = "Closed"
[status]
active = ["Open"]
closed = ["Closed"]
[workers]
mfox = ["Team B"]
"""
COLUMNS = "No First Last Also Born Phone Housing Worker Since Case Closed".split()
ANN = {"No": "1", "First": "Annika", "Last": "Brindlewood", "Born": "07/22/1979"}
BEN = {"No": "2", "First": "Benedict", "Last": "Oyelaran", "Born": "12/01/1988"}
EVERYTHING = ("person", "person_alias", "person_source", "person_key", "worker", "change")


class Desk:
    """A folder with a roster and its layout."""

    def __init__(self, folder: Path, database: Path) -> None:
        self.file, self.layout = folder / "roster.csv", folder / "hsd.toml"
        self.left = folder / "left.csv"
        self.database = database
        self.layout.write_text(LAYOUT)

    def rows(self, *rows: dict[str, str]) -> None:
        lines = [COLUMNS, *([row.get(name, "") for name in COLUMNS] for row in rows)]
        self.file.write_text("".join(",".join(f'"{c}"' for c in line) + "\n" for line in lines))

    def bring(self, *more: str, stdin: str = "", tty: bool = False) -> Result:
        line = ("person", "import", str(self.file), "--layout", str(self.layout), *more)
        return run_ccu(*line, "-f", "json", stdin=stdin, tty=tty)

    def counts(self, *more: str) -> dict[str, int]:
        """The result, without what is none."""
        done = self.bring(*more)
        assert done.code == 0, done.err
        return {name: count for name, count in json.loads(done.out)[0].items() if count}

    def plan(self, *more: str) -> list[dict[str, Any]]:
        done = self.bring("--dry-run", *more)
        assert done.code == 0, done.err
        found: list[dict[str, Any]] = json.loads(done.out)
        return found

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.database)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def turns(self) -> list[tuple[int, str, str | None]]:
        return self.ask(
            "SELECT person_id, login, until FROM worker JOIN staff ON staff.id = staff_id"
            " ORDER BY worker.id"
        )

    def everything(self) -> list[Any]:
        return [self.ask(f"SELECT * FROM {table}") for table in EVERYTHING]


@pytest.fixture
def desk(ccu: Ccu, tmp_path: Path, db_path: Path) -> Desk:
    once("test_roster", lambda: start(ccu))
    return Desk(tmp_path, db_path)


def start(ccu: Ccu) -> None:
    for login, name in (("dlee", "Dana Lee"), ("mfox", "Mateo Fox")):
        assert ccu("staff", "add", login, "--role", "clinician", "--name", name).code == 0


def person(ccu: Ccu, tmp_path: Path, **said: str) -> None:
    """Add somebody by hand."""
    file = tmp_path / "person.txt"
    file.write_text("".join(f"{field}: {value}\n" for field, value in said.items()))
    done = ccu("person", "add", "--file", str(file), "--no-input")
    assert done.code == 0, done.err


# ---------------------------------------------------------------- who is who


def test_new_people_come_in_with_their_workers_and_again_nothing_changes(desk: Desk) -> None:
    desk.rows(
        {**ANN, "Worker": "Lee, Dana", "Since": "11/03/2025", "Also": "Nika; Bell, Annika"},
        {**BEN, "Worker": "Team B", "Housing": "Shelter"},
    )
    assert desk.counts() == {"read": 2, "new": 2, "assigned": 2}
    assert desk.ask("SELECT given_name, family_name, birth_date, housing, minor FROM person") == [
        ("Annika", "Brindlewood", "1979-07-22", None, None),
        ("Benedict", "Oyelaran", "1988-12-01", "shelter", None),
    ]
    assert desk.ask("SELECT given_name, family_name FROM person_alias") == [
        ("Nika", ""),
        ("Annika", "Bell"),
    ]
    assert desk.turns() == [(1, "dlee", None), (2, "mfox", None)]
    assert desk.ask("SELECT since, import_batch_id FROM worker") == [
        ("2025-11-03", 1),
        ("2026-01-31", 1),
    ]
    before = desk.everything()
    assert desk.counts() == {"read": 2, "same": 2}
    assert desk.everything() == before
    assert desk.ask("SELECT source, read_rows, new_rows, same_rows FROM import_batch") == [
        ("hsd", 2, 2, 0),
        ("hsd", 2, 0, 2),
    ]
    assert steps.audited(desk.database, "person-import") == [
        ("import_batch", 1),
        ("import_batch", 2),
    ]


def test_who_was_imported_can_be_found(desk: Desk, ccu: Ccu) -> None:
    desk.rows(ANN)
    desk.counts()
    assert "Brindlewood" in ccu("person", "find", "-", stdin="anika brindelwood\n").out


def test_a_list_without_numbers_is_known_again_too(desk: Desk) -> None:
    desk.layout.write_text(LAYOUT.replace('number = "No"\n', ""))
    desk.rows(ANN, BEN, ANN)
    assert desk.counts() == {"read": 3, "new": 2, "same": 1}
    before = desk.everything()
    assert desk.counts() == {"read": 3, "same": 3}
    assert desk.everything() == before


def test_somebody_known_is_left_out_in_a_pipe_and_told_by_line(
    desk: Desk, ccu: Ccu, tmp_path: Path
) -> None:
    person(ccu, tmp_path, given="Anika", family="Brindlewood", born="1979-07-22")
    desk.rows(BEN, ANN)
    plan = desk.plan()
    assert [(row["line"], row["what"], row["person"]) for row in plan] == [
        (2, "new", None),
        (3, "undecided", None),
    ]
    assert plan[1]["why"] == "may be person 1" and plan[1]["score"] >= 50
    done = desk.bring("--rejects", str(desk.left))
    assert "left out 1 row that may be somebody on file (line 3)" in done.err
    assert "Brindlewood" not in done.err
    assert desk.ask("SELECT count(*) FROM person") == [(2,)]
    assert desk.left.read_text().splitlines()[1].startswith('"3","may be person 1","1","Annika"')
    assert stat.S_IMODE(desk.left.stat().st_mode) == 0o600


def test_a_row_is_joined_when_that_was_told(desk: Desk, ccu: Ccu, tmp_path: Path) -> None:
    person(ccu, tmp_path, given="Anika", family="Brindlewood", born="1979-07-22")
    desk.rows({**ANN, "Phone": "203-555-0161", "Worker": "dlee"})
    assert desk.counts("--match", "likely") == {"read": 1, "matched": 1, "assigned": 1}
    # One letter of the name differs: it is kept as it was, the gap is filled.
    assert desk.ask("SELECT given_name, phone FROM person") == [("Anika", "203-555-0161")]
    assert desk.counts() == {"read": 1, "same": 1}
    assert desk.turns() == [(1, "dlee", None)]


def test_accept_score_is_the_towns_own(desk: Desk, ccu: Ccu, tmp_path: Path) -> None:
    person(ccu, tmp_path, given="Anika", family="Brindlewood", born="1979-07-22")
    desk.rows(ANN)
    score = desk.plan()[0]["score"]
    assert desk.plan("--accept-score", str(score))[0]["what"] == "matched"
    if score < 100:
        assert desk.plan("--accept-score", str(score + 1))[0]["what"] == "undecided"
    assert desk.bring("--accept-score", "20").code == 2


def test_match_none_makes_new_people_of_lookalikes(desk: Desk, ccu: Ccu, tmp_path: Path) -> None:
    person(ccu, tmp_path, given="Annika", family="Brindlewood", born="1979-07-22")
    desk.rows(ANN)
    assert desk.counts("--match", "none") == {"read": 1, "new": 1}


def test_the_same_name_without_a_birth_date_is_somebody_to_decide(
    desk: Desk, ccu: Ccu, tmp_path: Path
) -> None:
    person(ccu, tmp_path, given="John", family="Smith")
    desk.rows({"No": "9", "First": "John", "Last": "Smith", "Born": "01/02/1980"})
    assert desk.plan()[0]["what"] == "undecided"
    assert desk.plan("--match", "likely")[0]["what"] == "undecided"


def test_two_of_a_birth_date_and_name_are_never_told_apart_by_machine(
    desk: Desk, ccu: Ccu, tmp_path: Path
) -> None:
    for _ in range(2):
        person(ccu, tmp_path, given="Annika", family="Brindlewood", born="1979-07-22")
    desk.rows(ANN)
    assert desk.plan("--match", "likely")[0]["why"].startswith("may be people 1 (")


def test_two_rows_never_become_one_person_by_machine(desk: Desk, ccu: Ccu, tmp_path: Path) -> None:
    person(ccu, tmp_path, given="Annika", family="Brindlewood", born="1979-07-22")
    desk.rows(ANN, {**ANN, "No": "7"})
    assert [row["what"] for row in desk.plan("--match", "likely")] == ["undecided"] * 2
    desk.rows(ANN)
    desk.counts("--match", "likely")
    desk.rows(ANN, {**ANN, "No": "7"})
    plan = desk.plan("--match", "likely")
    assert [row["what"] for row in plan] == ["same", "undecided"]
    assert "under another number" in plan[1]["why"]


def test_a_merged_person_is_known_by_the_one_who_stays(
    desk: Desk, ccu: Ccu, tmp_path: Path
) -> None:
    desk.rows({**ANN, "Worker": "dlee"})
    desk.counts()
    person(ccu, tmp_path, given="Annika", family="Brindlewood-Hale")
    assert ccu("person", "merge", "2", "1", "--prefer", "kept").code == 0
    assert desk.counts() == {"read": 1, "same": 1}
    desk.rows({**ANN, "Worker": "mfox"})
    assert desk.plan()[0]["person"] == 2
    assert desk.counts() == {"read": 1, "changed": 1, "assigned": 1}
    current = [(who, login) for who, login, until in desk.turns() if until is None]
    assert current == [(2, "mfox")]


def test_rows_that_look_alike_are_reported(desk: Desk) -> None:
    desk.rows(ANN, {**ANN, "No": "8"})
    assert [row["why"] for row in desk.plan()] == ["", "like line 2"]
    assert "alike within the file, taken as different people: lines 3 like 2" in desk.bring().err


def test_as_new_skips_matching_and_never_duplicates(desk: Desk, ccu: Ccu, tmp_path: Path) -> None:
    person(ccu, tmp_path, given="Annika", family="Brindlewood", born="1979-07-22")
    desk.rows(ANN, {**ANN, "No": "8"}, BEN)
    assert desk.counts("--as-new") == {"read": 3, "new": 3}
    assert desk.counts("--as-new") == {"read": 3, "same": 3}
    desk.layout.write_text(LAYOUT.replace('number = "No"\n', "").replace('"hsd"', '"other"'))
    assert desk.counts("--as-new") == {"read": 3, "new": 3}
    assert desk.counts("--as-new") == {"read": 3, "same": 3}
    assert desk.ask("SELECT count(*) FROM person") == [(7,)]


# ---------------------------------------------------------------- what is known


def test_the_roster_fills_gaps_and_erases_nothing(desk: Desk) -> None:
    desk.rows({**ANN, "Phone": "203-555-0161"})
    desk.counts()
    desk.rows({**ANN, "Born": "", "Phone": "", "Housing": "Housed"})
    assert desk.counts() == {"read": 1, "changed": 1}
    assert desk.ask("SELECT birth_date, phone, housing FROM person") == [
        ("1979-07-22", "203-555-0161", "housed")
    ]


def test_a_birth_date_replaces_what_was_recorded_about_being_a_minor(
    desk: Desk, ccu: Ccu, tmp_path: Path
) -> None:
    person(ccu, tmp_path, given="Annika", family="Brindlewood", minor="yes", phone="203-555-0161")
    desk.rows({**ANN, "Phone": "203-555-0161"})
    row = desk.plan("--match", "likely")[0]
    assert (row["what"], row["adds"]) == ("matched", "birth date")
    desk.counts("--match", "likely")
    assert desk.ask("SELECT birth_date, minor FROM person") == [("1979-07-22", None)]


def test_what_differs_is_told_by_field_and_kept_unless_the_roster_is_preferred(
    desk: Desk,
) -> None:
    desk.rows({**ANN, "Phone": "203-555-0161"})
    desk.counts()
    desk.rows({**ANN, "Last": "Hale", "Phone": "(203) 555-0199"})
    done = desk.bring()
    assert "kept as they were: family name (1), phone (1)" in done.err
    assert "Hale" not in done.err + done.out
    assert desk.ask("SELECT family_name FROM person") == [("Brindlewood",)]
    assert desk.counts("--prefer", "roster") == {"read": 1, "changed": 1}
    assert desk.ask("SELECT family_name, phone FROM person") == [("Hale", "(203) 555-0199")]
    assert desk.ask("SELECT family_name FROM person_alias") == [("Brindlewood",)]
    assert ("phone", '"203-555-0161"') in desk.ask("SELECT field, old_value FROM change")
    assert desk.counts("--prefer", "roster") == {"read": 1, "same": 1}


def test_a_phone_written_otherwise_is_the_same(desk: Desk) -> None:
    desk.rows({**ANN, "Phone": "203-555-0161"})
    desk.counts()
    desk.rows({**ANN, "Phone": "+1 (203) 555 0161"})
    assert desk.counts() == {"read": 1, "same": 1}


# ---------------------------------------------------------------- who works with them


def test_a_closed_case_ends_the_link_on_its_day_and_follow_ups_are_told(
    desk: Desk, ccu: Ccu
) -> None:
    desk.rows({**ANN, "Worker": "dlee", "Since": "01/02/2026"})
    desk.counts()
    done = ccu("follow-up", "add", "--person", "1", "--due", "2026-02-03", "--kind", "call")
    assert done.code == 0, done.err
    desk.rows({**ANN, "Worker": "dlee", "Case": "Closed", "Closed": "01/20/2026"})
    done = desk.bring()
    assert "person 1: the case is closed, and follow-up 1 is open" in done.err
    assert desk.turns() == [(1, "dlee", "2026-01-20")]
    assert desk.counts() == {"read": 1, "same": 1}


def test_a_closed_case_of_somebody_unknown_makes_no_record(desk: Desk) -> None:
    desk.rows({**ANN, "Case": "Closed"})
    assert desk.counts() == {"read": 1, "closed": 1}
    assert desk.ask("SELECT count(*) FROM person") == [(0,)]


def test_another_worker_takes_over(desk: Desk) -> None:
    desk.rows({**ANN, "Worker": "dlee", "Since": "01/02/2026"})
    desk.counts()
    desk.rows({**ANN, "Worker": "Mateo Fox", "Since": "01/12/2026"})
    assert desk.plan()[0]["worker"] == "dlee -> mfox"
    assert desk.counts() == {"read": 1, "changed": 1, "assigned": 1}
    assert desk.turns() == [(1, "dlee", "2026-01-12"), (1, "mfox", None)]


def test_a_link_made_by_hand_is_never_ended_without_asking(desk: Desk, ccu: Ccu) -> None:
    desk.rows(ANN)
    desk.counts()
    assert ccu("worker", "assign", "--person", "1", "--staff", "mfox").code == 0
    for row in ({**ANN, "Worker": "dlee"}, {**ANN, "Case": "Closed"}):
        desk.rows(row)
        done = desk.bring("--prefer", "roster")
        assert "is kept for people 1" in done.err
    desk.rows(BEN)
    desk.bring("--whole", "--yes")
    assert desk.turns() == [(1, "mfox", None)]


def test_asked_at_a_terminal_a_link_made_by_hand_is_changed(desk: Desk, ccu: Ccu) -> None:
    desk.rows(ANN)
    desk.counts()
    assert ccu("worker", "assign", "--person", "1", "--staff", "mfox").code == 0
    desk.rows({**ANN, "Case": "Closed"})
    done = desk.bring(stdin="y\ny\n", tty=True)
    assert done.code == 0 and "Person 1: mfox was set by hand" in done.err
    assert desk.turns() == [(1, "mfox", "2026-01-31")]


@pytest.mark.parametrize("who", ["nobody", "dlee", "Dana Lee"])
def test_a_worker_not_on_the_list_or_retired_is_told(desk: Desk, ccu: Ccu, who: str) -> None:
    assert ccu("staff", "retire", "dlee").code == 0
    desk.rows({**ANN, "Worker": who})
    done = desk.bring()
    why = "not on the staff list" if who == "nobody" else "retired"
    assert f"worker left out of 1 row: {why} (line 2)" in done.err
    assert who == "dlee" or who not in done.err
    assert desk.ask("SELECT count(*) FROM person") == [(1,)] and desk.turns() == []


def test_a_complete_roster_ends_the_links_of_those_no_longer_listed(desk: Desk) -> None:
    desk.rows({**ANN, "Worker": "dlee"}, {**BEN, "Worker": "dlee"})
    desk.counts()
    desk.rows(BEN)
    assert desk.counts() == {"read": 1, "same": 1}
    plan = desk.plan("--whole")
    assert [(row["line"], row["number"], row["what"]) for row in plan][1] == (None, "1", "closed")
    assert desk.counts("--whole") == {"read": 1, "same": 1, "ended": 1}
    assert desk.turns() == [(1, "dlee", "2026-01-31"), (2, "dlee", None)]


def test_a_complete_roster_leaves_another_offices_links(desk: Desk) -> None:
    desk.rows({**ANN, "Worker": "dlee"})
    desk.counts()
    desk.layout.write_text(LAYOUT.replace('"hsd"', '"hospital"'))
    desk.rows(BEN)
    assert desk.counts("--whole") == {"read": 1, "new": 1}
    assert desk.turns() == [(1, "dlee", None)]


def test_a_list_cut_short_closes_nobody(desk: Desk) -> None:
    many = [{**ANN, "No": str(n), "First": f"Annika{c}", "Born": f"0{n}/11/19{70 + n}",
             "Worker": "dlee"} for n, c in enumerate("abcdef", 1)]  # fmt: skip
    desk.rows(*many)
    desk.counts()
    desk.rows(many[0])
    assert desk.bring("--whole").code == 2
    desk.rows()
    assert "no rows" in desk.bring("--whole").err
    desk.rows(many[0], {"No": "55"})
    assert "line 3 (no name)" in desk.bring("--whole", "--yes").err
    assert all(until is None for _, _, until in desk.turns())


# ---------------------------------------------------------------- at a terminal


def test_asked_who_it_is_the_answer_counts(desk: Desk, ccu: Ccu, tmp_path: Path) -> None:
    person(ccu, tmp_path, given="Anika", family="Brindlewood", born="1979-07-22")
    desk.rows(ANN)
    asked = desk.bring(stdin="y\ny\n", tty=True)
    assert asked.code == 0 and "1979-07-22" in asked.err
    assert desk.ask("SELECT person_id FROM person_source") == [(1,)]
    assert steps.audited(desk.database, "person-import-show") == [("person", 1)]


@pytest.mark.parametrize(
    ("typed", "code", "people"),
    [("n\ny\n", 0, 2), ("s\ny\n", 0, 1), ("q\n", 130, 1), ("y\nn\n", 130, 1), ("", 130, 1)],
)
def test_new_skip_stop_and_the_end_of_input(
    desk: Desk, ccu: Ccu, tmp_path: Path, typed: str, code: int, people: int
) -> None:
    person(ccu, tmp_path, given="Anika", family="Brindlewood", born="1979-07-22")
    desk.rows(ANN)
    assert desk.bring(stdin=typed, tty=True).code == code
    assert desk.ask("SELECT count(*) FROM person") == [(people,)]
    assert desk.ask("SELECT count(*) FROM import_batch") == [(int(code == 0),)]


def test_a_dry_run_and_no_input_ask_nothing_and_a_dry_run_writes_nothing(desk: Desk) -> None:
    desk.rows({**ANN, "Worker": "dlee"})
    before = [*desk.everything(), desk.ask("SELECT * FROM audit")]
    assert desk.bring("--dry-run", tty=True).code == 0
    assert [*desk.everything(), desk.ask("SELECT * FROM audit")] == before
    assert desk.bring("--no-input", tty=True).code == 0


# ---------------------------------------------------------------- bad files, bad rows


def test_national_and_insurance_numbers_are_refused(desk: Desk) -> None:
    told = """soc_sec_id|SSN|SSNLast4|ssn_4|Social Security #|Medicaid ID|MEDICARE|NHS Number
    |Driver License|Insurance No|National ID|passport|NI number|Policy Number"""
    for column in told.replace("\n", "").split("|"):
        assert is_identity_number(column.strip()), column
    desk.layout.write_text(LAYOUT.replace('"No"', '"Soc Sec"'))
    desk.rows(ANN)
    done = desk.bring()
    assert done.code == 2 and "no such number is needed or kept" in done.err
    assert not any(map(is_identity_number, [*COLUMNS, "className", "Business name", "Case no"]))


def test_a_client_number_that_is_a_social_security_number_is_not_kept(desk: Desk) -> None:
    desk.rows({**ANN, "No": "987-65-4321"})
    done = desk.bring("--rejects", str(desk.left), "--allow-column", "No")
    assert "rejected 1: number looks like a social security number" in done.err
    assert "987-65" not in done.err
    assert desk.ask("SELECT count(*) FROM person") == [(0,)]


def test_columns_that_the_layout_does_not_name_are_kept_nowhere(desk: Desk) -> None:
    desk.file.write_text(
        ",".join([*COLUMNS, "SSN"]) + "\n" + ",".join(["1"] + [""] * 10 + ["987654321"]) + "\n"
    )
    assert desk.bring("--rejects", str(desk.left), "--allow-column", "SSN").code == 0
    assert "no name" in desk.left.read_text() and "987654321" not in desk.left.read_text()


def test_a_client_number_with_two_names_matches_neither(desk: Desk) -> None:
    desk.rows(
        ANN, {**BEN, "No": "1"}, {**ANN, "No": "3"}, {**ANN, "No": "3", "Phone": "2035550100"}
    )
    done = desk.bring()
    assert "the number has two different names, on lines 2 and 3" in done.err
    assert "the client of line 4 again, with different values (line 5)" in done.err
    assert json.loads(done.out)[0]["new"] == 1


def test_a_bad_value_is_left_out_and_told_by_line_and_field(desk: Desk) -> None:
    rows = [{**ANN, "No": str(n), "First": f"Ann{c}"} for n, c in enumerate("abcdefgh")]
    rows[1]["Born"], rows[2]["Born"] = "02/29/2025", "01/01/2199"
    rows[3] |= {"Housing": "=cmd()", "Case": "Perhaps"}
    desk.rows(*rows)
    done = desk.bring("--as-new")
    assert "birth date left out of 1 row: no format fits (line 3)" in done.err
    assert "birth date left out of 1 row: in the future (line 4)" in done.err
    assert "housing left out of 1 row: not a text that the layout knows (line 5)" in done.err
    assert "status left out of 1 row" in done.err
    assert "cmd" not in done.err and json.loads(done.out)[0]["new"] == 8


def test_a_wrong_date_format_is_reported_for_the_layout(desk: Desk) -> None:
    desk.layout.write_text(LAYOUT.replace('["%m/%d/%Y"]', '["%Y%m%d"]'))
    desk.rows(ANN, BEN)
    done = desk.bring()
    assert (
        done.code == 2 and "birth_date cannot be read in most rows, the first on line 2" in done.err
    )


def test_a_date_that_two_formats_read_differently_is_not_guessed(desk: Desk) -> None:
    desk.layout.write_text(LAYOUT.replace('["%m/%d/%Y"]', '["%m/%d/%Y", "%d/%m/%Y"]'))
    desk.rows(ANN, BEN, {**BEN, "No": "3", "Born": "05/05/1971", "First": "Cosmo"})
    assert "two formats read it differently (line 3)" in desk.bring().err


def test_race_and_ethnicity_come_in_by_the_layout_s_words(desk: Desk) -> None:
    layout = LAYOUT.replace('housing = "Housing"', 'race_ethnicity = "Housing"')
    desk.layout.write_text(layout + '[race_ethnicity]\nhispanic = ["H", "Latin*"]\n')
    desk.rows({**ANN, "Housing": "LATINA"}, {**BEN, "Housing": "Martian"})
    done = desk.bring("--as-new")
    assert "race ethnicity left out of 1 row: not a text that the layout knows" in done.err
    assert desk.ask("SELECT race_ethnicity FROM person ORDER BY id") == [("hispanic",), (None,)]


@pytest.mark.parametrize(
    ("layout", "told"),
    [
        (LAYOUT.replace("[columns]", "[columns]\nshoe_size = 'S'"), "columns.shoe_size"),
        (LAYOUT.replace('source = "hsd"', ""), "source is missing"),
        (LAYOUT.replace('closed = ["Closed"]', 'gone = ["Closed"]'), "active or closed"),
        (LAYOUT.replace("%m/%d/%Y", "%m/%d"), "does not give day, month and year"),
        (LAYOUT.replace('given = "First"\nfamily = "Last"\n', ""), "the column of the name"),
        (LAYOUT + '[housing]\ncastle = ["C"]', "not one of the housing codes"),
        (LAYOUT.replace('"First"', '"Forename"'), "no column 'Forename'"),
        ("source = ", "not valid TOML"),
    ],
)
def test_a_layout_that_cannot_be_used_is_refused(desk: Desk, layout: str, told: str) -> None:
    desk.layout.write_text(layout)
    desk.rows(ANN)
    done = desk.bring()
    assert done.code == 2 and told in done.err, done.err


BODY = "No,First,Last,Also,Born,Phone,Housing,Worker,Since,Case,Closed\r\n"
ROW = "1,Zoë,Brindlewood,,07/22/1979,,,,,,\r\n"


@pytest.mark.parametrize(
    "content",
    [
        ("\ufeff" + BODY + ROW).encode(),
        (BODY + ROW).encode("cp1252"),
        (BODY + ROW).encode("utf-16"),
        (BODY.replace(",", " , ") + ROW.replace(",", " , ")).encode(),
    ],
)
def test_encodings_and_spaces_make_no_difference(desk: Desk, content: bytes) -> None:
    desk.file.write_bytes(content)
    assert desk.counts() == {"read": 1, "new": 1}
    assert desk.ask("SELECT given_name, family_name FROM person") == [("Zoë", "Brindlewood")]


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        (b"", 2, "the file is empty"),
        (BODY.encode(), 0, ""),
        (BODY.encode() + b"1,A\x00nn,Bell,,,,,,,,\n", 0, "a control character in First (line 2)"),
        (BODY.encode() + b'1,"Ann,Bell,,,,,,,,\n2,Ben,Oye,,,,,,,,\n', 0, "never closed (line 2)"),
        (BODY.encode() + b"1,Ann\n", 0, "1 rows have fewer cells than there"),
        (BODY.encode() + b"1,Ann,,,,,,,,,,,\n", 0, "13 cells instead of 11 (line 2)"),
        (BODY.replace("Also", "First").encode(), 2, "twice"),
        (b"PK\x03\x04", 2, "is a zip archive; unpack it"),
    ],
)
def test_a_bad_file_is_one_sentence(desk: Desk, content: bytes, code: int, told: str) -> None:
    desk.file.write_bytes(content)
    done = desk.bring()
    assert done.code == code and told in done.err, done.err
    assert "Traceback" not in done.err


def test_two_thousand_columns(desk: Desk) -> None:
    more = [f"c{n}" for n in range(2_000)]
    desk.file.write_text(",".join([*COLUMNS, *more]) + "\n1,Ann,Bell" + "," * (8 + 2_000) + "\n")
    assert desk.counts() == {"read": 1, "new": 1}


def test_a_formula_is_a_text_and_a_rejects_file_goes_in_again(desk: Desk) -> None:
    desk.rows({"No": "=1+1", "First": "-", "Last": "-"}, {**ANN, "No": "=cmd()"})
    assert json.loads(desk.bring("--rejects", str(desk.left)).out)[0]["new"] == 1
    assert desk.ask("SELECT number FROM person_source") == [("=cmd()",)]
    mended = desk.left.read_text().replace('"\'-","\'-"', '"Ben","Oye"')
    desk.file.write_text(mended)
    assert desk.counts() == {"read": 1, "new": 1}
    assert ("=1+1",) in desk.ask("SELECT number FROM person_source")


def test_an_account_that_is_not_on_the_list_is_shown_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.rows(ANN)
    steps.become(monkeypatch, "stranger")
    for more in ((), ("--dry-run",)):
        done = desk.bring(*more)
        assert (done.code, done.out) == (7, "")
    assert steps.audited(desk.database, "denied")


def test_options_that_contradict(desk: Desk) -> None:
    desk.rows(ANN)
    assert desk.bring("--as-new", "--match", "likely").code == 2
    assert desk.bring("--match", "none", "--accept-score", "90").code == 2
    assert run_ccu("person", "import", str(desk.file)).code == 2
    assert desk.bring("--rejects", str(desk.file)).code == 2


def test_a_suggested_layout_leaves_identity_numbers_out_and_reads_the_file(
    desk: Desk, ccu: Ccu, tmp_path: Path
) -> None:
    file, layout = tmp_path / "new.csv", tmp_path / "first.toml"
    file.write_text(
        "Client ID,Last Name,First Name,DOB,SSN,Case Worker,Case Status\n"
        "71,Brindlewood,Annika,07/22/1979,987654321,dlee,Active\n"
        "72,Oyelaran,Benedict,12/31/1988,987654322,dlee,Discharged\n"
    )
    assert ccu("person", "import", str(file), "--suggest", "-o", str(layout)).code == 0
    text = layout.read_text()
    assert 'insurance number: "SSN"' in text and "Brindlewood" not in text and "9876" not in text
    done = ccu(
        *("person", "import", str(file), "-l", str(layout), "--allow-column", "SSN", "-f", "json")
    )
    counts = json.loads(done.out)[0]
    assert (counts["new"], counts["closed"], counts["assigned"]) == (1, 1, 1)


def test_the_ready_layout_reads_the_example(desk: Desk, ccu: Ccu) -> None:
    example = Path(__file__).parents[2] / "examples" / "roster.csv"
    done = ccu("person", "import", str(example), "--layout", "roster-hsd", "-f", "json")
    counts = json.loads(done.out)[0]
    assert (counts["new"], counts["closed"], counts["assigned"]) == (4, 1, 4), done.err


def test_a_row_with_a_known_number_needs_no_name(desk: Desk) -> None:
    desk.rows({**ANN, "Worker": "dlee"})
    desk.counts()
    desk.rows({"No": "1", "Case": "Closed"}, {"No": "2", "Worker": "dlee"}, {})
    done = desk.bring()
    assert "rejected 1: no name (line 3)" in done.err
    assert desk.turns() == [(1, "dlee", "2026-01-31")]


def test_a_failure_while_writing_leaves_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.rows({**ANN, "Worker": "dlee"}, {**BEN, "Worker": "dlee"})
    before = [*desk.everything(), desk.ask("SELECT * FROM import_batch")]

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rosters, "mark_turn", fail)
    assert desk.bring().code == 130
    assert [*desk.everything(), desk.ask("SELECT * FROM import_batch")] == before


@pytest.mark.parametrize("resolution", ["ABORT", "ROLLBACK"])
def test_a_row_that_the_database_refuses_leaves_nothing(
    desk: Desk, resolution: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person and the batch are inserted before the client number is refused."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # for the bug report
    desk.ask(
        "CREATE TRIGGER refuse BEFORE INSERT ON person_source WHEN new.number = '2'"
        f" BEGIN SELECT RAISE({resolution}, 'refused'); END"
    )
    desk.rows(ANN, BEN)
    before = [*desk.everything(), desk.ask("SELECT * FROM import_batch")]
    assert desk.bring().code == 1
    assert [*desk.everything(), desk.ask("SELECT * FROM import_batch")] == before


def test_an_import_changes_no_table_and_no_trigger(desk: Desk) -> None:
    before = desk.ask("SELECT * FROM sqlite_master")
    desk.rows({**ANN, "Also": "Anna Brindlewood", "Worker": "dlee"}, BEN)
    assert desk.counts() == {"read": 2, "new": 2, "assigned": 1}
    assert desk.ask("SELECT * FROM sqlite_master") == before


def test_what_was_decided_before_somebody_else_imported_is_not_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.rows(ANN)
    commit = roster.commit

    def late(*said: Any) -> Any:
        monkeypatch.setattr(roster, "commit", commit)
        assert desk.counts("--as-new") == {"read": 1, "new": 1}
        return commit(*said)

    monkeypatch.setattr(roster, "commit", late)
    done = desk.bring()
    assert done.code == 5 and "do it again" in done.err
    assert desk.ask("SELECT count(*) FROM person") == [(1,)]


# ---------------------------------------------------------------- properties

CELL = st.sampled_from(["", "x", "O'Brien", "Dana Lee", "07/22/1979", "Closed", "2", "'; --", "🙂"])
ROWS = st.lists(st.fixed_dictionaries({name: CELL for name in COLUMNS}), max_size=6)


@settings(
    max_examples=examples(10, 50),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=ROWS)
def test_any_roster_again_changes_nothing(desk: Desk, rows: list[dict[str, str]]) -> None:
    desk.rows(*rows)
    first = desk.bring("--match", "none")
    if first.code == 0:
        before = desk.everything()
        again = desk.bring("--match", "none")
        assert again.code == 0 and desk.everything() == before
        counts = json.loads(first.out)[0]
        parts = ("new", "matched", "changed", "same", "closed", "undecided", "rejected")
        said = [row for row in rows if any(row.values())]
        assert counts["read"] == sum(counts[name] for name in parts) == len(said)
    assert "Traceback" not in first.err
