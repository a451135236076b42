"""The power fails within a command: what it reported is there, and the rest is all or nothing."""

import random
from pathlib import Path

import pytest

from .. import told_town as town
from ..audit.test_audit_complete import made
from ..conftest import examples
from . import power
from .test_kills import EVERY, here, judge, state

__all__ = ["made"]

pytestmark = pytest.mark.skipif(not power.can_record(), reason="needs strace")


def cut_at_random(made: Path, folder: Path, row: str, chance: random.Random, times: int) -> None:
    start = here(made, folder / "start", row)
    before = ([], []) if row in town.NEW_FILE else state(start, row)
    whole = here(made, folder / "whole", row)
    done = power.record(whole, row)
    after = state(whole, row)
    last = [number for number, each in enumerate(done) if each[0] != power.REPORT][-1]
    points = [len(done), *(chance.randint(0, last) for _ in range(times))]
    for point in points:
        seed = chance.random()  # with the line and the point it repeats a failure
        power.cut(start, folder / "cut", done[:point], random.Random(seed))
        reported = (power.REPORT,) in done[:point]
        judge(folder / "cut", row, before, after, reported, (row, point, len(done), seed))


@pytest.mark.parametrize("row", ["audit rekey", "backup"])
def test_some_commands_cut_at_random(row: str, made: Path, tmp_path: Path) -> None:
    cut_at_random(made, tmp_path, row, random.Random(row), examples(1, 40))


@pytest.mark.slow
def test_every_command_cut_at_random(made: Path, tmp_path: Path) -> None:
    chance = random.Random()
    for row in EVERY:
        cut_at_random(made, tmp_path / row.replace(" ", "-"), row, chance, examples(2, 10))
