"""A setting is declared once: nonsense is refused, or every command goes on working.

What an older ccu accepted, and what a file lacks or has too much of, is told by `ccu check` and
stops nothing.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ccu.database import schema
from ccu.records import text_table
from ccu.records.settings import DECLARED, Setting

from .. import steps
from ..conftest import Ccu, examples

NASTY = (
    *("", " ", "banana", "0", "-1", "1", "3.5", "1e3", "0x10", "1_000", "+5", "007", "99999"),
    *("100000", "100001", "9" * 40, "nan", "inf", "３", "٣", "²", "½", "1,2", ",", ",,", "24,24"),
    *("null", "None", "yes", "NO", "America/new_york", "../../etc/passwd", "localtime", "UTC"),
    *("'; DROP TABLE setting; --", "%s", "{0}", "\x00", "\x1b[31m", "a\nb", "\udcff", "\u202e"),
    *("x" * 101, "😀", "mon-fri 08:30-16:30", "mon 1٣:00-1٤:00", "fri-mon 00:00-00:01"),
    *("2026-02-30", "9999-12-31", "worker,care_notes", "part2", "root", "no-such-account-here"),
    *("worker,plan,worker", "crisis,no_such_nature", "12.345", "99999.99", "CT", "ß", "Ǆ"),
)
# What a care team, an officer and a supervisor do in a day: each command that reads a setting.
WORK = (
    ("history", "--call", "1"),
    ("refer", "1", "--to", "1", "--need", "housing"),
    ("follow-up", "add", "--person", "1", "--kind", "call", "--due", "in 3 days"),
    ("follow-up", "list"),
    ("follow-up", "overdue"),
    ("referral", "list", "--stalled"),
    ("provider", "show", "1"),
    ("provider", "list"),
    ("frequent", "people"),
    ("frequent", "places"),
    ("brief",),
    ("worker", "list"),
    ("report", "--month", "2026-01"),
    ("settings",),
    ("check",),
)
QUICK = WORK[:2]


@pytest.fixture
def town(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    monkeypatch.setenv("CCU_TODAY", "2026-01-31T14:00")
    steps.start(ccu)
    return ccu


@pytest.fixture
def hand(ccu: Ccu, db_path: Path) -> Iterator[sqlite3.Connection]:
    """One connection for a test: to read the tables' definitions takes longer than the settings."""
    with closing(sqlite3.connect(db_path)) as hand:
        yield hand


def stored(hand: sqlite3.Connection) -> dict[str, str]:
    return dict(hand.execute("SELECT name, value FROM setting"))


def works(ccu: Ccu, because: str, lines: Sequence[Sequence[str]] = WORK) -> None:
    for words in lines:
        done = ccu(*words)
        assert done.code == 0, (because, words, done.err)


def feed(ccu: Ccu, hand: sqlite3.Connection, name: str, value: str) -> bool:
    """Set it; whether it was accepted. What is refused is exit 2, one line, and changes nothing."""
    before = stored(hand)
    done = ccu("settings", "--", name, value)
    if done.code == 0:
        return stored(hand) != before
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), (name, value, done.err)
    assert stored(hand) == before, (name, value)
    return False


def test_every_key_of_a_setting_is_a_field_of_it() -> None:
    known = {*Setting._fields}
    for name, lines in text_table("settings.txt").items():
        keys = [key for key, _ in lines]
        assert {*keys} <= known and len({*keys}) == len(keys), name


@pytest.mark.parametrize("name", DECLARED)
def test_nonsense_is_refused_or_everything_goes_on_working(
    name: str, town: Ccu, hand: sqlite3.Connection
) -> None:
    """A fifth of the values for each setting, so that each value is met by a fifth of them."""
    fed(town, hand, name, NASTY[[*DECLARED].index(name) % 5 :: 5])


@pytest.mark.slow
@pytest.mark.parametrize("name", DECLARED)
def test_all_nonsense_is_refused_or_everything_goes_on_working(
    name: str, town: Ccu, hand: sqlite3.Connection
) -> None:
    fed(town, hand, name, NASTY)


def fed(town: Ccu, hand: sqlite3.Connection, name: str, values: Sequence[str]) -> None:
    accepted = [value for value in values if feed(town, hand, name, value)]
    for number, value in enumerate(accepted):
        feed(town, hand, name, value)
        works(town, f"{name} {value!r}", WORK if number % 8 == 0 else QUICK)


@settings(
    max_examples=examples(10, 120),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(name=st.sampled_from(list(DECLARED)), value=st.text(max_size=12))
@example(name="verified_days", value="banana")
@example(name="plan_review_months", value="100000")
def test_any_text_is_refused_or_read(
    name: str, value: str, town: Ccu, hand: sqlite3.Connection
) -> None:
    feed(town, hand, name, value)
    assert town("refer", "1", "--to", "1", "--need", "housing").code == 0
    assert town("check", "--quiet").code == 0


def test_a_setting_is_declared_as_a_new_file_has_it() -> None:
    with sqlite3.connect(":memory:") as new:
        new.executescript(schema.sql())
        made = new.execute("SELECT name, value, help FROM setting ORDER BY sort").fetchall()
    assert made == [(name, each.default, each.help) for name, each in DECLARED.items()]


@pytest.mark.parametrize("name", DECLARED)
def test_a_bad_value_of_before_is_not_used_and_check_names_it(
    name: str, town: Ccu, db_path: Path
) -> None:
    with sqlite3.connect(db_path) as hand:
        hand.execute("UPDATE setting SET value = 'ba\x01nana' WHERE name = ?", (name,))
    checked = town("check", "-f", "json")
    assert checked.code == 6
    bad = [row for row in json.loads(checked.out) if row["result"] == "bad"]
    assert [(row["check"], row["detail"]) for row in bad] == [
        ("settings with unusable values", f"setting {name}")
    ]
    refer = town("refer", "1", "--to", "1", "--need", "housing")
    if name == "timezone":  # no zone is right for another town's times
        assert (refer.code, refer.err.count("\n")) == (4, 1)
        assert "ccu settings timezone America/New_York" in refer.err
    else:
        assert refer.code == 0, refer.err
    default = {"timezone": "America/New_York", "town": "Westport", "state": "CT"}
    value = default.get(name, DECLARED[name].default)
    assert town("settings", "--", name, value).code == 0
    works(town, f"{name} set right", WORK if [*DECLARED].index(name) % 8 == 0 else QUICK)


def test_what_police_see_is_nothing_where_it_cannot_be_read(town: Ccu, db_path: Path) -> None:
    with sqlite3.connect(db_path) as hand:
        hand.execute("UPDATE setting SET value = 'worker;plan' WHERE name = 'police_sees'")
    rows = json.loads(town("settings", "police_sees", "-f", "json").out)
    assert rows[0]["value"] == "worker;plan (cannot be used; empty is)"


def test_a_setting_that_the_file_lacks_is_its_default_and_can_be_set(
    town: Ccu, db_path: Path
) -> None:
    with sqlite3.connect(db_path) as hand:
        hand.execute("INSERT INTO setting VALUES ('of_tomorrow', '1', 'x', 99)")
    assert town("settings", "of_tomorrow", "2").code == 3
    assert "setting of_tomorrow" in town("check").out
    with sqlite3.connect(db_path) as hand:
        hand.execute("DELETE FROM setting WHERE name NOT IN ('town', 'state', 'timezone')")
    assert "row verified_days of setting is missing" in town("check").out
    shown = json.loads(town("settings", "-f", "json").out)
    assert [row["name"] for row in shown] == list(DECLARED)
    assert {row["name"]: row["value"] for row in shown}["verified_days"] == "180"
    works(town, "a file without most settings", [each for each in WORK if each[0] != "check"])
    assert town("settings", "verified_days", "30").out == "verified_days is now 30\n"
    assert "30" in town("settings", "verified_days").out


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("decide_since", "1/20/2026", "2026-01-20"),
        ("decide_since", "1/20", "2026-01-20"),
        ("decide_since", "5/6/2025", "2025-05-06"),
        ("decide_since", "2026-01-20", "2026-01-20"),
        ("decide_since", "", ""),
        ("holidays", "7/3/2026, 12/25/2026", "2026-07-03,2026-12-25"),
        ("holidays", "12/25, Jul 3", "2026-07-03,2026-12-25"),
        ("holidays", "2026-12-25 2026-07-03", "2026-07-03,2026-12-25"),
    ],
)
def test_days_are_written_as_americans_write_them(
    name: str, typed: str, kept: str, ccu: Ccu, hand: sqlite3.Connection
) -> None:
    done = ccu("settings", name, typed)
    assert done.code == 0, done.err
    assert stored(hand)[name] == kept
    assert ("is May 6, 2025" in done.err) is (typed == "5/6/2025")


def test_a_day_that_cannot_be_read_is_refused(ccu: Ccu, hand: sqlite3.Connection) -> None:
    before = stored(hand)
    for name in ("decide_since", "holidays"):
        assert ccu("settings", name, "13/13/2026").code == 2
    assert stored(hand) == before


def test_a_setting_reads_in_words_on_a_screen(ccu: Ccu) -> None:
    assert ccu("settings", "holidays", "12/25/2026").out == "holidays is now 12/25/2026\n"
    changed = ccu("settings", "urgent_natures", "suicide,welfare_check").out
    assert changed == "urgent_natures is now Suicide attempt or threat, Welfare check\n"
    screen = " ".join(ccu("settings", "urgent_natures", "-f", "plain").out.split())
    assert "Suicide attempt or threat, Welfare check" in screen and "welfare_check" not in screen
    (row,) = json.loads(ccu("settings", "urgent_natures", "-f", "json").out)
    assert row["value"] == "suicide,welfare_check"
