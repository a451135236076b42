"""`ccu import`: rows without an incident number are found again by moment and address."""

import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Ccu, examples
from tests.dispatch_rows import HEADER, LAYOUT, Desk, row, text

from ..retention.retention_steps import become_keeper

OPTIONAL = {  # field of the layout -> its column, and another cell for it
    "dispatched": ("Sent", "2026-01-18 22:33:00"),
    "cleared": ("Cleared", "2026-01-18 23:59:00"),
    "unit": ("Apt", "9"),
    "nature": ("Nature", "SUICIDE THREAT"),
    "disposition": ("End", "REFERRED TO HSD"),
    "priority": ("P", "1"),
    "beat": ("Beat", ""),
}
FIELDS = st.sets(st.sampled_from(sorted(OPTIONAL)))
ROWS: tuple[dict[str, str], ...] = (
    {},
    {"Number": ""},
    {"Number": "", "Nature": "TRAFFIC STOP"},
    {"Number": "", "Where": "9 Elm St"},
    {"Number": "", "Where": "", "Received": "2026-01-18 22:29:00"},
)


@pytest.fixture
def desk(ccu: Ccu, tmp_path: Path) -> Desk:
    return Desk(ccu, tmp_path)


@settings(
    max_examples=examples(8, 60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(order=st.permutations(HEADER), left_out=FIELDS, changed=FIELDS, spelled=st.booleans())
def test_no_column_that_can_be_left_out_makes_a_new_call(
    desk: Desk, order: list[str], left_out: set[str], changed: set[str], spelled: bool
) -> None:
    desk.layout.write_text(LAYOUT)
    first = text(row(**cells) for cells in ROWS)
    if not desk.db.exists() or not desk.one("SELECT count(*) FROM call"):
        assert desk.counts(first) == (5, 5, 0, 0, 0)
    lines = LAYOUT.splitlines()
    kept = [line for line in lines if line.split(" = ")[0] not in left_out]
    desk.layout.write_text("\n".join(kept))
    others = dict(OPTIONAL[field] for field in changed)
    rows = [row(**others | cells) for cells in ROWS[1:]] + [row()]
    rows = [
        [cell.upper() if spelled and name == "Where" else cell for name, cell in zipped]
        for zipped in (list(zip(HEADER, cells, strict=True)) for cells in rows)
    ]
    places = [HEADER.index(name) for name in order]
    export = text([[cells[place] for place in places] for cells in rows], order)
    assert desk.counts(export)[:2] == (5, 0)
    assert desk.counts(export) == (5, 0, 0, 5, 0)
    assert desk.one("SELECT count(*) FROM call") == 5


def test_two_calls_at_one_moment_and_address_stay_two(desk: Desk) -> None:
    stop, check = row(Number="", Nature="TRAFFIC STOP"), row(Number="", P="4")
    result = desk.bring(text([stop, check]))
    assert "2 rows have no incident number; imports tell them apart by when they began and" in (
        result.err
    )
    priorities = (
        "SELECT text, priority FROM call JOIN cad_text ON cad_text.id = cad_nature_id ORDER BY 1"
    )
    assert desk.ask(priorities) == [("TRAFFIC STOP", "2"), ("WELFARE CHECK", "4")]
    assert desk.counts(text([check])) == (1, 0, 0, 1, 0), (
        "the second alone is no change of the first"
    )
    assert desk.counts(text([row(Number="", P="7")])) == (1, 0, 1, 0, 0)
    assert desk.counts(text([row(Number="", P="7"), stop])) == (2, 0, 0, 2, 0)
    assert desk.ask(priorities) == [("TRAFFIC STOP", "2"), ("WELFARE CHECK", "7")]
    third = row(Number="", Nature="SUICIDE THREAT")
    assert desk.counts(text([third, row(Number="", P="7"), stop])) == (3, 1, 0, 2, 0)


def test_a_call_with_an_identity_of_an_earlier_version_is_found(desk: Desk) -> None:
    rows = [row(Number=""), row(Number="", Where="9 Elm St"), row(Number="", Nature="TRAFFIC STOP")]
    desk.counts(text(rows))
    with sqlite3.connect(desk.db) as connection:
        connection.execute("UPDATE call SET incident = printf('~%016x', id)")
    desk.layout.write_text(LAYOUT.replace('beat = "Beat"\n', ""))
    changed = [rows[0], row(Number="", Where="9 ELM ST.", P="1"), rows[2]]
    assert desk.counts(text(changed))[:2] == (3, 0)
    assert desk.counts(text(changed)) == (3, 0, 0, 3, 0)
    assert desk.ask("SELECT priority FROM call ORDER BY id") == [("2",), ("1",), ("2",)]
    assert desk.counts(text([row(Number="", Received="2026-01-18 22:32:00", Sent="")]))[:2] == (
        1,
        1,
    )


def test_a_sealed_call_without_a_number_stays_sealed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row(Number=""), row(Number="", Nature="TRAFFIC STOP")]
    desk.counts(text(rows))
    order = ("--authority", "court", "--ordered", "2026-01-20", "--yes")
    with monkeypatch.context() as custodian:
        become_keeper(desk.ccu, custodian)
        assert desk.ccu("seal", "call", "1", *order).code == 0
    later = [row(Number="", P="1"), row(Number="", Nature="TRAFFIC STOP", P="1")]
    assert desk.counts(text(later))[:2] == (2, 0)
    assert desk.ask("SELECT id FROM call") == [(2,)]


def test_what_tells_a_row_without_a_number_is_no_incident_number(desk: Desk) -> None:
    assert desk.bring(text([row(Number=""), row(Number="26-7", Where="9 Elm St")])).code == 0
    listed = desk.ccu("call", "list", "--since", "2026-01", "--format", "json").out
    assert sorted(each["incident"] or "" for each in json.loads(listed)) == ["", "26-7"]
    shown = [desk.ccu("call", "show", number, "--format", "json").out for number in ("1", "2")]
    assert sorted(json.loads(each)["incident"] or "" for each in shown) == ["", "26-7"]
