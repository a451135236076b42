"""The benchmarks' own rules: which way is better, and that every family can be loaded."""

from importlib import import_module

import pytest

from tests.benchmarks.__main__ import FAMILIES
from tests.benchmarks.common import Line


@pytest.mark.parametrize(
    ("ratio", "faster", "verdict"),
    [
        (0.69, False, "aim"),
        (0.9, False, "yes"),
        (0.91, False, "NO"),
        (8.0, True, "aim"),
        (4.0, True, "yes"),
        (3.9, True, "NO"),
    ],
)
def test_a_budget_is_met_from_its_own_side(ratio: float, faster: bool, verdict: str) -> None:
    budget, aim = (4, 8) if faster else (0.9, 0.7)
    assert Line("what", "peer", ratio, budget, aim, faster).verdict() == verdict


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_measures(family: str) -> None:
    assert callable(import_module(f"tests.benchmarks.{family}").measure)
