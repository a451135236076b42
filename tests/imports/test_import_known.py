"""`ccu import` of rows that are on file as they are: not read, with nothing lost."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccu.imports.dispatch import on_file_store
from tests.conftest import Ccu, examples, run_ccu
from tests.dispatch_rows import LAYOUT, Desk, row, text
from tests.imports.test_import_joined import NAMES, UNITS, unit


@pytest.fixture
def desk(ccu: Ccu, tmp_path: Path) -> Desk:
    return Desk(ccu, tmp_path)


def reads(desk: Desk) -> bool:
    """Import the file as it lies there; return whether its rows were read again."""
    words = ("import", str(desk.file), "--layout", str(desk.layout), "--format", "csv")
    result = run_ccu(*words, tty=True)
    assert result.code == 0, result.err
    assert "Comparing" in result.err
    return "Reading" in result.err


def test_only_a_row_that_may_read_differently_is_read_again(desk: Desk) -> None:
    desk.counts(text([row(), row(Number="26-2", Where="9 Elm St, BRM")]))
    assert not reads(desk)
    assert desk.ccu("call", "edit", "1", "--nature", "crisis", "--reason", "seen").code == 0
    assert not reads(desk), "what an officer wrote stays, and so does the row"
    for change in (
        lambda: desk.layout.write_text(LAYOUT.replace('"TRAFFIC STOP"', '"TRAFFIC *"')),
        lambda: desk.ccu("codes", "add", "town", "BRM", "Burlingame"),
        lambda: desk.ccu("settings", "timezone", "America/Chicago"),
    ):
        change()
        assert reads(desk)
        assert not reads(desk)
    assert desk.one("SELECT nature FROM call WHERE id = 1") == "crisis"
    assert desk.counts(text([row(), row(Number="26-2", P="9")])) == (2, 0, 1, 1, 0)


def test_a_new_version_reads_every_row_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.counts(text([row()]))
    monkeypatch.setattr(on_file_store, "__version__", "99")
    assert reads(desk)
    assert not reads(desk)


def test_a_rejected_row_is_read_and_told_each_time(desk: Desk) -> None:
    rows = [row(), row(Number="26-2", Received="soon"), ["26-3"] * 20]
    for counts in ((3, 1, 0, 0, 2), (3, 0, 0, 1, 2)):
        assert desk.counts(text(rows), "--rejects", desk.rejects) == counts
        assert [cells[0] for cells in desk.reject_rows()] == ["3", "4"]


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "No": st.sampled_from(["", "1", "2"]),
            "Called": st.sampled_from(["2025-12-30 10:00", "2026-01-05 10:00", "2025-03-05 10:00"]),
            "Unit": st.sampled_from(["", "B1", "M1"]),
            "Changed": st.sampled_from(["", "2026-01-06 10:30"]),
            "P": st.sampled_from(["", "1", "2", "\0"]),
        }
    ),
    min_size=1,
    max_size=6,
)
CALLS = """
SELECT incident, occurred_at, priority, hex(call.digest), (SELECT group_concat(unit) FROM
  (SELECT unit FROM call_responder WHERE call_id = call.id ORDER BY unit)),
  (SELECT group_concat(field || new_value) FROM (SELECT field, new_value FROM change
   WHERE record = 'call' AND record_id = call.id ORDER BY id))
FROM call JOIN source_system ON source_system.id = source_system_id
WHERE name = ? ORDER BY incident
"""


@settings(
    max_examples=examples(6, 60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(files=st.lists(ROWS, min_size=1, max_size=3), yearly=st.booleans())
def test_any_files_leave_what_they_leave_where_every_row_is_read(
    ccu: Ccu, tmp_path: Path, files: list[list[dict[str, str]]], yearly: bool
) -> None:
    desk = Desk(ccu, tmp_path)
    serial = desk.one("SELECT count(*) FROM import_batch")
    found: list[Any] = []
    for source in ("known", "read"):
        name = f"{source}-{serial}"
        layout = UNITS.replace("our-cad", name)
        counts = []
        for file in (*files, files[-1], files[0]):
            number = desk.one("SELECT count(*) FROM import_batch") if source == "read" else 0
            head = f"# {number}\nyearly_numbers = {str(yearly).lower()}\n"
            desk.layout.write_text(head + layout)
            counts.append(desk.counts(text([unit(**cells) for cells in file], NAMES)))
        found.append((counts, desk.ask(CALLS, name)))
    assert found[0] == found[1]
