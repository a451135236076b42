"""`ccu person compare`, `duplicates`, `distinct`, `merge`, `unmerge`: what they say and record."""

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from .. import steps
from ..conftest import Ccu, once, run_ccu

MERGE = ("person", "merge", "1", "2")
WALTER = "given: Walter\nfamily: Quill\nborn: 1950-02-03\nphone: 203-555-0110\n"
WALLY = "given: Wally\nfamily: Quill\nborn: 1950-03-02\nphone: 860-377-8242\nhome: 9 Elm St\n"
OTHER = "given: Imogen\nfamily: Thrush\nborn: 1988-07-09\n"
TWIN = "given: Edgar\nfamily: Quill\nborn: 1950-02-03\nphone: 203-555-0110\n"


def add(ccu: Ccu, said: str) -> None:
    done = ccu("person", "add", "--file", "-", "--no-input", stdin=said)
    assert done.code == 0, done.err


@pytest.fixture
def ccu(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    """Walter (1), Wally (2), Imogen (3); dlee and boss on the staff list."""
    monkeypatch.setenv("CCU_TODAY", "2026-01-31T14:00")
    once("test_person_same", lambda: start(ccu))
    return ccu


def start(ccu: Ccu) -> None:
    for said in (WALTER, WALLY, OTHER):
        add(ccu, said)
    assert ccu("staff", "add", "dlee", "--role", "clinician").code == 0
    assert ccu("staff", "add", "boss", "--role", "supervisor").code == 0


def shown(ccu: Ccu, *line: str) -> dict[str, Any]:
    done = ccu(*line, "-f", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def pairs(ccu: Ccu, *more: str) -> list[dict[str, str]]:
    done = ccu("person", "duplicates", *more, "-f", "csv")
    assert done.code == 0, done.err
    return list(csv.DictReader(io.StringIO(done.out)))


# ---------------------------------------------------------------- compare


def test_compare_explains_its_score_and_is_recorded_for_both(ccu: Ccu, db_path: Path) -> None:
    data = shown(ccu, "person", "compare", "1", "2")
    assert (data["likely"], data["merged"], data["differ"]) == (True, False, ["phone"])
    total = sum(each["weight"] for each in data["fields"])
    assert abs(data["score"] - total) < 1
    fields = {each["field"]: each for each in data["fields"]}
    assert fields["birth date"]["agreement"] == "day and month swapped"
    assert (fields["given name"]["a"], fields["given name"]["b"]) == ("Walter", "Wally")
    assert steps.audited(db_path, "person-compare") == [("person", 1), ("person", 2)]
    page = ccu("person", "compare", "1", "2").out
    likely = f"likely the same person (likely from {data['likely_from']})"
    assert f"{data['score']} of 100: {likely}" in page


def test_compare_shows_what_speaks_against(ccu: Ccu) -> None:
    add(ccu, TWIN)
    assert ccu(*_call("1", "4")).code == 0
    data = shown(ccu, "person", "compare", "1", "4")
    assert not data["likely"]
    assert data["against"] == ["the given name differs", "both were on call 1"]
    assert "Evidence of different people" in ccu("person", "compare", "1", "4").out


def test_a_merged_person_is_compared_by_all_their_names(ccu: Ccu) -> None:
    add(ccu, "given: Walter\nfamily: Quillfeather\nborn: 1950-02-03\n")
    alone = shown(ccu, "person", "compare", "2", "4")["score"]
    assert ccu(*MERGE, "--prefer", "kept").code == 0
    data = shown(ccu, "person", "compare", "2", "4")
    assert (data["a"], data["b"]) == (1, 4)
    assert data["score"] > alone
    assert shown(ccu, "person", "compare", "1", "2")["merged"]


# ---------------------------------------------------------------- duplicates


def test_duplicates_lists_likely_people_once_with_numbers_only(ccu: Ccu, db_path: Path) -> None:
    with sqlite3.connect(db_path) as hand:
        hand.execute("INSERT INTO person_source VALUES ('hsd', 'A7', 1), ('hsd', 'B9', 2)")
    score = str(shown(ccu, "person", "compare", "1", "2")["score"])
    (pair,) = pairs(ccu)
    assert list(pair) == ["a", "b", "score", "why", "a_source", "b_source"]
    assert (pair["a"], pair["b"], pair["score"]) == ("1", "2", score)
    assert (pair["a_source"], pair["b_source"]) == ("hsd A7", "hsd B9")
    assert "birth date" in pair["why"]
    assert steps.audited(db_path, "person-duplicates") == [("", None)]
    assert pairs(ccu, "--min-score", str(int(score) + 1)) == []
    assert pairs(ccu, "--limit", "0") == []
    (named,) = pairs(ccu, "--names")
    assert (named["a_name"], named["b_name"]) == ("Walter Quill", "Wally Quill")
    assert steps.audited(db_path, "person-duplicates")[-2:] == [("person", 1), ("person", 2)]


def test_of_one_person_there_is_no_pair_and_of_two_the_best(ccu: Ccu) -> None:
    add(ccu, WALTER)
    three = {(pair["a"], pair["b"]): int(pair["score"]) for pair in pairs(ccu)}
    assert set(three) == {("1", "2"), ("1", "4"), ("2", "4")}
    assert ccu(*MERGE, "--prefer", "kept").code == 0
    (pair,) = pairs(ccu)
    assert (pair["a"], pair["b"]) == ("1", "4")
    assert int(pair["score"]) >= max(three["1", "4"], three["2", "4"])
    assert ccu("person", "merge", "4", "1", "--prefer", "kept").code == 0
    assert pairs(ccu) == []
    assert ccu("person", "unmerge", "1").code == 0
    assert len(pairs(ccu)) == 1


def test_those_found_to_be_two_are_listed_no_more(ccu: Ccu) -> None:
    assert ccu("person", "distinct", "2", "1", "--reason", "cousins").code == 0
    assert pairs(ccu) == []
    against = shown(ccu, "person", "compare", "1", "2")["against"]
    assert any("marked as different" in each for each in against)
    assert ccu("person", "merge", "3", "1", "--prefer", "kept").code == 0
    assert pairs(ccu) == []  # said of person 1, who is person 3 now
    again = ccu("person", "distinct", "3", "2", "--reason", "cousins")
    assert (again.code, again.err.count("already")) == (2, 1)
    assert ccu("person", "distinct", "3", "2", "--undo").code == 0
    assert [(pair["a"], pair["b"]) for pair in pairs(ccu)] == [("2", "3")]


# ---------------------------------------------------------------- merge


def test_in_a_pipe_what_differs_has_to_be_decided(ccu: Ccu, db_path: Path) -> None:
    before = ccu("person", "show", "1").out
    done = ccu(*MERGE)
    assert (done.code, done.out) == (2, "")
    assert "differ in name, birth_date, phone; choose with --prefer kept, merged or" in done.err
    assert not any(value in done.err for value in ("Wal", "1950", "555", "860"))
    assert ccu("person", "show", "1").out == before
    assert steps.audited(db_path, "person-merge") == []


@pytest.mark.parametrize(
    ("args", "name", "phone"),
    [
        (["--prefer", "kept"], "Walter", "203-555-0110"),
        (["--prefer", "merged"], "Wally", "203-555-0119"),
        (["--prefer", "kept", "--take", "phone"], "Walter", "203-555-0119"),
        (["--prefer", "kept", "--keep", "2"], "Wally", "203-555-0119"),
        (["--prefer", "newest"], "Walter", "203-555-0119"),
    ],
)
def test_a_merge_keeps_the_chosen_values(args: list[str], name: str, phone: str, ccu: Ccu) -> None:
    at = ("--today", "2026-01-31T15:00")
    stdin = "phone: 203-555-0118\n"
    assert run_ccu(*at, "person", "edit", "2", "--file", "-", "--no-input", stdin=stdin).code == 0
    stdin = "phone: 203-555-0119\n"
    assert run_ccu(*at, "person", "edit", "2", "--file", "-", "--no-input", stdin=stdin).code == 0
    assert ccu(*MERGE, *args).code == 0
    for number in ("1", "2"):
        found = shown(ccu, "person", "show", number)
        assert (found["given_name"], found["phone"], found["home"]) == (name, phone, "9 Elm St")
        assert found["records"] == [1, 2]
    assert ccu("person", "unmerge", "1" if "--keep" in args else "2").code == 0
    found = shown(ccu, "person", "show", "1")
    assert (found["given_name"], found["phone"], found["home"]) == ("Walter", "203-555-0110", None)


def test_a_dry_run_shows_it_and_changes_nothing(ccu: Ccu, db_path: Path) -> None:
    data = shown(ccu, *MERGE, "--prefer", "kept", "--take", "phone", "--dry-run")
    assert not data["done"]
    survives = {each["field"]: each["survives"] for each in data["fields"]}
    assert survives == {"name": "kept", "birth date": "kept", "phone": "merged", "home": "merged"}
    assert shown(ccu, "person", "show", "2")["records"] == [2]
    assert steps.audited(db_path, "person-merge-look") == [("person", 1), ("person", 2)]


def test_at_a_terminal_it_asks_shows_and_asks_once_more(ccu: Ccu) -> None:
    no = ccu(*MERGE, stdin="2\n7\n1\n\nn\n", tty=True)
    assert (no.code, "Nothing was merged." in no.err) == (0, True)
    assert "Name: 1 has Walter Quill; 2 has Wally Quill. Whose [1]" in no.err
    assert "write 1 or 2" in no.err
    assert shown(ccu, "person", "show", "1")["records"] == [1]
    yes = ccu(*MERGE, stdin="2\n1\n\ny\n", tty=True)
    assert (yes.code, yes.out.count("Merged person 2 into person 1.")) == (0, 1)
    found = shown(ccu, "person", "show", "1")
    assert (found["given_name"], found["birth_date"]) == ("Wally", "1950-02-03")


def test_what_speaks_against_is_a_warning_and_no_refusal(ccu: Ccu) -> None:
    done = ccu("person", "merge", "1", "3", "--prefer", "kept")
    assert done.code == 0
    assert "Warning: the birth date differs.\n" in done.err


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["merge", "1", "1"], 2, "enter two different people; both numbers are the same"),
        (["merge", "1", "9"], 3, "no person 9"),
        (["merge", "1", "Walter"], 2, "a person is named by its number"),
        (["merge", "1", "2", "--keep", "3"], 2, "--keep must be one of the two numbers"),
        (["merge", "1", "2", "--prefer", "best"], 2, "--prefer is one of kept, merged, newest"),
        (["merge", "1", "2", "--take", "shoes"], 2, "--take is one of name, description"),
        (["merge", "1", "2", "--take", "email"], 2, "--take email: person 2 has none"),
        (["merge", "3", "4"], 2, "person 4 was merged into person 1; merge person 1"),
        (["merge", "4", "3"], 2, "person 4 was merged into person 1; merge person 1"),
        (["merge", "4", "1"], 2, "person 4 and person 1 are already merged, as person 1"),
        (["unmerge", "1"], 2, "person 1 is not merged into another record"),
        (["unmerge", "9"], 3, "no person 9"),
        (["compare", "1", "1"], 2, "enter two different people; both numbers are the same"),
        (["compare", "1", "9"], 3, "no person 9"),
        (["distinct", "1", "2"], 2, "--reason is missing"),
        (["distinct", "1", "4", "--reason", "x"], 2, "person 1 and person 4 are one, person 1"),
        (["distinct", "1", "2", "--undo"], 3, "person 1 and person 2 are not marked as different"),
        (["duplicates", "--min-score", "101"], 2, "--min-score must be a whole number"),
    ],
)
def test_bad_input_is_one_sentence(args: list[str], code: int, says: str, ccu: Ccu) -> None:
    add(ccu, WALTER)
    assert ccu("person", "merge", "1", "4").code == 0
    done = ccu("person", *args)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert done.err.startswith(f"ccu: error: {says}")


def test_those_not_on_the_staff_list_see_and_do_nothing(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps.become(monkeypatch, "stranger")
    for line in (["compare", "1", "2"], ["duplicates"], ["merge", "1", "2"], ["unmerge", "2"]):
        done = ccu("person", *line)
        assert (done.code, done.out) == (7, "")


# ---------------------------------------------------------------- the canonical person everywhere


def _call(*people: str, when: str = "10:00") -> list[str]:
    met = [word for person in people for word in ("--person", person)]
    where = ("--when", when, "--address", "12 Main St Apt 3", "--nature", "crisis")
    return ["log-call", *where, *met]


def test_every_list_and_card_uses_the_kept_person(ccu: Ccu) -> None:
    steps.provider(ccu, "Homes with Hope")
    for person in ("1", "2", "2"):
        assert ccu(*_call(person)).code == 0
    steps.refer(ccu, call=2)
    assert ccu("follow-up", "add", "--person", "2", "--kind", "visit", "--due", "today").code == 0
    needs = ("needs", "record", "--person", "2", "housing=lacks")
    assert ccu(*needs).code == 0
    assert ccu(*MERGE, "--prefer", "kept").code == 0
    assert shown(ccu, "history", "--person", "2")["counts"]["all"]["ever"] == 3
    brief = shown(ccu, "brief")
    assert [row["person"] for row in brief["waiting"]] == [1]
    assert [(row["person"], row["calls"]) for row in brief["seen_often"]] == [(1, 3)]
    for line in (["referral", "list"], ["follow-up", "list"]):
        rows = json.loads(ccu(*line, "-f", "json").out)
        assert rows and all(str(row.get("person", 1)) != "2" for row in rows)
        assert not any("person 2" in str(row.get("for")) for row in rows)
    assert shown(ccu, "referral", "show", "1")["person"] == 1
    assert shown(ccu, "needs", "show", "--person", "1")["person"] == 1
    refused = ccu("follow-up", "add", "--person", "2", "--kind", "visit", "--due", "today")
    assert (refused.code, "person 2 was merged into person 1" in refused.err) == (2, True)
    (met,) = shown(ccu, "call", "show", "3")["people"]
    assert (met["id"], met["merged_into"]) == (2, 1)
    assert "2, now 1" in ccu("call", "show", "3").out
    assert ccu("call", "edit", "3", "--person", "caller: 3").code == 0  # beside the merged one
    assert len(shown(ccu, "call", "show", "3")["people"]) == 2


def workers(ccu: Ccu) -> list[tuple[int, str, bool]]:
    rows = json.loads(ccu("worker", "list", "--all", "-f", "json").out)
    return sorted((row["person"], row["staff"], row["until"] is None) for row in rows)


@pytest.mark.parametrize("take", [False, True])
def test_one_person_has_one_worker_and_each_their_own_after(take: bool, ccu: Ccu) -> None:
    for person, staff in (("1", "dlee"), ("2", "boss")):
        assert ccu("worker", "assign", "--person", person, "--staff", staff).code == 0
    before = workers(ccu)
    more = ("--take", "worker") if take else ()
    assert ccu(*MERGE, "--prefer", "kept", *more).code == 0
    assert workers(ccu) == [(1, "boss", take), (1, "dlee", not take)]
    assert len(shown(ccu, "history", "--person", "1")["workers"]) == 1
    again = shown(ccu, "person", "unmerge", "2")["workers_again"]
    assert again == ["dlee" if take else "boss"]
    assert workers(ccu) == before


def test_a_turn_that_a_merge_ended_goes_to_who_took_over(ccu: Ccu) -> None:
    for person, staff in (("1", "dlee"), ("2", "boss")):
        assert ccu("worker", "assign", "--person", person, "--staff", staff).code == 0
    assert ccu(*MERGE, "--prefer", "kept").code == 0
    assert ccu("staff", "retire", "boss", "--to", "dlee").code == 0
    assert ccu("person", "unmerge", "2").code == 0
    assert [row for row in workers(ccu) if row[2]] == [(1, "dlee", True), (2, "dlee", True)]
    assert ccu("check", "--quiet").code == 0


def assign(ccu: Ccu, person: str, staff: str) -> None:
    assert ccu("worker", "assign", "--person", person, "--staff", staff).code == 0


def merge(ccu: Ccu, kept: str, merged: str, *more: str) -> None:
    assert ccu("person", "merge", kept, merged, "--prefer", "kept", *more).code == 0


def test_a_chain_undone_from_within_gives_each_their_worker_again(ccu: Ccu) -> None:
    assert ccu("staff", "add", "third", "--role", "ccu").code == 0
    for person, staff in (("1", "dlee"), ("2", "boss"), ("3", "third")):
        assign(ccu, person, staff)
    before = workers(ccu)
    merge(ccu, "1", "2", "--take", "worker")
    merge(ccu, "3", "1")
    assert [row for row in workers(ccu) if row[2]] == [(3, "third", True)]
    assert shown(ccu, "person", "unmerge", "2")["workers_again"] == ["boss"]
    assert [row for row in workers(ccu) if row[2]] == [(2, "boss", True), (3, "third", True)]
    assert shown(ccu, "person", "unmerge", "1")["workers_again"] == ["dlee"]
    assert workers(ccu) == before


def test_the_next_worker_in_a_chain_goes_on_when_the_one_before_leaves(ccu: Ccu) -> None:
    assign(ccu, "2", "boss")
    assign(ccu, "3", "dlee")
    merge(ccu, "1", "3")
    merge(ccu, "1", "2")  # boss's turn ends for dlee's
    assert shown(ccu, "person", "unmerge", "3")["workers_again"] == ["boss"]
    assert [row for row in workers(ccu) if row[2]] == [(1, "boss", True), (3, "dlee", True)]


def test_a_turn_that_somebody_else_took_over_since_is_over(ccu: Ccu) -> None:
    assign(ccu, "1", "dlee")
    assign(ccu, "2", "boss")
    merge(ccu, "1", "2", "--take", "worker")
    assert ccu("staff", "add", "third", "--role", "ccu").code == 0
    assign(ccu, "1", "third")
    assert ccu("worker", "end", "--person", "1").code == 0
    assert shown(ccu, "person", "unmerge", "2")["workers_again"] == []
    assert not [row for row in workers(ccu) if row[2]]


@pytest.mark.parametrize("ended", [False, True])
def test_unmerge_lists_people_without_a_worker(ended: bool, ccu: Ccu) -> None:
    assign(ccu, "1", "dlee")
    assign(ccu, "2", "boss")
    merge(ccu, "1", "2", "--take", "worker")
    if ended:
        assert ccu("worker", "end", "--person", "1").code == 0
    else:
        assert ccu("staff", "add", "third", "--role", "ccu").code == 0
        assign(ccu, "1", "third")
    page = ccu("person", "unmerge", "2").out
    said = "Person 2 has no worker now; boss was until Jan 31, 2026: ccu worker assign --person 2\n"
    assert said in page
    assert page.count("has no worker now") == 1
    if not ended:
        assert ccu("worker", "end", "--person", "1", "--on", "2026-01-31").code == 0
    merge(ccu, "1", "2")
    data = shown(ccu, "person", "unmerge", "2")
    assert {"person": 2, "worker": "boss", "until": "2026-01-31"} in data["without_worker"]


def test_nobody_who_had_a_worker_before_the_merge_only_is_told_of(ccu: Ccu) -> None:
    assign(ccu, "1", "dlee")
    assert (
        ccu("worker", "assign", "--person", "2", "--staff", "boss", "--since", "2026-01-02").code
        == 0
    )
    assert ccu("worker", "end", "--person", "2", "--on", "2026-01-20").code == 0
    merge(ccu, "1", "2")
    assert shown(ccu, "person", "unmerge", "2")["without_worker"] == []


def test_unmerge_lists_what_was_put_to_the_other_since(ccu: Ccu) -> None:
    assert ccu(*_call("2")).code == 0
    assert run_ccu("--today", "2026-01-31T15:00", *MERGE, "--prefer", "kept").code == 0
    later = ("--today", "2026-01-31T16:00")
    assert run_ccu(*later, *_call("1", when="15:30")).code == 0
    assert run_ccu(
        *later, "follow-up", "add", "--person", "1", "--kind", "call", "--due", "today"
    ).code == 0  # fmt: skip
    data = shown(ccu, "person", "unmerge", "2")
    assert [(each["record"], each["id"], each["person"]) for each in data["put_since"]] == [
        ("call", 2, 1),
        ("follow-up", 1, 1),
    ]
    for person, call in (("1", 2), ("2", 1)):
        card = json.loads(run_ccu(*later, "history", "--person", person, "-f", "json").out)
        assert [each["id"] for each in card["calls"]] == [call]


def test_what_came_before_the_merge_in_its_second_is_not_since(ccu: Ccu) -> None:
    due = ("follow-up", "add", "--kind", "call", "--due", "today", "--person")
    steps.provider(ccu, "Homes with Hope")
    for line in (_call("1"), [*due, "1"], ["needs", "record", "--person", "1", "food=has"]):
        assert ccu(*line).code == 0
    steps.refer(ccu, call=1)
    assert ccu(*_call("3")).code == 0
    assert ccu(*MERGE, "--prefer", "kept").code == 0
    assert ccu("call", "show", "1").code == 0  # looking at it later does not make it later
    for line in (_call("1"), [*due, "1"], ["needs", "record", "--person", "1", "food=lacks"]):
        assert ccu(*line).code == 0
    assert ccu("call", "edit", "2", "--person", "1").code == 0
    since = shown(ccu, "person", "unmerge", "2")["put_since"]
    assert [(each["record"], each["id"]) for each in since if each["record"] != "follow-up"] == [
        ("call", 2),
        ("call", 3),
        ("needs assessment", 2),
    ]
    late = [each["id"] for each in since if each["record"] == "follow-up"]
    assert late == [max(late)] and late != [1]


# ---------------------------------------------------------------- what a merge would bring about


def link(ccu: Ccu, who: str, of: str, relation: str) -> None:
    line = ("person", "link", who, of, "--relation", relation, "--household", "none")
    done = ccu(*line, "--no-input", "--anyway")
    assert done.code == 0, done.err


def warned(ccu: Ccu, *line: str) -> list[str]:
    """The warnings of a merge that is only looked at: said, and in the data."""
    done = ccu("person", "merge", *line, "--prefer", "kept", "--dry-run", "-f", "json")
    assert done.code == 0, done.err
    found: list[str] = json.loads(done.out)["warnings"]
    assert all(f"Warning: {each}.\n" in done.err for each in found)
    return found


@pytest.mark.parametrize(
    ("relation", "both"),
    [
        ("child", "child and parent"),
        ("grandchild", "grandchild and parent"),
        ("sibling", "parent and sibling"),
        ("other_family", None),
        ("parent", None),
        ("caregiver", None),
    ],
)
def test_a_relation_that_cannot_be_is_a_warning(relation: str, both: str | None, ccu: Ccu) -> None:
    link(ccu, "1", "3", "parent")
    link(ccu, "2", "3", relation)
    assert warned(ccu, "1", "2") == (
        [f"once merged, person 1 would be {both} of person 3"] if both else []
    )


def test_becoming_ones_own_ancestor_is_a_warning(ccu: Ccu) -> None:
    add(ccu, TWIN)
    link(ccu, "1", "3", "parent")
    link(ccu, "3", "4", "parent")
    assert warned(ccu, "1", "2") == []
    link(ccu, "4", "2", "parent")
    said = "once merged, person 1 would be their own ancestor"
    assert warned(ccu, "1", "2") == [said]
    page = ccu(*MERGE, "--prefer", "kept", "--dry-run").out
    assert f"Before you merge\n  {said.capitalize()}.\n" in page


def test_contradicting_overrides_are_a_warning(ccu: Ccu) -> None:
    def override(person: str, listed: str) -> None:
        line = ("frequent", "override", "--person", person, listed, "--file", "-")
        assert ccu(*line, stdin="Looked at with the team.").code == 0

    override("1", "--off")
    assert warned(ccu, "1", "2") == []
    override("2", "--off")
    assert warned(ccu, "1", "2") == []
    override("2", "--on")
    assert warned(ccu, "1", "2") == [
        "person 1 is off the frequent list by override, person 2 on it; the later decision counts"
    ]


def test_check_finds_what_merges_must_not_leave(ccu: Ccu, db_path: Path) -> None:
    assert ccu("check", "--quiet").code == 0
    with sqlite3.connect(db_path) as hand:
        hand.execute("UPDATE person SET merged_into = 1 WHERE id = 2")
        hand.execute("INSERT INTO person_own VALUES (3, 'phone', 'null')")
        hand.execute("DELETE FROM person_key WHERE person_id = 3")
        hand.executemany(
            "INSERT INTO worker (staff_id, person_id, since) VALUES (1, ?, '2026-01-01')",
            [(1,), (2,)],
        )
    done = ccu("check", "--quiet", "-f", "csv")
    assert done.code == 6
    bad = [row["check"] for row in csv.DictReader(io.StringIO(done.out)) if row["result"] == "bad"]
    assert bad == [
        "merged people whose merge is not recorded",
        "people with a value from a record that is not merged into them",
        "people with two current workers",
        "people who cannot be found by what is on file for them",
    ]
