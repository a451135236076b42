"""`ccu report --public`: one page of rounded figures. The figures themselves: test_figures.py."""

import json
import re
import sqlite3
from collections import defaultdict
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from ccu.report import public

from ..conftest import Ccu
from ..steps import at
from .reporting import OFFSET, Hand, report
from .test_report import a_month

JANUARY = ("--month", "2026-01")
PUBLIC = (*JANUARY, "--public")
AFTER = "2026-05-15"  # the first quarter is over, and the days of its follow-ups

COUNTS = (
    *("calls", "care_calls", "people_served", "connections"),
    *("repeat_addresses", "repeat_people", "referrals_made"),
)
SHARES = (
    *("referral_acceptance", "warm_handoffs"),
    *("first_attempt_within_24h", "first_attempt_within_7d"),
)


@pytest.fixture
def hand(ccu: Ccu, db_path: Path) -> Hand:
    hand = Hand(db_path)
    hand.one("UPDATE setting SET value = '1' WHERE name = 'repeat_calls'")
    hand.provider()
    return hand


def page(*args: str, moment: str = AFTER) -> dict[str, dict[str, Any]]:
    """figure -> its row on the public page."""
    done = at(moment, "report", *(args or JANUARY), "--public", "-f", "json")
    assert done.code == 0, done.err
    (section,) = json.loads(done.out)["sections"]
    return {row["figure"]: row for row in section["rows"]}


def one_of_each(hand: Hand, day: str = "2026-01-10") -> int:
    """One more of everything that the page counts; the referral."""
    person, place = hand.person("Ann"), hand.place(str(hand.one("SELECT 1")))
    call = hand.call(f"{day}T10:00:00", person, place=place)
    hand.one("INSERT INTO call_intervention VALUES (?, 'de_escalation')", call)
    referral = hand.referral(f"{day}T11:00:00", person=person, call=call)
    hand.follow_up(f"{day}T15:00:00", referral_id=referral)
    return referral


def test_its_json_has_no_exact_count_and_no_period_that_is_partial(hand: Hand) -> None:
    for day in ("2025-11-01", "2026-01-10", "2026-04-10"):
        one_of_each(hand, day)
    done = at(AFTER, "report", *PUBLIC, "-f", "json")
    data = json.loads(done.out)
    assert (data["undecided"], data["undecided_overdue"], data["first_day"]) == (None, None, None)
    assert not data["partial"]["previous"]


def nearest(count: int) -> int | None:
    """What a count may be printed as; None: <10."""
    multiples = {0: None, 1: None} | {step: 5 * step for step in range(2, 20)}
    return multiples[min(multiples, key=lambda step: abs(5 * step - count))] if count > 9 else None


# --- a number tells what it was rounded to, and no more -----------------------------------------


def test_every_count_tells_its_interval_alone(ccu: Ccu, hand: Hand) -> None:
    """True counts 0 to 40 of every figure: all that round alike give one and the same page."""
    printed = defaultdict(set)
    hand.call("2025-11-01T10:00:00", care=0)  # the file begins before, and goes on
    hand.call("2026-05-10T10:00:00", care=0)
    hand.follow_up("2025-11-02T10:00:00", call_id=1)
    hand.referral("2025-11-02T10:00:00", person=hand.person("Zoe"))
    hand.one("INSERT INTO call_person (call_id, person_id) VALUES (1, 1)")
    hand.place("9999")
    for count in range(41):
        rows = page()
        for name in COUNTS:
            value = nearest(count)
            assert rows[name]["value"] == value, (name, count)
            assert rows[name]["note"] == ("" if value else "<10"), (name, count)
        printed[nearest(count)].add(json.dumps(rows))
        one_of_each(hand)
    assert [len(pages) for pages in printed.values()] == [1] * len(printed)
    assert len(printed) == 8  # <10, 10, 15, ... 40


@pytest.mark.parametrize("figure", SHARES)
def test_every_share_is_made_of_rounded_counts(ccu: Ccu, hand: Hand, figure: str) -> None:
    """0 to 40 of 41, wherever the rounding turns."""
    referrals = [one_of_each(hand) for _ in range(41)]
    for count, referral in enumerate(referrals):
        over = nearest(count)
        if count in (0, 40) or nearest(count - 1) != over or nearest(count + 1) != over:
            row = page()[figure]
            assert (row["numerator"], row["denominator"]) == (over, 40), count
            assert row["value"] == (over / 40 if over else None), count
            assert row["note"] == ("" if over else "<10"), count
        if figure == "referral_acceptance":
            hand.one(
                "INSERT INTO referral_event (referral_id, status, occurred_at, recorded_at,"
                " recorded_by) VALUES (?, 'accepted', ?, ?, 1)",
                *(referral, f"2026-01-20T10:00:00{OFFSET}", f"2026-01-20T10:00:00{OFFSET}"),
            )
        elif figure == "warm_handoffs":
            hand.one("UPDATE referral SET handoff = 'warm_by_phone' WHERE id = ?", referral)
        else:
            hand.attempt(referral, "2026-01-10T16:00:00")


def test_no_share_of_a_small_base() -> None:
    """Of every small table: from the rounded parts, on a rounded base of 25 or more."""
    told: dict[tuple[int | None, int | None], set[Any]] = defaultdict(set)
    for under, over in product(range(61), range(61)):
        if over > under:
            continue
        made = public.shown(
            "referral_acceptance", "share", public.rounded(over), public.rounded(under)
        )
        told[nearest(over), nearest(under)].add(made)
        assert (made.value is not None) == (over >= 10 and under >= 23), (over, under)
        assert made.value is None or 0 < made.value <= 1
    assert all(len(alike) == 1 for alike in told.values())


def test_months_and_their_quarter_tell_their_rounded_counts_alone(ccu: Ccu, hand: Hand) -> None:
    """6, 23 and 24 of everything, or 8, 24 and 25: the same four pages."""
    periods = (
        *(("--month", f"2026-{month}") for month in ("01", "02", "03")),
        ("--quarter", "2026-Q1"),
    )

    def fill(counts: tuple[int, int, int]) -> list[dict[str, Any]]:
        for month, count in zip(("01", "02", "03"), counts, strict=True):
            for _ in range(count):
                one_of_each(hand, f"2026-{month}-10")
        return [page(*period) for period in periods]

    first = fill((6, 23, 24))
    assert [each["calls"]["value"] for each in first] == [None, 25, 25, 55]
    assert fill((2, 1, 1)) == first


def alone(tables: dict[tuple[int | None, ...], set[tuple[int, ...]]]) -> set[tuple[int, int]]:
    """The counts of a month that a reader of all pages can tell: (count, place)."""
    told = set()
    for alike in tables.values():
        for place, counts in enumerate(zip(*alike, strict=True)):
            if len(set(counts)) == 1:
                told.add((counts[0], place))
    return told


def test_months_and_their_quarter_never_tell_a_small_count() -> None:
    """Every table of three months of 0 to 22: of 1 to 8, at least two counts stay possible."""
    tables: dict[tuple[int | None, ...], set[tuple[int, ...]]] = defaultdict(set)
    for months in product(range(23), repeat=3):
        tables[tuple(map(public.rounded, (*months, sum(months))))].add(months)
    assert {count for count, _ in alone(tables) if count < 10} <= {0, 9}


def test_months_quarters_and_their_year_never_tell_a_small_count() -> None:
    """Every year of two quarters of two months, of 0 to 17 calls each."""
    tables: dict[tuple[int | None, ...], set[tuple[int, ...]]] = defaultdict(set)
    for months in product(range(18), repeat=4):
        first, second = months[0] + months[1], months[2] + months[3]
        totals = (*months, first, second, first + second)
        tables[tuple(map(public.rounded, totals))].add(months)
    assert {count for count, _ in alone(tables) if count < 10} <= {0, 9}


# --- what is no number --------------------------------------------------------------------------


def test_no_data_is_not_zero(ccu: Ccu, hand: Hand) -> None:
    """No call yet, calls only, calls of a later month only."""
    assert {row["note"] for row in page().values()} == {"n/a"}
    hand.call("2026-02-02T10:00:00")
    assert {row["note"] for row in page().values()} == {"n/a"}
    rows = page("--month", "2026-02")
    notes = {name: row["note"] for name, row in rows.items()}
    assert {name for name, note in notes.items() if note == "<10"} == {"calls", "care_calls"}
    assert {note for name, note in notes.items() if "call" not in name} == {"n/a"}
    shown = at(AFTER, "report", "--month", "2026-02", "--public").out
    assert "The records of this period are not complete" in shown
    assert re.search(r"^  Referrals made +n/a", shown, re.MULTILINE)


def test_a_follow_up_rate_waits_for_its_days(ccu: Ccu, hand: Hand) -> None:
    for _ in range(40):
        one_of_each(hand, "2026-01-31")
    notes = [
        [page(moment=moment)[name]["note"] for name in SHARES[2:]]
        for moment in ("2026-02-01T12:00", "2026-02-02T00:00", "2026-02-07T23:59", "2026-02-08")
    ]
    assert notes == [["not yet"] * 2, ["<10", "not yet"], ["<10", "not yet"], ["<10"] * 2]


def test_part_2_referrals_are_left_out_for_everybody(ccu: Ccu, hand: Hand) -> None:
    """With them and without them the page is the same, for an admin too."""
    for _ in range(30):
        one_of_each(hand)
    before = page()
    hand.one("INSERT INTO provider (name, part2) VALUES ('Detox', 1)")
    for person in range(1, 31):
        referral = hand.referral(
            "2026-01-20T10:00:00", ("accepted", "2026-01-21T10:00:00"), person=person, call=person
        )
        hand.one("UPDATE referral SET provider_id = 2, handoff = 'warm_by_phone' WHERE id = ?",
                 referral)  # fmt: skip
        hand.attempt(hand.follow_up("2026-01-12T10:00:00", referral_id=referral),
                     "2026-01-10T12:00:00")  # fmt: skip
    assert page() == before
    hand.one("UPDATE provider SET part2 = 0")
    assert page() != before


# --- what cannot be asked for -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (
            "--month 2026-01 --section areas",
            "--public prints one fixed page; leave out --section",
        ),
        ("--month 2026-01 --list", "--public prints one fixed page; leave out --list"),
        ("--define calls", "--public prints one fixed page; leave out --define"),
        ("--month 2026-01 --compare both", "--public prints one fixed page; leave out --compare"),
        ("--month 2026-01 --k 2", "--public prints one fixed page; leave out --k"),
        ("--month 2026-01 --window 30", "--public prints one fixed page; leave out --window"),
        ("--month 2026-01 --all-calls --k 1", "--public prints one fixed page; leave out --k and"),
        ("--month 2026-05", "May 2026 is not over; run --public for it after 2026-05-31"),
        ("--year 2026", "2026 is not over; run --public for it after 2026-12-31"),
        ("--fiscal-year 2026", "Fiscal year 2026 (Jul 1, 2025 to Jun 30, 2026) is not over"),
        ("--week 2026-05-15", "Week of May 11, 2026 is not over"),
    ],
)
def test_what_would_count_otherwise_is_refused(ccu: Ccu, args: str, sentence: str) -> None:
    done = at(AFTER, "report", "--public", *args.split())
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"ccu: error: {sentence}") and done.err.count("\n") == 1


# --- nobody and nothing is named ----------------------------------------------------------------

SECRETS = ("Quillfeather", "Zebulon", "Elm", "ELM ST", "jdoe77", "1953-04-05", "Harbor", "narrated")


def test_nobody_is_named_in_any_byte(
    ccu: Ccu, hand: Hand, db_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_month(hand)
    hand.one("UPDATE person SET given_name = 'Zebulon', family_name = 'Quillfeather'")
    hand.one("UPDATE person SET birth_date = '1953-04-05' WHERE id = 1")
    hand.one("UPDATE call SET narrative = 'narrated', beat = 'Quillfeather'")
    hand.one("UPDATE staff SET login = 'jdoe77' WHERE id = 2")
    hand.close()
    path = tmp_path / "Quillfeather, Zebulon.db"
    db_path.rename(path)
    db_path.with_name("ccu.db.audit-key").rename(f"{path}.audit-key")
    monkeypatch.setenv("CCU_DB", str(path))
    printed = b""
    for format in ("table", "plain", "json", "csv", "markdown"):
        done = at(AFTER, "report", *PUBLIC, "-f", format)
        assert done.code == 0, done.err
        assert "Care calls" in done.out or "care_calls" in done.out
        assert done.out.count("<10") + done.out.count("&lt;10") >= len(COUNTS)
        printed += (done.out + done.err).encode()
    done = at(AFTER, "report", *PUBLIC, "-o", str(tmp_path / "page.html"))
    assert done.code == 0, done.err
    printed += (tmp_path / "page.html").read_bytes()
    assert b"Westport" in printed
    assert [word for word in SECRETS if word.encode() in printed] == []
    assert str(tmp_path).encode() not in printed


def test_a_public_report_is_recorded_as_one(ccu: Ccu, db_path: Path) -> None:
    assert at(AFTER, "report", *PUBLIC).code == 0
    with sqlite3.connect(db_path) as check:
        (detail,) = check.execute("SELECT detail FROM audit WHERE action = 'report'").fetchone()
    assert json.loads(detail)["public"] is True


def test_the_private_report_is_as_it_was(ccu: Ccu, hand: Hand) -> None:
    a_month(hand)
    found = report(ccu, *JANUARY)
    assert found["public"] is False and found["file"] == "ccu.db"
    assert found["sections"][0]["rows"][0]["value"] == 6
