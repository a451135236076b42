"""The change of a count since another period: its interval against an independent calculation."""

from fractions import Fraction
from math import comb
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccu.report import figures as made

from ..conftest import Ccu
from .reporting import Hand, figures

Z2 = Fraction("1.959963984540054") ** 2


@pytest.fixture
def hand(ccu: Ccu, db_path: Path) -> Hand:
    return Hand(db_path)


def fits(ratio: Fraction, now: int, then: int) -> bool:
    """Whether now/then may be this ratio: the score test of a share of now + then, at 5%."""
    total = now + then
    share = ratio / (1 + ratio)
    return (now - total * share) ** 2 <= Z2 * total * share * (1 - share)


@given(st.integers(0, 3000), st.integers(10, 3000))
def test_the_interval_is_every_ratio_that_the_score_test_keeps(now: int, then: int) -> None:
    low, high = made.change(now, then)
    assert low <= now / then - 1 <= high
    near = Fraction(1, 10**6)
    for end, outward in ((low, -1), (high, 1)):
        ratio = 1 + Fraction(end)
        if ratio > near:
            assert fits(ratio * (1 - outward * near), now, then)
            assert not fits(ratio * (1 + outward * near), now, then)


@pytest.mark.parametrize(("now", "then"), [(30, 20), (12, 10), (55, 60), (10, 40), (100, 80)])
def test_it_is_near_the_exact_binomial_interval(now: int, then: int) -> None:
    """Clopper and Pearson, by exact sums: a little wider, and never far from it."""
    total = now + then

    def tail(share: Fraction, numbers: range) -> Fraction:
        return sum(
            (comb(total, k) * share**k * (1 - share) ** (total - k) for k in numbers), Fraction()
        )

    low, high = (1 + end for end in made.change(now, then))
    exact = []
    for numbers, rises in ((range(now, total + 1), True), (range(now + 1), False)):
        bottom, top = Fraction(0), Fraction(1)
        for _ in range(24):
            middle = Fraction(round((bottom + top) / 2 * 2**24), 2**24)
            if (tail(middle, numbers) < Fraction(1, 40)) == rises:
                bottom = middle
            else:
                top = middle
        exact.append(float(bottom / (1 - bottom)))
    assert exact[0] <= low * 1.001 and high <= exact[1] * 1.001
    assert low - exact[0] < 0.25 * low and exact[1] - high < 0.25 * high


def a_year(hand: Hand) -> None:
    """Two calls a day for 13 months, in January 2026 three."""
    for year, month, days, each in [(2025, m, 28, 2) for m in range(1, 13)] + [(2026, 1, 31, 3)]:
        hand.calls(
            f"{year}-{month:02}-{day:02}T{9 + hour:02}:00:00"
            for day in range(1, days + 1)
            for hour in range(each)
        )


def test_a_change_between_complete_months(ccu: Ccu, hand: Hand) -> None:
    a_year(hand)
    row = figures(ccu, "summary", "--month", "2026-01")["care_calls"]
    assert (row["value"], row["previous"], row["year_before"]) == (93, 56, 56)
    low, high = made.change(93, 56)
    assert row["previous_change"] == round(93 / 56 - 1, 6) == row["year_before_change"]
    assert (row["previous_change_low"], row["previous_change_high"]) == (
        round(low, 6),
        round(high, 6),
    )
    shown = ccu("report", "--month", "2026-01").out
    assert "Care calls: +66% (+19% to +131%) since Dec 2025; +66% (" in shown
    shares = figures(ccu, "summary", "--month", "2026-01")["share_of_all_calls"]
    assert shares["previous_change"] is None
    same = figures(ccu, "summary", "--month", "2025-12")["care_calls"]
    assert same["previous_change"] == 0
    assert "may be chance)" in ccu("report", "--month", "2025-12").out


def test_no_change_is_claimed_of_a_part_or_of_few(ccu: Ccu, hand: Hand) -> None:
    a_year(hand)
    hand.one("DELETE FROM call WHERE occurred_at >= '2025-12-16' AND occurred_at < '2026-01-01'")
    row = figures(ccu, "summary", "--month", "2026-01")["care_calls"]
    assert row["previous_change"] is None and row["year_before_change"] is not None
    hand.one("DELETE FROM call WHERE occurred_at >= '2026-01-16'")
    row = figures(ccu, "summary", "--month", "2026-01")["care_calls"]
    assert row["previous_change"] is None and row["year_before_change"] is None
    assert "Care calls: " not in ccu("report", "--month", "2026-01").out
