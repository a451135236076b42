"""The benchmarks' own rules: which way is better, and that every family can be loaded."""

from importlib import import_module

import pytest

from tests.benchmarks.__main__ import FAMILIES, merged, rows_of, table_of
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


def test_rows_that_are_measured_again_are_replaced_and_the_others_stay() -> None:
    old, same = (("history", peer, *"123456") for peer in ("query", "read"))
    new, more = ("history", "query", *"abcdef"), ("import", "query", *"abcdef")
    written = rows_of("# Benchmarks\n\n" + table_of([old, same]))
    assert merged(written, [new, more]) == [new, same, more]
    assert rows_of("| what | peer |\n|---|---|\n| history | query |\n") == []


def test_the_scale_run_of_a_region_adds_up_what_it_made() -> None:
    pytest.importorskip("duckdb")
    from tests.benchmarks import region_scale

    out, _seconds, _most = region_scale.main(["--towns", "2", "--calls", "38400"])["duckdb"]
    lines = out.splitlines()
    for line in ("calls,t000,38400", "calls,all towns,76800", "care_calls,all towns,57600",
                 "referral_success,all towns,3840"):  # fmt: skip
        assert any(each.startswith(f"{line},") for each in lines)
