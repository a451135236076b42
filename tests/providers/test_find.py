"""`ccu provider find`: plain questions to the synthetic directory, reasons and options."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ccu.providers import need_words

from ..conftest import Ccu, run_ccu
from . import sample

# Questions, and how many of them are answered right at least.
FILES = {
    "questions.txt": (60, 0.95),
    "questions_blind.txt": (80, 0.95),
    "questions_plain.txt": (219, 0.95),
    "questions_street.txt": (40, 0.95),
}
FIRST, NOTHING = "first: ", ["nothing"]
QUESTIONS = {
    name: [(text, right.split("; ")) for text, right in sample.lines(name)] for name in FILES
}


@pytest.fixture
def town(ccu: Ccu, tmp_path: Path) -> Ccu:
    """A town with the synthetic directory."""
    folder = sample.write_folder(tmp_path / "hsds", sample.tables(sample.services()))
    done = ccu("provider", "import", str(folder))
    assert done.code == 0, done.err
    shutil.rmtree(folder)
    return ccu


def found(ccu: Ccu, *words: str) -> list[dict[str, Any]]:
    done = ccu("provider", "find", *words, "-f", "json")
    assert done.code == 0, done.err
    rows: list[dict[str, Any]] = json.loads(done.out)
    return [row for row in rows if row["id"]]  # without 911 and 988


def names(ccu: Ccu, *words: str) -> list[str]:
    return [row["name"].split(" (")[0] for row in found(ccu, *words)]


def test_a_right_provider_is_among_the_first_three_or_first_in_a_crisis(town: Ccu) -> None:
    for file, (number, least) in FILES.items():
        answers = [(text, right, names(town, text)) for text, right in QUESTIONS[file]]
        wrong = [(text, got[:3]) for text, right, got in answers if not is_right(got, right)]
        assert len(answers) == number
        assert len(wrong) <= (1 - least) * len(answers), wrong


def is_right(got: list[str], right: list[str]) -> bool:
    if right == NOTHING:
        return not got
    first = right[0].startswith(FIRST)
    return bool({right[0].removeprefix(FIRST), *right[1:]} & {*got[: 1 if first else 3]})


def test_the_right_answers_are_services_of_the_directory() -> None:
    known = {row["service"] for row in sample.services()}
    every = [right for asked in QUESTIONS.values() for _text, right in asked if right != NOTHING]
    assert {name.removeprefix(FIRST) for right in every for name in right} <= known


@pytest.mark.parametrize("text", ["needed", "AND", "\u98df\u3079\u7269", "help her please"])
def test_without_a_known_word_nothing_is_listed(town: Ccu, text: str) -> None:
    done = town("provider", "find", text)
    assert done.code == 0
    assert "No provider fits; use other words" in done.err
    assert names(town, text) == []


def test_a_phrase_of_the_files_begins_as_its_first_stem() -> None:
    """They are looked up by it: an article before it, or a sign in it, would hide the phrase."""
    topics = need_words._topics()
    texts = [
        text for group in (*topics.said.values(), *topics.terms.values()) for text, *_ in group
    ]
    texts += [each for lists in topics.lists.values() for group in lists.values() for each in group]
    keys = {text: need_words._key(text) for text in texts if text != "-"}
    assert len(keys) > 5_000
    assert [text for text, key in keys.items() if need_words._begin(text) != key[0][:2]] == []


def test_a_terminal_asks_what_is_needed(town: Ccu) -> None:
    done = town("provider", "find", stdin="\nhungry\n", tty=True)
    assert done.code == 0, done.err
    assert done.err.count("What is needed, in plain words: ") == 2
    assert town("provider", "find", "hungry", tty=True).out == done.out
    piped = town("provider", "find", stdin="hungry\n")
    assert (piped.code, piped.out) == (2, "")
    assert "nothing to look for; write what is needed, such as: ccu provider find hu" in piped.err


def test_an_empty_word_counts_as_not_given(town: Ccu) -> None:
    assert town("provider", "find", "food", "") == town("provider", "find", "food")


def test_a_need_that_is_sure_comes_before_a_word(town: Ccu) -> None:
    assert names(town, "my husband hits me")[0] == "Domestic Violence Hotline"
    assert "Pet Food and Boarding" not in names(town, "needle exchange")
    rows = found(town, "needle exchange") + found(town, "fridge is empty until friday")
    assert not [row["name"] for row in rows if row["reason"] == "never verified"]
    first = names(town, "wobbles")
    assert town("codes", "add", "need_word", "wobbles her", "domestic_violence").code == 0
    assert (first, names(town, "neighbor wobbles her")[0]) == ([], "Domestic Violence Hotline")
    assert "Domestic violence" in found(town, "husband wobbles her")[0]["reason"]


def test_the_first_screen_has_the_telephone_and_the_hours(
    town: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = (
        "No intake until further notice: the ground floor is flooded and the telephone is out, too"
    )
    assert town("provider", "edit", "medical detox", "--alert", long).code == 0
    monkeypatch.setenv("COLUMNS", "80")
    for text in ("place to sleep tonight", "detox spanish tonight", "hungry"):
        done = town("provider", "find", text, "--near", "06880", "-f", "table")
        assert done.out.count("\n") <= 23, done.out
        first = found(town, text, "--near", "06880")[0]
        assert first["phone"] in done.out
        assert first["hours"] in done.out


def test_each_reason_is_in_its_row(town: Ccu) -> None:
    edit = ("provider", "edit", "medical detox", "--verified", "2026-01-05")
    assert town(*edit, "--capacity", "waitlist", "--alert", "Use the side door").code == 0
    (first, *_others) = found(town, "detox", "spanish", "tonight", "--near", "06605")
    assert first == {
        "id": 15,
        "name": "Medical Detox (Tidewater Recovery)",
        "phone": "203-555-0120",
        "hours": "24/7",
        "reason": "ALERT: Use the side door; Addiction: detox; in 06605; open tonight; Spanish;"
        " waitlist; verified 01/05/2026",
    }


def test_options_decide_who_is_listed(town: Ccu) -> None:
    assert names(town, "--need", "detox") == ["Medical Detox"]
    assert names(town, "beaten", "--language", "creole") == ["Domestic Violence Hotline"]
    assert "Emergency Shelter for Men" not in names(town, "--need", "shelter", "--age", "12")
    assert "Women and Children Shelter" in names(town, "--need", "shelter", "--age", "12")
    assert names(town, "doctor", "--accepts", "walk-ins") == ["Primary Care"]
    assert names(town, "--need", "food", "--near", "Fairfield")[0] == "Meals on Wheels"
    assert names(town, "--need", "food", "--open-now") == []  # the end of a Saturday
    line = ("provider", "find", "--need", "food", "--open-now", "-f", "csv")
    evening = run_ccu("--today", "2026-01-30T18:00", *line)
    assert [row.split(",")[0] for row in evening.out.splitlines()[1:]] == ['"3"']


@pytest.mark.parametrize(
    ("hours", "now", "listed"),
    [
        ("sat 9pm-7am", "2026-01-31T18:15", True),
        ("sat 9pm-7am", "2026-02-01T02:00", True),
        ("sat 9pm-7am", "2026-01-31T02:00", False),
        ("sat 9pm-7am", "2026-02-01T18:15", False),
        ("fri,sat 5pm-5:30pm", "2026-01-31T18:15", False),
    ],
)
def test_tonight_is_any_time_until_the_morning(
    ccu: Ccu, hours: str, now: str, listed: bool
) -> None:
    assert ccu("provider", "add", "Cots", "--need", "shelter", "--hours", hours).code == 0
    line = ("provider", "find", "place to sleep tonight", "-f", "json")
    (row,) = json.loads(run_ccu("--today", now, *line).out)
    assert ("open tonight" if listed else "closed tonight") in row["reason"]
    assert bool(json.loads(run_ccu("--today", now, *line, "--open-now").out)) is listed


def test_unknown_hours_are_told_and_never_open(ccu: Ccu) -> None:
    assert ccu("provider", "add", "Bread", "--need", "food", "--hours", "when we can").code == 0
    (row,) = found(ccu, "food", "now")
    assert "hours not known" in row["reason"]
    assert names(ccu, "food", "--open-now") == ["Bread"]


def test_the_full_and_the_retired_come_last_or_not_at_all(ccu: Ccu) -> None:
    for name, capacity in (("A", "full"), ("B", "ask_first"), ("C", "open"), ("D", "waitlist")):
        assert ccu("provider", "add", name, "--need", "food", "--capacity", capacity).code == 0
    assert names(ccu, "hungry") == ["C", "B", "D", "A"]
    assert ccu("provider", "retire", "C").code == 0
    assert names(ccu, "hungry") == ["B", "D", "A"]


def test_where_referrals_received_service_comes_first(ccu: Ccu) -> None:
    for name in ("Ash", "Birch"):
        assert ccu("provider", "add", name, "--need", "food").code == 0
    call = ("log-call", "--address", "12 Main St", "--when", "2026-01-30 22:30", "--no-input")
    assert ccu(*call, "--nature", "welfare check", "--person", "unknown").code == 0
    number = 0
    for name, status in (("Ash", ("--status", "rejected", "--reason", "other")),
                         ("Birch", ("--status", "service_received"))):  # fmt: skip
        for _each in range(5):
            number += 1
            assert ccu("refer", "1", "--need", "food", "--to", name).code == 0
            assert ccu("referral", "update", str(number), "--status", "accepted").code == 0
            done = ccu("referral", "update", str(number), *status)
            assert done.code == 0, done.err
    first, second = found(ccu, "hungry")
    assert (first["id"], second["id"]) == (2, 1)
    assert "5 of 5 referrals received service" in first["reason"]
    assert "0 of 5 referrals received service" in second["reason"]


def test_a_town_teaches_it_a_word(ccu: Ccu) -> None:
    assert ccu("provider", "add", "Harbor Pantry", "--need", "food").code == 0
    assert names(ccu, "peckish") == []
    assert ccu("codes", "add", "need_word", "peckish", "food").code == 0
    assert names(ccu, "peckish") == ["Harbor Pantry"]
    assert ccu("codes", "retire", "need_word", "peckish").code == 0
    assert names(ccu, "peckish") == []


def test_nothing_to_look_for_and_nothing_found_are_told(ccu: Ccu) -> None:
    refused = ccu("provider", "find")
    assert refused.code == 2
    assert "write what is needed" in refused.err
    empty = ccu("provider", "find", "zither")
    assert empty.code == 0
    assert "No provider fits" in empty.err


def test_what_to_verify_next(ccu: Ccu) -> None:
    for name, day in (("New", "2026-01-30"), ("Old", "2025-01-30"), ("Older", "2024-01-30")):
        assert ccu("provider", "add", name, "--need", "food", "--verified", day).code == 0
    call = ("log-call", "--address", "12 Main St", "--when", "2026-01-30 22:30", "--no-input")
    assert ccu(*call, "--nature", "welfare check", "--person", "unknown").code == 0
    rows = json.loads(ccu("provider", "stale", "-f", "json").out)
    assert [(row["name"], row["referrals"]) for row in rows] == [("Older", 0), ("Old", 0)]
    assert ccu("refer", "1", "--need", "food", "--to", "Old").code == 0
    rows = json.loads(ccu("provider", "stale", "-f", "json").out)
    assert [(row["name"], row["referrals"]) for row in rows] == [("Old", 1), ("Older", 0)]
    assert ccu("provider", "edit", "Old", "--verified", "today").code == 0
    assert [row["name"] for row in json.loads(ccu("provider", "stale", "-f", "json").out)] == [
        "Older"
    ]


CALL = ("log-call", "--address", "12 Main St", "--when", "2026-01-30 22:30", "--no-input")


def test_the_question_of_refer_takes_plain_words_and_never_decides_alone(town: Ccu) -> None:
    assert town(*CALL, "--nature", "welfare check", "--person", "unknown").code == 0
    assert town("provider", "edit", "medical detox", "--alert", "Use the side door").code == 0
    answers = "alcohol withdrawal spanish\n15\n\n\ny\n"
    done = town("refer", "1", "--need", "detox", stdin=answers, tty=True)
    assert done.code == 0, done.err
    assert "Provider (number, name, or what is needed)" in done.err
    assert "15  Medical Detox (Tidewater Recovery) - 203-555-0120; 24/7; ALERT: Use the" in done.err
    assert "Which provider? Enter the number" in done.err
    assert "provider 15 (Medical Detox): ALERT: Use the side door" in done.err
    row = json.loads(town("referral", "show", "1", "-f", "json").out)
    assert row["provider"]["id"] == 15


def test_without_a_terminal_plain_words_name_no_provider(town: Ccu) -> None:
    assert town(*CALL, "--nature", "welfare check", "--person", "unknown").code == 0
    refused = town("refer", "1", "--need", "detox", "--to", "alcohol withdrawal")
    assert refused.code == 3
    assert json.loads(town("referral", "list", "--all", "-f", "json").out) == []


def test_the_question_lists_a_screen_of_a_long_directory(town: Ccu) -> None:
    assert town(*CALL, "--nature", "welfare check", "--person", "unknown").code == 0
    done = town("refer", "1", "--need", "mh_outpatient", stdin="grief\n\n\ny\n", tty=True)
    offered = [
        line for line in done.err.splitlines() if line.startswith("  ") and "Ask first" in line
    ]
    assert 1 <= len(offered) <= 8
    assert json.loads(town("referral", "show", "1", "-f", "json").out)["provider"]["id"] == 31


def test_a_walk_in_is_referred_without_a_call(ccu: Ccu) -> None:
    assert ccu("provider", "add", "Harbor Pantry", "--need", "food").code == 0
    line = ("refer", "--need", "food", "--to", "harbor")
    refused = ccu(*line)
    assert (refused.code, refused.out) == (2, "")
    assert "for a walk-in ccu refer --person P" in refused.err
    assert ccu(*CALL, "--nature", "welfare check", "--person", "unknown").code == 0
    done = ccu(*line, "--person", "1")
    assert done.code == 0, done.err
    row = json.loads(ccu("referral", "show", "1", "-f", "json").out)
    assert (row["call"], row["person"]) == (None, 1)
    due = json.loads(ccu("follow-up", "list", "-f", "json").out)
    assert len(due) >= 1


@pytest.mark.parametrize(
    "text",
    [
        *("I want to kill myself", "overdose", "can't breathe", "no puedo respirar", "chest pain"),
        *("he has a gun", "dolor de pecho", "wont wake up", "swallowed a bottle of pills"),
        *(
            "se esta desangrando",
            "my husband beats me",
            "stopped breathing",
            "tired of being alive",
        ),
        *("se tomo muchas pastillas", "se corto las venas", "he said he would jump", "overdoes"),
    ],
)
def test_an_urgent_need_has_911_and_988_whoever_is_on_file(ccu: Ccu, text: str) -> None:
    done = ccu("provider", "find", text, "-f", "json")
    first = json.loads(done.out)[0]
    assert (first["id"], first["phone"]) == (None, "911 or 988")
    assert "Urgent: call 911 if a life may be at risk now; call or text 988" in done.err
    shown = ccu("provider", "find", text).out
    assert "911 or 988" in shown


def test_a_need_that_nobody_found_serves_is_told(ccu: Ccu) -> None:
    assert ccu("provider", "add", "Pantry", "--need", "food").code == 0
    assert ccu("provider", "add", "Desk", "--need", "care_navigation").code == 0
    for text in ("my husband hits me", "my husband hits me and the kids are hungry"):
        done = ccu("provider", "find", text, "-f", "json")
        assert "no provider found for Domestic violence" in json.loads(done.out)[0]["reason"]
        assert "No provider found for domestic violence; see all: ccu provider list" in done.err
    done = ccu("provider", "find", "needs food and a lawyer")
    assert "Pantry" in done.out and "No provider found for legal" in done.err
    assert "No provider found" not in ccu("provider", "find", "hungry").err
    assert ccu(*CALL, "--nature", "crisis", "--person", "unknown").code == 0
    asked = ("refer", "1", "--need", "food")
    done = ccu(*asked, stdin="hits her, and they are hungry\n", tty=True)
    assert "no provider found for Domestic violence" in done.err


def test_the_question_of_refer_tells_of_911_too(town: Ccu) -> None:
    assert town(*CALL, "--nature", "crisis", "--person", "unknown").code == 0
    asked = ("refer", "1", "--need", "mh_crisis")
    done = town(*asked, stdin="he wants to kill himself\n", tty=True)
    assert "Urgent: call 911 if a life may be at risk now" in done.err


def test_drugs_are_no_person_who_was_drugged(ccu: Ccu) -> None:
    assert ccu("provider", "add", "Beacon", "--need", "addiction_outpatient").code == 0
    for text in ("drugs", "drogas"):
        (only,) = json.loads(ccu("provider", "find", text, "-f", "json").out)
        assert only["name"] == "Beacon"


def test_families_crises_and_loneliness_have_their_own_doors(ccu: Ccu, tmp_path: Path) -> None:
    services = {
        "Men's Shelter": "Emergency overnight beds for single men",
        "Family Shelter": "Emergency housing for parents with children",
        "Child Protection": "Reports of child abuse",
        "Rape Crisis Center": "Counseling after sexual assault",
        "Mobile Crisis Team": "Clinicians come to you in a mental health crisis",
        "Outpatient Therapy": "Counseling for anxiety",
        "Pet Food Bank": "Food for pets",
    }
    path = tmp_path / "x.json"
    told = enumerate(services.items())
    path.write_text(json.dumps([{"id": n, "name": a, "description": b} for n, (a, b) in told]))
    assert ccu("provider", "import", str(path)).code == 0
    for text, name in (
        ("mom and two kids sleeping in the car", "Family Shelter"),
        ("suicidal", "Mobile Crisis Team"),
        ("wants someone to talk to", "Outpatient Therapy"),
        ("was raped", "Rape Crisis Center"),
    ):
        assert names(ccu, text)[0] == name, (text, names(ccu, text))
    assert "Rape Crisis Center" not in names(ccu, "suicidal")


def test_a_place_for_men_comes_last_where_a_woman_is_asked_for(town: Ccu) -> None:
    assert (
        names(town, "mom and two kids living out of a minivan")[0] == "Women and Children Shelter"
    )
    assert "for men" not in found(town, "his mother needs a bed tonight")[0]["reason"]


@pytest.mark.parametrize("text", ["husband is a drunk", "drunk husband", "drinking", "he drinks"])
def test_who_drinks_is_offered_more_than_a_line_for_violence(town: Ccu, text: str) -> None:
    assert any("Addiction" in row["reason"] for row in found(town, text)[:3])
    assert not any("Domestic" in row["reason"] for row in found(town, text)[:3])


def test_without_a_group_for_families_treatment_is_offered(ccu: Ccu) -> None:
    assert ccu("provider", "add", "Beacon", "--need", "addiction_outpatient").code == 0
    assert names(ccu, "husband is a drunk") == names(ccu, "drunk husband") == ["Beacon"]


# The top levels of Open Eligibility, and a need or a service that each leads to.
TOP = {
    "food": "Food", "housing": "Housing", "goods": "Free Clothing", "transit": "Transport",
    "health": "Primary care", "money": "Money and benefits", "care": "Home Care Assessment",
    "education": "Work and education", "work": "Work and education", "legal": "Legal",
    "emergency": "Emergency Shelter",
}  # fmt: skip


@pytest.mark.parametrize(("text", "right"), TOP.items())
def test_the_top_levels_of_open_eligibility_lead_right(town: Ccu, text: str, right: str) -> None:
    told = [f"{row['name']} {row['reason']}" for row in found(town, text)[:3]]
    assert any(right in each for each in told), told


def test_a_need_that_is_not_urgent_has_none(town: Ccu) -> None:
    for text in ("hungry", "evicted", "no heat", "lost my job", "help with rent"):
        done = town("provider", "find", text, "-f", "json")
        assert all(row["id"] for row in json.loads(done.out)) and "911" not in done.err


def test_a_need_that_no_provider_has_is_for_who_knows_others(ccu: Ccu) -> None:
    add = ("provider", "add", "Town Desk", "--phone", "203-555-0110", "--capacity", "open")
    assert ccu(*add, "--need", "care_navigation").code == 0
    (row,) = found(ccu, "lost my job")
    assert row["name"] == "Town Desk" and "Care navigation; has room" in row["reason"]
