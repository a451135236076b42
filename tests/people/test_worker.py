"""`ccu worker`: one at a time, with the earlier ones kept, and what the card shows of them.

And what an officer is told of what became of a call.
"""

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from .. import steps, typed
from ..conftest import Ccu, Result, run_ccu
from ..steps import at

NOW = "2026-01-31T14:00"


@pytest.fixture
def ccu(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    monkeypatch.setenv("CCU_TODAY", NOW)
    steps.start(ccu)
    agency = ("--agency", "human_services", "--name", "Dana Lee", "--phone", "203-555-0142")
    assert ccu("staff", "edit", "dlee", *agency).code == 0
    return ccu


def assign(ccu: Ccu, login: str, *more: str) -> Result:
    return ccu("worker", "assign", "--person", "1", "--staff", login, *more)


def turns(ccu: Ccu, *more: str) -> list[tuple[str, str, str | None]]:
    rows = json.loads(ccu("worker", "list", "-f", "json", *more).out)
    return [(row["staff"], row["since"], row["until"]) for row in rows]


def card(ccu: Ccu, *asked: str, moment: str = NOW) -> dict[str, Any]:
    done = at(moment, "history", *(asked or ("--call", "1")), "-f", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def household(db_path: Path, *people: int) -> None:
    """Household 1, by hand: no command of today makes one."""
    with sqlite3.connect(db_path) as hand:
        hand.execute(
            "INSERT INTO household (id, recorded_at, recorded_by)"
            " VALUES (1, '2026-01-01T00:00:00-05:00', 1)"
        )
        for person in people:
            hand.execute("INSERT INTO household_member VALUES (1, ?, NULL, NULL)", (person,))


# ---------------------------------------------------------------- turns


def test_at_a_terminal_nobody_is_replaced_unasked(ccu: Ccu, db_path: Path) -> None:
    """Enter is no answer, and n leaves the worker; nobody is asked where nobody is replaced."""
    line = ("worker", "assign", "--person", "1", "--staff")
    asked = "Now: Dana Lee since Jan 31, 2026. Replace? y or n: "
    shown = typed.answer(db_path, (*line, "dlee"), ("dlee works with", None))
    assert "Replace" not in shown
    again = "dlee already works with person 1"
    assert again in typed.answer(db_path, (*line, "dlee"), (again, None), code=2)
    typed.answer(db_path, (*line, "boss"), (asked, ""), ("type y or n", "n"), code=130)
    assert turns(ccu) == [("dlee", "2026-01-31", None)]
    shown = typed.answer(db_path, (*line, "boss"), (asked, "y"))
    assert "boss works with person 1 from Jan 31, 2026." in shown
    assert "Replaced" not in shown


def dump(db_path: Path) -> list[str]:
    """Every row but those of the audit, and the counters of numbers that are not given again."""
    with sqlite3.connect(db_path) as file:
        lines = [line for line in file.iterdump() if line.startswith("INSERT INTO")]
    return [line for line in lines if not re.match(NOT_COMPARED, line)]


NOT_COMPARED = r"INSERT INTO \"(audit\w*|sqlite_sequence|table_digest)\""


@pytest.mark.parametrize(
    ("before", "line", "told"),
    [
        ((), "assign --person 1 --staff boss", "No worker is assigned to person 1."),
        (("dlee",), "assign --person 1 --staff boss", "dlee works with person 1 again."),
        (("dlee", "boss"), "assign --person 1 --staff dlee", "boss works with person 1 again."),
        (("dlee",), "end --person 1", "dlee works with person 1 again."),
    ],
)
def test_undo_restores_the_worker_before(
    before: tuple[str, ...], line: str, told: str, ccu: Ccu, db_path: Path
) -> None:
    for day, login in enumerate(before, 12):
        assert assign(ccu, login, "--since", f"2026-01-{day}").code == 0
    was = dump(db_path)
    assert ccu("worker", *line.split()).code == 0
    assert dump(db_path) != was
    done = ccu("undo", "--yes")
    assert (done.code, done.out) == (0, f"{told}\n"), done.err
    assert dump(db_path) == was
    assert ccu("check").code == 0
    assert ccu("audit", "verify").code == 0


def test_undo_gives_a_merge_back_the_worker_that_it_ended(ccu: Ccu, db_path: Path) -> None:
    assert ccu("person", "add", "--file", "-", stdin="given: Ana\nfamily: Reyes").code == 0
    assert assign(ccu, "dlee").code == 0
    assert ccu("worker", "assign", "--person", "2", "--staff", "boss").code == 0
    assert ccu("person", "merge", "1", "2", "--take", "worker").code == 0
    was = dump(db_path)
    assert assign(ccu, "dlee").code == 0
    assert ccu("undo", "--yes").out == "boss works with person 1 again.\n"
    assert dump(db_path) == was
    assert ccu("person", "unmerge", "2").code == 0
    assert {row[0] for row in turns(ccu)} == {"dlee", "boss"}


def test_undo_brings_no_retired_worker_back(ccu: Ccu) -> None:
    assert ccu("staff", "add", "mjones", "--role", "clinician").code == 0
    assert assign(ccu, "mjones").code == 0
    assert assign(ccu, "dlee").code == 0
    assert ccu("staff", "retire", "mjones").code == 0
    shown = run_ccu("undo", stdin="y\ny\n", tty=True)
    assert (shown.code, shown.out) == (2, "")
    assert "the account mjones was retired since" in shown.err
    assert turns(ccu) == [("dlee", "2026-01-31", None)]


def test_a_turn_ends_when_the_next_begins(ccu: Ccu) -> None:
    assert assign(ccu, "dlee", "--since", "2026-01-12") == (
        0,
        "dlee works with person 1 from Jan 12, 2026.\n",
        "",
    )
    assert assign(ccu, "boss") == (
        0,
        "boss works with person 1 from Jan 31, 2026.\n",
        "Replaced: Dana Lee since Jan 12, 2026.\n",
    )
    assert turns(ccu) == [("boss", "2026-01-31", None)]
    assert turns(ccu, "--all") == [
        ("boss", "2026-01-31", None),
        ("dlee", "2026-01-12", "2026-01-31"),
    ]
    assert ccu("worker", "end", "--person", "1").out == (
        "boss worked with person 1 until Jan 31, 2026.\n"
    )
    assert turns(ccu) == []
    assert len(turns(ccu, "--all", "--person", "1")) == 2
    assert turns(ccu, "--all", "--staff", "boss") == [("boss", "2026-01-31", "2026-01-31")]


def test_a_retired_workers_turn_is_kept_and_another_begins(ccu: Ccu) -> None:
    assert assign(ccu, "dlee", "--since", "2026-01-12").code == 0
    assert ccu("staff", "retire", "dlee", "--to", "boss").code == 0
    assert turns(ccu, "--all") == [
        ("boss", "2026-01-31", None),
        ("dlee", "2026-01-12", "2026-01-31"),
    ]


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["assign", "--staff", "dlee"], 2, "give either --person or --household"),
        (["assign", "--person", "1", "--household", "1", "--staff", "dlee"], 2, "give either"),
        (["assign", "--person", "1"], 2, "--staff is missing"),
        (["assign", "--person", "9", "--staff", "dlee"], 3, "no person 9"),
        (["assign", "--household", "9", "--staff", "dlee"], 3, "no household 9"),
        (["assign", "--person", "1", "--staff", "x"], 3, "--staff: no such account"),
        (
            ["assign", "--person", "1", "--staff", "boss"],
            2,
            "boss already works with person 1, since Jan 12, 2026",
        ),
        (
            ["assign", "--person", "1", "--staff", "dlee", "--since", "tomorrow"],
            2,
            '--since "tomorrow" is in the future',
        ),
        (
            ["assign", "--person", "1", "--staff", "dlee", "--since", "2026-01-01"],
            2,
            "--since is before boss began, on Jan 12, 2026",
        ),
        (["end", "--person", "1", "--on", "2026-01-01"], 2, "--on is before boss began"),
        (["end", "--person", "2"], 3, "no worker is assigned to person 2"),
        (["list", "--person", "9"], 3, "no person 9"),
    ],
)
def test_bad_input_is_one_sentence(args: list[str], code: int, says: str, ccu: Ccu) -> None:
    steps.call(ccu, "unknown")
    assert assign(ccu, "boss", "--since", "2026-01-12").code == 0
    before = turns(ccu, "--all")
    done = ccu("worker", *args)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert done.err.startswith(f"ccu: error: {says}")
    assert turns(ccu, "--all") == before


# ---------------------------------------------------------------- the card


def test_the_card_states_who_how_to_reach_them_and_no_more(ccu: Ccu, db_path: Path) -> None:
    steps.name(db_path, 1, "Rowan", "Sample")
    assert card(ccu)["workers"] == []
    assert assign(ccu, "dlee", "--since", "2026-01-12").code == 0
    steps.refer(ccu)
    assert ccu("referral", "update", "1", "--status", "accepted").code == 0
    assert card(ccu)["workers"][0]["connected_to"] == []  # accepted, and not yet engaged
    assert ccu("referral", "update", "1", "--status", "in_progress").code == 0
    assert card(ccu)["workers"] == [
        {
            "agency": "Human Services",
            "name": "Dana Lee",
            "phone": "203-555-0142",
            "since": "2026-01-12",
            "connected_to": ["Homes with Hope"],
            "next_contact": "2026-01-31",
            "overdue": False,
        }
    ]
    page = ccu("history", "--call", "1").out
    assert (
        "Working here  Human Services client. Call Dana Lee, 203-555-0142,"
        " since Jan 12, 2026; connected to: Homes with Hope; next contact Jan 31, 2026\n"
        "Open items    referral 1, in progress: next Jan 31, 2026 22:30, "
    ) in page
    assert "R. Sample, subject of 1 call\n" in page
    for kept in ("Rowan", "Housing", "housing", "person 1"):
        assert kept not in page
    late = at("2026-02-02T06:00", "history", "--call", "1").out
    assert "; next contact was due Jan 31, 2026\n" in late


def test_people_here_are_those_of_a_year_by_every_record_and_household(
    ccu: Ccu, db_path: Path
) -> None:
    assert assign(ccu, "dlee").code == 0
    assert len(card(ccu, moment="2027-01-29T14:00")["workers"]) == 1
    assert card(ccu, moment="2027-01-30T14:00")["workers"] == []  # met 365 days ago
    steps.call(ccu, "unknown")
    steps.merge(db_path, 1, 2)
    assert len(card(ccu)["workers"]) == 1  # assigned before the merge
    there = ("log-call", "--when", "10:00", "--address", "9 Elm St", "--nature", "crisis")
    assert ccu(*there, "--person", "unknown").code == 0
    assert card(ccu, "-a", "9 Elm St")["workers"] == []
    household(db_path, 2, 3)
    assert len(card(ccu, "-a", "9 Elm St")["workers"]) == 1  # of the other of the household
    assert ccu("worker", "assign", "--household", "1", "--staff", "boss").code == 0
    assert [each["name"] for each in card(ccu, "-a", "9 Elm St")["workers"]] == ["Dana Lee", "boss"]


def test_what_is_done_for_somebody_elsewhere_is_not_on_this_card(ccu: Ccu) -> None:
    assert assign(ccu, "dlee").code == 0
    before = card(ccu)
    there = ("log-call", "--when", "10:00", "--address", "9 Elm St", "--nature", "crisis")
    assert ccu(*there, "--person", "unknown").code == 0
    steps.refer(ccu, call=2)
    for status in ("accepted", "in_progress"):
        update(ccu, 1, status)
    for part in ("workers", "open"):
        assert card(ccu)[part] == before[part]


def test_who_left_a_household_or_is_of_another_brings_nobody_here(ccu: Ccu, db_path: Path) -> None:
    assert assign(ccu, "dlee").code == 0
    there = ("log-call", "--when", "10:00", "--address", "9 Elm St", "--nature", "crisis")
    assert ccu(*there, "--person", "unknown").code == 0
    household(db_path, 1, 2)
    assert len(card(ccu, "-a", "9 Elm St")["workers"]) == 1
    assert card(ccu, "-a", "9 Elm St", moment="2026-01-31T09:59")["workers"] == []  # not met yet
    for person, until in ((2, "2026-01-31"), (1, "2026-01-31")):
        with sqlite3.connect(db_path) as hand:
            hand.execute("UPDATE household_member SET until = NULL")
            left = "UPDATE household_member SET until = ? WHERE person_id = ?"
            hand.execute(left, (until, person))
        assert card(ccu, "-a", "9 Elm St")["workers"] == []
    with sqlite3.connect(db_path) as hand:
        hand.execute("UPDATE household_member SET until = NULL")
        hand.execute(
            "INSERT INTO household (id, recorded_at, recorded_by)"
            " VALUES (2, '2026-01-01T00:00:00-05:00', 1)"
        )
        hand.execute("UPDATE household_member SET household_id = 2 WHERE person_id = 1")
    assert card(ccu, "-a", "9 Elm St")["workers"] == []


def test_a_void_call_brings_nobody_here(ccu: Ccu) -> None:
    assert assign(ccu, "dlee").code == 0
    there = ("log-call", "--when", "10:00", "--address", "9 Elm St", "--nature", "crisis")
    assert ccu(*there, "--person", "1").code == 0
    assert len(card(ccu, "-a", "9 Elm St")["workers"]) == 1
    assert ccu("call", "void", "2", "--reason", "wrong house").code == 0
    assert card(ccu, "-a", "9 Elm St")["workers"] == []


def test_open_items_are_those_of_the_calls_and_the_people(ccu: Ccu) -> None:
    steps.refer(ccu)
    kind = ("--kind", "visit", "--due", "10 Feb 2026 10:00")
    assert ccu("follow-up", "add", "--person", "1", *kind, "--owner", "dlee").code == 0
    me = json.loads(ccu("staff", "list", "-f", "json").out)[0]["login"]
    found = card(ccu)["open"]
    assert [(item["record"], item["id"], item["due"], item["owner"]) for item in found] == [
        ("referral", 1, "2026-01-31 22:30", me),
        ("follow-up", 1, "2026-01-31 22:30", me),
        ("follow-up", 2, "2026-02-06 22:30", me),
        ("follow-up", 3, "2026-02-10 10:00", "dlee"),
    ]
    assert card(ccu, "--person", "1")["open"] == found
    assert ccu("history", "--call", "1").out.count("Open items") == 1
    assert "follow-up 3, visit: due Feb 10, 2026 10:00, dlee" in ccu("history", "--call", "1").out


# ---------------------------------------------------------------- history --person


def test_a_persons_card_goes_across_places_and_records(ccu: Ccu, db_path: Path) -> None:
    steps.name(db_path, 1, "Rowan", "Sample")
    elsewhere = ("log-call", "--when", "10:00", "--address", "9 Elm St", "--nature", "domestic")
    assert ccu(*elsewhere, "--person", "caller: unknown").code == 0
    steps.merge(db_path, 2, 1)
    found = card(ccu, "--person", "2")
    assert list(found) == [
        "person",
        "counts",
        "warnings",
        "workers",
        "open",
        "plans",
        "calls",
        "places",
    ]
    assert (found["person"]["id"], found["person"]["records"]) == (1, [1, 2])
    assert (found["counts"]["all"]["ever"], found["counts"]["care"]["ever"]) == (2, 1)
    assert [(call["id"], call["place"], call["role"]) for call in found["calls"]] == [
        (2, "9 ELM ST", "Caller"),
        (1, "12 MAIN ST # 3", "Subject"),
    ]
    assert found["places"][0] == {"place": "9 ELM ST", "calls": 1, "last": "2026-01-31"}
    page = ccu("history", "--person", "1").out
    assert page.startswith(
        "Person 1\n\nName     Rowan Sample\nRecords  1, 2\n\n"
        "Warnings\n  No active warnings; hazards not recorded\n\nWorking with  None assigned"
    )
    assert steps.audited(db_path, "history")[-2:] == [("person", 1), ("person", 1)]


def test_a_persons_calls_are_cut_short_at_a_terminal_alone(ccu: Ccu) -> None:
    for day in range(1, 31):
        steps.call(ccu, "1", when=f"2026-01-{day:02d} 10:00")
    assert len(card(ccu, "--person", "1")["calls"]) == 31
    assert ccu("history", "--person", "1").out.count("Person in crisis") == 31
    shown = ccu("history", "--person", "1", tty=True).out
    assert len(shown.splitlines()) <= 19
    assert shown.endswith(" calls; rest of ALSO: --all\n")
    assert card(ccu, "--person", "1")["places"][0]["calls"] == 31


# ---------------------------------------------------------------- answer back


def answer(ccu: Ccu, call: int = 1, moment: str = NOW) -> str:
    """What `call show` prints, and the card with it."""
    data = json.loads(at(moment, "call", "show", str(call), "-f", "json").out)
    (row,) = [row for row in card(ccu, moment=moment)["calls"] if row["id"] == call]
    assert row["answer"] == data["answer"]
    return str(data["answer"])


def update(ccu: Ccu, number: int, status: str, *more: str) -> None:
    done = ccu("referral", "update", str(number), "--status", status, *more)
    assert done.code == 0, done.err


def test_calls_without_work_have_no_answer(ccu: Ccu) -> None:
    assert answer(ccu) == ""
    assert "what became of it" not in ccu("call", "show", "1").out


def test_waiting_work_shows_the_next_attempt(ccu: Ccu) -> None:
    steps.refer(ccu)
    late = "2026-02-02T06:00"
    assert answer(ccu) == "Not tried yet; due Jan 31"
    assert answer(ccu, moment=late) == "Not tried yet; overdue since Jan 31"
    no_answer = ("follow-up", "done", "1", "--result", "left_message", "--next")
    assert ccu(*no_answer, "2026-02-01 10:00").code == 0
    assert answer(ccu) == "Not reached; next try Feb 1"
    assert answer(ccu, moment=late) == "Not reached; follow-up overdue since Feb 1"
    assert ccu("follow-up", "done", "1", "--result", "reached").code == 0
    assert answer(ccu) == "Reached Jan 31; next try Feb 6"
    assert "Outcome    Reached Jan 31; next try Feb 6" in ccu("call", "show", "1").out


@pytest.mark.parametrize(
    ("statuses", "says"),
    [
        (["accepted"], "Accepted Jan 31"),
        (["accepted", "in_progress"], "Connected Jan 31"),
        (["accepted", "service_received"], "Service received Jan 31"),
        (["contact_only"], "Contact made Jan 31, no service"),
        (["declined"], "Declined Jan 31"),
        (["unable_to_contact"], "Could not be reached Jan 31"),
        (["on_hold"], "Not tried yet; due Jan 31"),
        (["rejected"], "Not accepted Jan 31"),
        (["expired"], "No answer, closed Jan 31"),
        (["cancelled"], "Canceled Jan 31"),
        (["entered_in_error"], ""),
    ],
)
def test_each_status_has_its_line(statuses: list[str], says: str, ccu: Ccu) -> None:
    steps.refer(ccu)
    for status in statuses:
        needs = status in ("on_hold", "rejected", "expired", "cancelled", "entered_in_error")
        update(ccu, 1, status, *(["--reason", "other"] if needs else []))
    assert answer(ccu) == says
    assert ("2026" in answer(ccu, moment="2027-01-01T10:00")) is bool(says)


def test_the_best_of_several_results_is_shown(ccu: Ccu) -> None:
    for need in ("housing", "food", "legal"):
        steps.refer(ccu, "--need", need)
    update(ccu, 1, "declined")
    assert answer(ccu) == "Not tried yet; due Jan 31"
    update(ccu, 2, "accepted")
    assert answer(ccu) == "Accepted Jan 31"


def test_accepted_is_connected_once_the_person_was_reached(ccu: Ccu) -> None:
    steps.refer(ccu)
    update(ccu, 1, "accepted")
    done = ("follow-up", "done", "1", "--when", "2026-01-31 13:00")
    assert ccu(*done, "--result", "left_message", "--next", "2026-02-01 10:00").code == 0
    assert answer(ccu) == "Accepted Jan 31"
    assert ccu("follow-up", "done", "1", "--result", "reached").code == 0
    assert answer(ccu) == "Connected Jan 31"
    assert ccu("undo", "--yes").code == 0
    assert answer(ccu) == "Accepted Jan 31"


@pytest.mark.parametrize("result", ["reached", "left_message", "third_party"])
def test_connected_is_a_first_engagement_and_not_an_acceptance(result: str, ccu: Ccu) -> None:
    """On every screen, as the figure of the report counts it."""
    steps.refer(ccu)
    update(ccu, 1, "accepted")
    assert answer(ccu) == "Accepted Jan 31"
    tried = ccu("follow-up", "done", "1", "--result", result, "--next", "2026-02-01 10:00")
    assert tried.code == 0
    told = "Connected Jan 31" if result == "reached" else "Accepted Jan 31"
    shown = [ccu(*line).out for line in (("call", "show", "1"), ("referral", "show", "1"))]
    shown += [ccu(*line).out for line in (("history", "--call", "1"), ("brief",))]
    assert all(told in page for page in shown)
    assert answer(ccu) == told
    update(ccu, 1, "in_progress")
    assert answer(ccu) == "Connected Jan 31"


def test_of_two_accepted_the_connected_one_is_told(ccu: Ccu) -> None:
    for number, need in enumerate(("housing", "food"), 1):
        steps.refer(ccu, "--need", need)
        update(ccu, number, "accepted")
    assert ccu("follow-up", "done", "1", "--result", "reached").code == 0
    assert answer(ccu) == "Connected Jan 31"


def test_a_follow_up_of_the_call_alone_is_an_answer_too(ccu: Ccu) -> None:
    kind = ("--kind", "visit", "--due", "tomorrow")
    assert ccu("follow-up", "add", "--call", "1", *kind).code == 0
    assert answer(ccu) == "Not tried yet; due Feb 1"
    assert ccu("follow-up", "done", "1", "--result", "safe_declined").code == 0
    assert answer(ccu) == "Declined Jan 31"
    assert ccu("follow-up", "add", "--call", "1", *kind).code == 0
    assert answer(ccu) == "Declined Jan 31; next try Feb 1"
    assert ccu("follow-up", "done", "2", "--result", "reached").code == 0
    assert answer(ccu) == "Contact made Jan 31"


def test_a_referral_without_a_person_is_on_the_card_of_its_address_alone(ccu: Ccu) -> None:
    """Of a call with several subjects it is nobody's in particular, nor another address's."""
    both = ("--person", "described: tall man", "--person", "described: short man")
    two = ("log-call", "--when", "2026-01-30 10:00", "--nature", "crisis")
    logged = ccu(*two, "--address", "8 Elm St", *both, "--format", "json")
    assert logged.code == 0, logged.err
    call = json.loads(logged.out)["id"]
    assert ccu(*two, "--address", "9 Oak St", "--person", "2").code == 0
    made = ("--to", "homes with hope", "--need", "housing", "--handoff", "direct_notice")
    done = ccu("refer", str(call), *made, "--no-input")
    assert done.code == 0, done.err

    def open_on(*card: str) -> list[str]:
        found = json.loads(ccu("history", *card, "--format", "json").out)
        return [each["record"] for each in found["open"]]

    assert "referral" in open_on("8 Elm St")
    for card in (("--person", "2"), ("--person", "3"), ("9 Oak St",)):
        assert open_on(*card) == []
    (on_card,) = [
        each["answer"]
        for each in json.loads(ccu("history", "--person", "3", "--format", "json").out)["calls"]
    ]
    assert on_card == ""


def test_a_call_about_two_records_of_one_person_has_one_subject(ccu: Ccu) -> None:
    """What is open of it is theirs once the records are merged, and nobody's once they are not."""
    both = ("--person", "described: tall man", "--person", "described: short man")
    when = ("--when", "2026-01-30 10:00", "--nature", "crisis")
    logged = ccu("log-call", *when, "--address", "8 Elm St", *both, "-f", "json")
    call = str(json.loads(logged.out)["id"])
    made = ("--to", "homes with hope", "--need", "housing", "--handoff", "direct_notice")
    assert ccu("refer", call, *made, "--no-input").code == 0

    def open_on(person: str) -> list[str]:
        found = json.loads(ccu("history", "--person", person, "--format", "json").out)
        return sorted(each["record"] for each in found["open"])

    everything = ["follow-up", "follow-up", "referral"]
    for kept, merged in (("2", "3"), ("3", "2")):
        assert (open_on("2"), open_on("3")) == ([], [])
        assert ccu("person", "merge", kept, merged, "--prefer", "kept").code == 0
        assert open_on(kept) == everything
        assert ccu("person", "unmerge", merged).code == 0
