"""`ccu report --public`: what may stand on a web site. The arithmetic: test_suppression.py."""

import json
import random
import re
import sqlite3
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ccu.report import definitions, public_cells, public_lists, sections
from ccu.report.suppression import WIDE, Sum, small

from .care import at
from .conftest import Ccu, run_ccu
from .reporting import OFFSET, Hand, report
from .test_suppression import Attacker

JANUARY = ("--month", "2026-01")
PUBLIC = (*JANUARY, "--public")
AFTER = "2026-03-15"  # all windows of January are over

Row = dict[str, Any]


@pytest.fixture
def hand(ccu: Ccu, db_path: Path) -> Hand:
    return Hand(db_path)


# --- a town drawn at random -------------------------------------------------------------------


def town(hand: Hand, seed: int, calls: int) -> None:
    """A month of calls, referrals and follow-ups, so mixed that most numbers are small ones."""
    chance = random.Random(seed)
    hand.provider()
    people = [hand.person(name) for name in ("Ann", "Bob", "Cid", "", "Dee")]
    places = [hand.place(str(number)) for number in range(4)]
    often = chance.choice((0.03, 0.1, 0.5, 0.9))
    for _ in range(calls):
        moment = f"2026-01-{chance.randint(1, 31):02}T{chance.randrange(24):02}:15:00"
        met = [each for each in people if chance.random() < 0.2]
        call = hand.call(moment, *met, care=int(chance.random() < 0.6), place=chance.choice(places))
        hand.one(
            "UPDATE call SET beat = ?, lead_agency = ?, force_used = ?, injury = ?,"
            " backup_asked = ?, minutes = ? WHERE id = ?",
            chance.choice(("1", "2", "3A", "12 Elm St", None)),
            chance.choice(("police", "police", "ems", "human_services", None)),
            *(chance.choice((0, 0, 1, None)) for _ in range(3)),
            *(chance.choice((30, 60, None)), call),
        )
        for table, codes in (
            ("call_disposition", ("arrest", "citation", "police_exam", "referred")),
            ("call_intervention", ("de_escalation", "transport")),
        ):
            for code in codes:
                if chance.random() < often:
                    hand.one(f"INSERT INTO {table} VALUES (?, ?)", call, code)
        if chance.random() < 0.7:
            hand.one(
                "INSERT INTO call_responder (call_id, agency, clinician, state)"
                " VALUES (?, ?, ?, ?)",
                *(call, chance.choice(("police", "human_services")), chance.randint(0, 1)),
                chance.choice(("associated", "dispatched", "arrived")),
            )
        if chance.random() < often:
            referral = hand.referral(
                moment,
                *(
                    [("accepted", f"2026-02-01T{chance.randrange(24):02}:00:00")]
                    * chance.randint(0, 1)
                ),
                person=chance.choice(people),
                call=call,
                handoff=chance.choice(("none", "written", "warm_by_phone")),
            )
            due = hand.follow_up("2026-02-02T10:00:00", referral_id=referral)
            for day in range(1, chance.randint(1, 3)):
                result = chance.choice(("reached", "left_message"))
                hand.attempt(due, f"2026-02-{day:02}T10:00:00", result)


# --- an attacker who knows from the definitions which numbers are sums of others ---------------


def cells(found: dict[str, Any]) -> dict[str, int | None]:
    """Every number of a publication by name; None where it is withheld."""
    told: dict[str, int | None] = {}
    for section in found["sections"]:
        for row in section["rows"]:
            if "figure" in row and row["unit"] in ("count", "share", "number"):
                name = f"{row['figure']}/{row['group']}"
                told[name] = row["numerator"]
                told[f"{name} of"] = row["denominator"]
                told[f"{name} missing"] = row["missing"]
            elif "figure" not in row and section["name"] != "withheld":
                label = " ".join(str(row[each]) for each in section["columns"][:2])
                first = str(row[section["columns"][0]])
                for column in section["columns"][1:]:
                    about = label if section["name"] == "hours" else first
                    value = row[column]
                    if column not in ("hour", "share"):
                        name = f"{section['name']}/{about}/{column}"
                        told[name] = None if value == "withheld" else value
    return told


PARTITIONS = (
    ("care_calls/", "hours/.*/care_calls"),
    ("care_calls/", "areas/.*/care_calls"),
    ("disposition_mix/Arrest", "areas/.*/arrests"),
    ("disposition_mix/Citation", "areas/.*/citations"),
    ("lead_agency/Police of", "lead_agency/[^/]*(?<! of)(?<! missing)"),
    ("referrals_made/", "referral_outcome/[^/]*(?<! of)(?<! missing)"),
    ("referrals_made/", "referrals_by_need/[^/]*(?<! of)(?<! missing)"),
    ("follow_through/all", "follow_through/(?!all)[^/]*(?<! of)(?<! missing)"),
    ("follow_through/all of", "follow_through/(?!all)[^/]* of"),
    ("interventions/", "intervention_mix/[^/]*(?<! of)(?<! missing)"),
    ("connections/", "(interventions|referrals_accepted)/"),
    ("repeat_addresses/", "repeat-addresses/.*/addresses"),
    ("repeat_people/", "repeat-people/.*/people"),
)


def left_over(told: dict[str, int | None]) -> None:
    """No sum of the withheld parts is small, none leaves a withheld part less than WIDE values."""
    for whole_, pattern in PARTITIONS:
        total = told.get(whole_)
        parts = {name: each for name, each in told.items() if re.fullmatch(pattern, name)}
        hidden = [name for name, each in parts.items() if each is None]
        if total is None or not parts:
            continue
        rest = total - sum(each or 0 for each in parts.values())
        if hidden:
            assert rest - len(hidden) + 1 >= WIDE, (whole_, pattern, rest, len(hidden))
        else:
            assert rest == 0, (whole_, pattern)


SUBSETS = """
calls/ > care_calls/
associated_of_calls/ > dispatched_of_calls/ > arrived_of_calls/ > arrived_alone_of_calls/
calls/ > associated_of_calls/
associated_of_care_calls/ > dispatched_of_care_calls/ > arrived_of_care_calls/
arrived_of_care_calls/ > arrived_alone_of_care_calls/
care_calls/ > associated_of_care_calls/
associated_of_calls/ > associated_of_care_calls/
dispatched_of_calls/ > dispatched_of_care_calls/
arrived_of_calls/ > arrived_of_care_calls/
arrived_alone_of_calls/ > arrived_alone_of_care_calls/
care_calls/ > civilian_eligible/ of > civilian_eligible/ > civilian_covered/
calls/ > disposition_mix/Arrest of > disposition_mix/Arrest > arrest/
disposition_mix/Arrest of > arrest/ of > arrest/
care_calls/ > arrest/ of > citation/
care_calls/ > force/ of > force/
care_calls/ > injury/ of > injury/
disposition_mix/Citation > citation/
calls/ > intervention_mix/De-escalation of > intervention_mix/De-escalation
people_served/ > new_people/
people_served/ > people_compared/engaged
referrals_made/ > referral_acceptance/
referrals_made/ > follow_through/all of > follow_through/all
first_attempt_within_7d/ of > first_attempt_within_7d/ > first_attempt_within_72h/
first_attempt_within_72h/ > first_attempt_within_24h/ > greensboro_24h_and_7d/
first_attempt_within_7d/ > first_reached_within_7d/ > first_reached_within_24h/
attempts_made/ > contact_rate/
repeat_contact_30/ of > repeat_contact_30/
"""


def subtracted(told: dict[str, int | None]) -> None:
    """Nothing that is left of one printed number without another is small, down a whole line."""
    for line in filter(None, SUBSETS.splitlines()):
        values = [value for name in line.split(" > ") if (value := told.get(name)) is not None]
        for place, outer in enumerate(values):
            for inner in values[place + 1 :]:
                assert not small(outer - inner), line


def guessed(told: dict[str, int | None], true: dict[str, int | None]) -> None:
    """The calls by who came, care calls and others: every world that agrees is tried."""
    levels = ("associated", "dispatched", "arrived", "arrived_alone")
    names = {"all 0": "calls/", "care 0": "care_calls/"}
    for place, level in enumerate(levels, 1):
        names |= {f"all {place}": f"{level}_of_calls/", f"care {place}": f"{level}_of_care_calls/"}
    sums: list[Sum] = [(f"all {place}", (f"care {place}", f"other {place}")) for place in range(5)]
    for kind in ("all", "care", "other"):
        sums += [(f"{kind} {n}", (f"{kind} {n + 1}", f"{kind} left {n}")) for n in range(4)]
    known = {short: each for short, name in names.items() if (each := told[name]) is not None}
    hidden = dict.fromkeys(names.keys() - known.keys(), 1)
    attacker = Attacker(sums, known, hidden)
    for short in hidden:
        value = true[names[short]]
        assert value is not None and attacker.values(short, value) >= WIDE, short


@settings(
    deadline=None,
    max_examples=12,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 10**6), calls=st.sampled_from((3, 14, 30, 60, 120)))
def test_what_is_withheld_can_not_be_worked_out(
    seed: int, calls: int, tmp_path: Path, empty: Ccu
) -> None:
    path = tmp_path / f"{seed}-{calls}.db"
    path.unlink(missing_ok=True)
    made = run_ccu(
        "--db",
        str(path),
        "init",
        "--town",
        "Westport",
        "--state",
        "CT",
        "--timezone",
        "America/New_York",
    )
    assert made.code == 0, made.err
    hand = Hand(path)
    town(hand, seed, calls)
    hand.close()
    found, true = (
        json.loads(at(AFTER, "--db", str(path), "report", *JANUARY, *more, "-f", "json").out)
        for more in (["--public"], [])
    )
    told = cells(found)
    assert not [name for name, value in told.items() if value is not None and small(value)]
    left_over(told)
    subtracted(told)
    guessed(told, cells(true))
    values_need_their_parts(found)


def values_need_their_parts(found: dict[str, Any]) -> None:
    for section in found["sections"]:
        for row in section["rows"]:
            if row.get("unit") == "share" and row["value"] is not None:
                assert None not in (row["numerator"], row["denominator"]), row
            if "figure" in row:
                assert (row["value"] is None) or row["note"] != "withheld"
                assert (row["previous"], row["year_before"], row["few"]) == (None, None, False)


def test_enough_is_printed_to_be_worth_publishing(ccu: Ccu, hand: Hand, db_path: Path) -> None:
    town(hand, 3, 400)
    found = json.loads(at(AFTER, "report", *PUBLIC, "-f", "json").out)
    (every,) = [row for row in found["sections"][-1]["rows"] if row["section"] == "all"]
    assert every["withheld"] < every["numbers"] / 2
    summary = {row["figure"]: row for row in found["sections"][0]["rows"] if not row["group"]}
    assert summary["calls"]["value"] == 400 and summary["care_calls"]["value"]


def test_what_is_left_counts_as_well(ccu: Ccu, hand: Hand) -> None:
    """95 care calls of 100: the other five are told by either number."""
    hand.calls(("2026-01-02T10:00:00",) * 95)
    hand.calls(("2026-01-02T10:00:00",) * 5, care=0)
    found = json.loads(at(AFTER, "report", *PUBLIC, "--section", "summary", "-f", "json").out)
    rows = {row["figure"]: row for row in found["sections"][0]["rows"] if not row["group"]}
    assert rows["calls"]["value"] == 100
    assert (rows["care_calls"]["value"], rows["care_calls"]["note"]) == (None, "withheld")
    share = rows["share_of_all_calls"]
    assert (share["value"], share["numerator"], share["denominator"]) == (None, None, 100)
    shown = at(AFTER, "report", *PUBLIC, "--section", "summary").out
    assert re.search(r"^  Care calls +withheld", shown, re.MULTILINE)


def test_a_month_is_withheld_alike_in_every_report_that_has_it(ccu: Ccu, hand: Hand) -> None:
    """Else one report would print what is missing in the other."""
    hand.calls(("2026-01-02T10:00:00",) * 95)
    hand.calls(("2026-01-02T10:00:00",) * 5, care=0)
    hand.calls(("2026-02-02T10:00:00",) * 60)
    hand.calls(("2026-02-02T10:00:00",) * 40, care=0)
    told = []
    for month in ("2026-01", "2026-02"):
        done = at(AFTER, "report", "--public", "--month", month, "-f", "json")
        rows = json.loads(done.out)["sections"][0]["rows"]
        of_january = [row for row in rows if row["group"] == "2026-01"]
        told.append([(row["figure"], row["value"]) for row in of_january])
    assert told[0] == told[1] == [("calls_by_month", 100), ("care_calls_by_month", None)]


def test_a_month_can_not_be_worked_out_from_its_quarter(ccu: Ccu, hand: Hand) -> None:
    for month, count in (("01", 50), ("02", 4), ("03", 60)):
        hand.calls((f"2026-{month}-02T10:00:00",) * count)
        hand.calls((f"2026-{month}-02T10:00:00",) * 100, care=0)
    done = at("2026-05-01", "report", "--public", "--quarter", "2026-Q1", "-f", "json")
    rows = json.loads(done.out)["sections"][0]["rows"]
    care: dict[str, Any] = {
        row["group"]: row["value"] for row in rows if row["figure"].startswith("care_calls")
    }
    assert care[""] == 114 and care["2026-02"] is None
    assert [care["2026-01"], care["2026-03"]].count(None) == 1


# --- what can not be asked for ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ("--from 2026-01-02 --to 2026-01-09", "--public is for a whole month, quarter or year"),
        ("--month 2026-01 --k 2", "--k can not go with --public"),
        ("--month 2026-01 --window 30", "--window can not go with --public"),
        ("--month 2026-01 --all-calls", "--all-calls can not go with --public"),
        ("--month 2026-03", "March 2026 is not over; --public waits until it is"),
        ("--year 2026", "2026 is not over; --public waits until it is"),
    ],
)
def test_what_would_cut_the_same_records_otherwise_is_refused(
    ccu: Ccu, args: str, sentence: str
) -> None:
    done = at(AFTER, "report", "--public", *args.split())
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"ccu: error: {sentence}") and done.err.count("\n") == 1


def test_sections_shown_alone_are_those_of_the_whole(ccu: Ccu, hand: Hand) -> None:
    town(hand, 5, 60)
    every = json.loads(at(AFTER, "report", *PUBLIC, "-f", "json").out)["sections"]
    for section in every[:-1]:
        line = ("report", *PUBLIC, "--section", section["name"], "-f", "json")
        (alone,) = json.loads(at(AFTER, *line).out)["sections"]
        assert (alone["columns"], alone["rows"]) == (section["columns"], section["rows"])
    alexandria = ("report", *PUBLIC, "--section", "alexandria", "-f", "json")
    (found,) = json.loads(at(AFTER, *alexandria).out)["sections"]
    (effort,) = [each["rows"] for each in every if each["name"] == "effort"]
    assert found["rows"] == effort


def test_other_periods_that_are_asked_for_change_nothing(ccu: Ccu, hand: Hand) -> None:
    town(hand, 7, 60)
    compare = [
        at(AFTER, "report", *PUBLIC, "--compare", how, "-f", "json").out for how in ("none", "both")
    ]
    assert compare[0] == compare[1]


# --- nobody and nothing is named ----------------------------------------------------------------

SECRETS = ("Quillfeather", "Zebulon", "Elm", "ELM ST", "jdoe77", "1953-04-05", "Harbor", "narrated")


def test_nobody_is_named_in_any_byte(
    ccu: Ccu, hand: Hand, db_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town(hand, 9, 120)
    hand.one("UPDATE person SET given_name = 'Zebulon', family_name = 'Quillfeather'")
    hand.one("UPDATE person SET birth_date = '1953-04-05' WHERE id = 1")
    hand.one("UPDATE call SET narrative = 'narrated', beat = 'Quillfeather' WHERE id % 3 = 0")
    hand.one("UPDATE call SET beat = '12 Elm St' WHERE id % 3 = 1")
    hand.one("UPDATE staff SET login = 'jdoe77' WHERE id = 2")
    hand.close()
    path = tmp_path / "Quillfeather, Zebulon.db"
    db_path.rename(path)
    db_path.with_name("ccu.db.audit-key").rename(f"{path}.audit-key")
    monkeypatch.setenv("CCU_DB", str(path))
    printed = b""
    for format in ("table", "plain", "json", "markdown"):
        done = at(AFTER, "report", *PUBLIC, "-f", format)
        assert done.code == 0, done.err
        printed += (done.out + done.err).encode()
    folder, page = tmp_path / "figures", tmp_path / "page.html"
    for _ in range(2):  # the second time over the first
        assert at(AFTER, "report", *PUBLIC, "-f", "csv", "-o", str(folder)).code == 0
    printed += b"".join(each.read_bytes() for each in folder.iterdir())
    if find_spec("jinja2") and find_spec("pygal"):
        done = at(AFTER, "report", *PUBLIC, "-o", str(page))
        assert done.code == 0, done.err
        printed += page.read_bytes()
    assert b"withheld" in printed and b"Westport" in printed
    assert [word for word in SECRETS if word.encode() in printed] == []
    assert str(tmp_path).encode() not in printed


@pytest.mark.parametrize("beat", ["1", "3A", "District 2", "post-5", "NE", "north", "B12"])
def test_a_beat_s_code_is_printed(beat: str) -> None:
    assert public_lists._BEAT.fullmatch(beat)


@pytest.mark.parametrize("beat", ["Smith", "12 Elm St", "Elm 12", "1953-04-05", "2035550142", ""])
def test_what_may_be_a_name_or_an_address_is_no_beat(beat: str) -> None:
    assert not public_lists._BEAT.fullmatch(beat)


def test_the_same_rows_in_every_format(ccu: Ccu, hand: Hand) -> None:
    town(hand, 11, 60)
    found = json.loads(at(AFTER, "report", *PUBLIC, "--section", "areas", "-f", "json").out)
    rows = found["sections"][0]["rows"]
    assert "withheld" in chain.from_iterable(row.values() for row in rows)
    printed = at(AFTER, "report", *PUBLIC, "--section", "areas", "-f", "csv").out
    lines = [",".join(f'"{cell}"' for cell in row.values()) for row in rows]
    assert printed.splitlines()[1:] == lines


def test_a_public_report_is_recorded_as_one(ccu: Ccu, db_path: Path) -> None:
    assert at(AFTER, "report", *PUBLIC).code == 0
    with sqlite3.connect(db_path) as check:
        (detail,) = check.execute("SELECT detail FROM audit WHERE action = 'report'").fetchone()
    assert json.loads(detail)["public"] is True


# --- nothing is published that nobody thought about ---------------------------------------------


def test_every_figure_is_in_the_tables_or_left_out_on_purpose() -> None:
    left_out = {
        *("top5_people_share", "top5_address_share"),  # 5% of fewer than 200 are a few people
        *("follow_up_hours", "consult_hours", "hand_off_hours"),  # told together, by their cost
        *("referral_open", "end_not_recorded", "exempt_addresses", "unknown_repeat_people"),
    }
    known = {*public_cells.FIGURES, *public_cells.MIDDLES, *public_cells.EFFORT}
    lists = {plan.name for plan in sections.PLANS if plan.kind == "list"}
    assert set(definitions.every()) - lists == known | left_out


def test_the_private_report_is_as_it_was(ccu: Ccu, hand: Hand) -> None:
    town(hand, 13, 30)
    found = report(ccu, *JANUARY)
    assert found["public"] is False and found["file"] == "ccu.db"
    assert OFFSET in found["as_of"]
