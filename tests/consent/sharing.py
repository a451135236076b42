"""Where the tests of consent begin: Human Services works with person 1, an officer asks.

Provider 2 is a Part 2 program. Referral 1 is to Homes with Hope, referral 2 to provider 2; the
clinician dlee made both. pat and quinn are officers, cal is the unit's in the police.
"""

import json
from typing import Any

import pytest

from .. import steps
from ..conftest import Ccu, Result, once, run_ccu

NOW = "2026-01-31T14:00"
NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
ACCOUNTS = {
    "dlee": ("clinician", "human_services"),
    "boss": ("supervisor", "human_services"),
    "pat": ("officer", "police"),
    "quinn": ("officer", "fire"),
    "cal": ("ccu", "police"),
    "hal": ("ccu", "human_services"),
    "rec": ("records", "police"),
    "cop": ("clinician", "police"),
    "sgt": ("supervisor", "police"),
    "int": ("intern", "police"),
}
POLICE = ("pat", "quinn", "cal", "rec")


def start(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    """The town, its accounts and what Human Services does; the admin is at the keyboard."""
    once("sharing.start", lambda: _start(ccu, monkeypatch))
    steps.become(monkeypatch, "root")


def _start(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    steps.provider(ccu, "Homes with Hope", "--phone", "203-555-0110")
    steps.provider(ccu, "Turning Point", "--part2", need="detox")
    assert steps.call(ccu, "unknown") == 1
    for login, (role, agency) in ACCOUNTS.items():
        named = ("--name", "Dana Lee", "--phone", "203-555-0142") if login == "dlee" else ()
        done = ccu("staff", "add", login, "--role", role, "--agency", agency, *named)
        assert done.code == 0, done.err
    steps.become(monkeypatch, "dlee")
    assert (
        ccu("worker", "assign", "--person", "1", "--staff", "dlee", "--since", "2025-12-01").code
        == 0
    )
    assert steps.refer(ccu) == 1
    assert steps.refer(ccu, "--to", "2", "--need", "detox") == 2
    for status in ("accepted", "in_progress"):
        assert ccu("referral", "update", "1", "--status", status).code == 0
    assert ccu("needs", "record", "--person", "1", "food=lacks").code == 0


def grant(ccu: Ccu, scope: str, *more: str, person: str = "1", to: str = "police") -> Result:
    """Record a paper that was signed today, unless `more` overrides it."""
    signed = () if "--signed" in more else ("--signed", "today")
    line = ("consent", "grant", person, "--to", to, "--scope", scope, "--purpose", "safety")
    return ccu(*line, *signed, *more)


def seen(*args: str) -> Any:
    """What a command prints as JSON."""
    done = run_ccu(*args, "-f", "json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def looks() -> dict[str, bool]:
    """What the account at the keyboard is shown of each thing, on every screen that has it.

    Every screen must say the same of one thing: they are compared here.
    """
    card, person = seen("history", "--call", "1"), seen("history", "--person", "1")
    assert (card["workers"], card["open"]) == (person["workers"], person["open"])
    assert [each["answer"] for each in card["calls"]] == [
        each["answer"] for each in person["calls"]
    ]
    shown = {each["id"]: each for each in seen("referral", "list")}
    told = {1: seen("referral", "show", "1")}
    if 2 in shown:
        told[2] = seen("referral", "show", "2")
    else:  # as a number that is not there
        missing = "ccu: error: no referral 2\n"
        assert run_ccu("referral", "show", "2") == (3, "", missing)
    due = {each["id"]: each for each in seen("follow-up", "list")}
    on_card = {(each["record"], each["id"]) for each in card["open"]}
    found: dict[str, bool] = {}
    found["part2"] = 2 in shown
    for number, name in ((1, "referrals"), (2, "part2")):
        if number not in shown:
            assert ("referral", number) not in on_card
            continue
        found[name] = told[number]["need"] is not None
        assert found[name] == (shown[number]["need"] is not None)
        assert found[name] == (("referral", number) in on_card)
        assert found[name] == (told[number]["outcome"] != "Human Services is handling this")
    found["worker"] = card["workers"][0]["name"] is not None
    assert found["worker"] == (seen("worker", "list")[0]["staff"] is not None)
    assert found["worker"] == (seen("person", "show", "1")["workers"][0]["name"] is not None)
    found["connected"] = "Homes with Hope" in card["workers"][0]["connected_to"]
    found["follow_ups"] = due[1]["due"] is not None
    assert found["follow_ups"] == (seen("follow-up", "show", "1")["due"] is not None)
    assert found["part2"] == (3 in due) == (run_ccu("follow-up", "show", "3").code == 0)
    answer = seen("call", "show", "1")["answer"]
    assert answer == card["calls"][0]["answer"]
    hidden = not (found["referrals"] or found["part2"])
    assert (answer == "Human Services is handling this") == hidden
    return found
