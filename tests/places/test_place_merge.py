"""`ccu place merge` and `unmerge`: two files on one house, joined and separated exactly."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccu.database import schema
from ccu.places import merge_store

from .. import steps
from ..conftest import Ccu, examples, once
from ..retention.retention_steps import become_keeper

KEPT, SLIP = "27 Imperial Ave", "27 Imperail Ave"
HOUSES = ("27 Imperial", "27 Imperail Ave", "27 Imperial Ave", "27 Imperial Ave Apt 2")
UNITS = ("27 Imperial Apt 2", "27 Imperail Ave Apt 3")


def log(ccu: Ccu, address: str, *more: str, stdin: str | bytes = b"") -> int:
    call = ("log-call", "--when", "09:00", "--nature", "crisis", "-f", "json")
    done = ccu(*call, "--address", address, *more, stdin=stdin)
    assert done.code == 0, done.err
    number: int = json.loads(done.out)["id"]
    return number


def card(ccu: Ccu, address: str) -> dict[str, Any]:
    done = ccu("history", "-a", address, "-f", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def calls(ccu: Ccu, address: str) -> set[int]:
    return {each["id"] for each in card(ccu, address)["calls"]}


def place(ccu: Ccu, address: str) -> int:
    number: int = json.loads(ccu("place", "show", address, "-f", "json").out)["place"]["id"]
    return number


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    try:
        yield connection
    finally:
        connection.close()


def dump(path: Path) -> list[str]:
    """All tables as text, without the audit."""
    with opened(path) as connection:
        return [line for line in connection.iterdump() if "audit" not in line]


@pytest.fixture
def ccu(ccu: Ccu) -> Ccu:
    once("test_place_merge", lambda: start(ccu))
    return ccu


def start(ccu: Ccu) -> None:
    """A house on file twice: the second time with the weapon, a flag, a plan and a unit."""
    log(ccu, KEPT, "--person-file", "-", stdin="Ana Reyes")
    log(ccu, SLIP, "--danger", "weapon", "--person", "1")
    log(ccu, f"{SLIP} Apt 2", "--danger", "violence")
    flag = ("place", "flag", SLIP, "--source", "officer", "--file", "-")
    assert ccu(*flag, stdin="Loose step").code == 0
    plan = ("plan", "write", "--address", SLIP, "--file", "-")
    assert ccu(*plan, stdin="what helps: speak slowly\n").code == 0


def test_one_card_has_what_was_on_both(ccu: Ccu) -> None:
    kept, merged = place(ccu, KEPT), place(ccu, SLIP)
    done = ccu("place", "merge", str(kept), str(merged))
    assert done.out == (
        f"Merged place {merged} into place {kept}, 27 IMPERIAL AVE."
        " Moved: 1 call, 1 flag, 1 plan.\n"
    )
    for address in (KEPT, SLIP):
        found = card(ccu, address)
        assert [each["id"] for each in found["calls"]] == [2, 1]
        assert found["match"]["text"] == "27 IMPERIAL AVE, WESTPORT"
        assert {each["text"] for each in found["warnings"]} == {"Weapon", "Loose step"}
        assert found["people"][0]["calls"] == 2
        (unit,) = found["building"]["by_unit"]
        assert [each["text"] for each in unit["warnings"]] == ["Violence"]
    for unknown in (f"{SLIP} Apt 9", f"{KEPT} Apt 9"):
        found = card(ccu, unknown)
        assert {each["text"] for each in found["warnings"]} == {"Weapon", "Loose step"}
        assert found["building"]["units"] == 2
    shown = json.loads(ccu("place", "show", SLIP, "-f", "json").out)
    assert shown["place"]["id"] == kept
    assert [each["address"] for each in shown["merged"]] == ["27 IMPERAIL AVE"]
    assert shown["typed_as"] == [KEPT, SLIP]
    plans = json.loads(ccu("plan", "list", "-f", "json").out)
    assert len(plans) == 1


@pytest.mark.parametrize("role", ["ccu", "clinician", "supervisor", "records"])
def test_any_role_moves_all_of_it(
    role: str, ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, merged = place(ccu, KEPT), place(ccu, SLIP)
    assert ccu("staff", "add", "jdoe", "--role", role).code == 0
    before = dump(db_path)
    with monkeypatch.context() as other:
        steps.become(other, "jdoe")
        done = ccu("place", "merge", str(kept), str(merged))
        assert done.out.endswith(" Moved: 1 call, 1 flag, 1 plan.\n")
        assert ccu("place", "unmerge", str(merged)).code == 0
    assert dump(db_path) == before


def test_what_is_added_while_merged_goes_where_its_address_was(ccu: Ccu) -> None:
    kept, merged = place(ccu, KEPT), place(ccu, SLIP)
    assert ccu("place", "merge", str(kept), str(merged)).code == 0
    slip, own = log(ccu, SLIP), log(ccu, KEPT)
    unit = log(ccu, f"{SLIP} Apt 7")
    assert calls(ccu, KEPT) == {1, 2, slip, own}
    units = {each["unit"] for each in card(ccu, KEPT)["building"]["by_unit"]}
    assert units == {"# 2", "# 7"}
    note = ("place", "flag", "--place", str(merged), "--source", "officer", "--file", "-")
    assert f"on place {kept}," in ccu(*note, stdin="Dog inside").out
    assert ccu("place", "unmerge", str(merged)).code == 0
    assert (calls(ccu, KEPT), calls(ccu, SLIP)) == ({1, own}, {2, slip})
    assert calls(ccu, f"{SLIP} Apt 7") == {unit}
    assert {each["text"] for each in card(ccu, KEPT)["warnings"]} == {"Dog inside"}
    assert {each["text"] for each in card(ccu, SLIP)["warnings"]} == {"Weapon", "Loose step"}


def test_an_import_files_at_the_place_that_is_kept(ccu: Ccu, tmp_path: Path) -> None:
    kept, merged = place(ccu, KEPT), place(ccu, SLIP)
    assert ccu("place", "merge", str(kept), str(merged)).code == 0
    layout = tmp_path / "layout.toml"
    layout.write_text(
        'source = "x"\nformats = ["%Y-%m-%d %H:%M"]\n[columns]\nincident = "n"\n'
        'occurred = "t"\naddress = "a"\nnature = "k"\n[natures]\ncrisis = ["C"]\n'
    )
    rows = tmp_path / "rows.csv"
    head, row = "n,t,a,k\n", f"1,2026-01-20 10:00,{SLIP},C\n2,2026-01-20 11:00,{SLIP} Apt 4,C\n"
    rows.write_text(head + row)
    assert ccu("import", str(rows), "--layout", str(layout)).code == 0
    assert len(calls(ccu, KEPT)) == 3
    assert {each["unit"] for each in card(ccu, KEPT)["building"]["by_unit"]} == {"# 2", "# 4"}
    rows.write_text(head + row.replace("10:00", "10:05"))
    assert ccu("import", str(rows), "--layout", str(layout)).code == 0
    assert len(calls(ccu, KEPT)) == 3
    assert ccu("place", "unmerge", str(merged)).code == 0
    assert (len(calls(ccu, KEPT)), len(calls(ccu, SLIP))) == (1, 2)


def test_a_sealed_call_comes_back_to_the_place_that_is_kept(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ("--authority", "court", "--ordered", "2026-01-18", "--yes")
    kept, merged = place(ccu, KEPT), place(ccu, SLIP)
    become_keeper(ccu, monkeypatch)
    assert ccu("seal", "call", "2", *order).code == 0
    assert ccu("place", "merge", str(kept), str(merged)).code == 0
    assert calls(ccu, KEPT) == {1}
    assert ccu("seal", "lift", "1", "--reason-code", "set_aside").code == 0
    assert calls(ccu, KEPT) == {1, 2}


def looks_alike(ccu: Ccu) -> tuple[str, str]:
    done = ccu("check", "-f", "json")
    assert done.code == 0
    (found,) = [
        (row["result"], row["detail"])
        for row in json.loads(done.out)
        if row["check"] == "places that may be one house"
    ]
    return found


def test_check_lists_places_that_look_like_one_house(ccu: Ccu) -> None:
    kept, merged = place(ccu, KEPT), place(ccu, SLIP)
    log(ccu, KEPT)
    told = (
        f"{kept} and {merged}; compare them with ccu place show --place {merged},"
        f" join them with ccu place merge {kept} {merged}"
    )
    assert looks_alike(ccu) == ("warning", told)
    assert ccu(*told.rpartition("ccu ")[2].split()).code == 0
    assert looks_alike(ccu) == ("ok", "")
    log(ccu, "27 Imperial")
    bare = place(ccu, "27 Imperial")
    assert looks_alike(ccu)[1].startswith(f"{kept} and {bare};")


def test_check_leaves_out_what_are_two_houses(ccu: Ccu) -> None:
    assert ccu("place", "merge", str(place(ccu, KEPT)), str(place(ccu, SLIP))).code == 0
    for number in ("2", "4", "6"):
        log(ccu, f"{number} Hill Rd")
        log(ccu, f"{number} Mill Rd")
    for other in ("27 Imperial Ct", "29 Imperial Ave", "27 Imperial Ave, Norwalk", "2 Elm St"):
        log(ccu, other)
    log(ccu, "2 Elms Ave")
    assert looks_alike(ccu) == ("ok", "")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("merge", "1", "1"), 2, "enter two different places; both numbers are the same"),
        (("merge", "1", "99"), 3, "no place 99"),
        (("unmerge", "99"), 3, "no place 99"),
        (("unmerge", "1"), 2, "place 1 is not merged into another place"),
        (("merge", "x", "1"), 2, "a place is named by its number"),
    ],
)
def test_bad_input_is_one_sentence(
    words: tuple[str, ...], code: int, sentence: str, ccu: Ccu, db_path: Path
) -> None:
    before = dump(db_path)
    done = ccu("place", *words)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert sentence in done.err
    assert dump(db_path) == before


def test_a_merged_place_is_merged_by_the_one_that_is_kept(ccu: Ccu) -> None:
    kept, merged = place(ccu, KEPT), place(ccu, SLIP)
    log(ccu, "27 Imperial Ct")
    other = place(ccu, "27 Imperial Ct")
    assert ccu("place", "merge", str(kept), str(merged)).code == 0
    done = ccu("place", "merge", str(other), str(merged))
    sentence = f"place {merged} was merged into place {kept}; merge place {kept}"
    assert (done.code, done.err) == (2, f"ccu: error: {sentence}\n")


def test_a_building_of_another_city_keeps_its_units(ccu: Ccu) -> None:
    log(ccu, f"{KEPT}, Wesport")
    log(ccu, f"{KEPT} Apt 4, Wesport")
    other = place(ccu, f"{KEPT}, Wesport")
    done = ccu("place", "merge", str(place(ccu, KEPT)), str(other))
    assert (done.code, "is in another city" in done.err) == (2, True)


def test_every_table_of_a_place_is_moved() -> None:
    with schema.in_memory() as connection:
        named = {
            table
            for (table,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            )
            for row in connection.execute(f"PRAGMA foreign_key_list({table})")
            if row[2] == "place" and row[3] == "place_id"
        }
    assert named - {"address"} == set(merge_store.MOVED)


@settings(
    max_examples=examples(5, 60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_merges_undone_in_any_order_restore_the_file(
    data: st.DataObject, ccu: Ccu, db_path: Path
) -> None:
    for address in (*HOUSES, *UNITS):
        log(ccu, address)
    with opened(db_path) as hand:
        numbers = [row[0] for row in hand.execute("SELECT id FROM place ORDER BY id")]
    # All is drawn first: an example that is cut short must not leave places merged for the next.
    pairs: list[list[int]] = []
    for _ in range(data.draw(st.integers(1, 4))):
        apart = [each for each in numbers if each not in {other for _kept, other in pairs}]
        two = st.lists(st.sampled_from(apart), min_size=2, max_size=2, unique=True)
        pairs.append(data.draw(two))
    order = data.draw(st.permutations([other for _kept, other in pairs]))
    before = dump(db_path)
    for kept, other in pairs:
        assert ccu("place", "merge", str(kept), str(other)).code == 0
    with opened(db_path) as hand:
        (hidden,) = hand.execute(
            "SELECT count(*) FROM call WHERE place_id IN (SELECT merged_id FROM place_merge)"
        ).fetchone()
    assert hidden == 0
    for each in order:
        assert ccu("place", "unmerge", str(each)).code == 0
    assert dump(db_path) == before


def test_a_terminal_shows_both_places_and_asks(ccu: Ccu) -> None:
    log(ccu, KEPT)
    kept, slip = place(ccu, KEPT), place(ccu, SLIP)
    line = ("place", "merge", str(kept), str(slip))
    for keys in ("n\n", "\n"):
        done = ccu(*line, stdin=keys, tty=True)
        assert (done.code, done.out) == (130, "")
        assert done.err.startswith(
            f"Place {kept} is kept: 27 IMPERIAL AVE; 2 calls, 0 flags.\n"
            f"Place {slip} goes into it: 27 IMPERAIL AVE; 1 call, 1 flag.\n"
            f"Merge place {slip} into place {kept}? y or n [n]: "
        )
    assert len(calls(ccu, KEPT)) == 2
    assert ccu(*line, stdin="y\n", tty=True).out.startswith(f"Merged place {slip} into")
    assert len(calls(ccu, KEPT)) == 3
    again = ccu(*line, stdin="y\n", tty=True)
    assert (
        f"place {slip} was merged into place {kept}" in again.err and "Merge place" not in again.err
    )
