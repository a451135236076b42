"""What police see of Human Services' work, by consent or policy, and what is recorded."""

import contextlib
import json
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccu.consent import store as consents
from ccu.plans import store as plans
from ccu.records.visibility import police_side

from .. import steps
from ..conftest import TODAY, Ccu, examples, run_ccu
from ..steps import at, become
from .sharing import ACCOUNTS, NOTICE, NOW, POLICE, grant, looks, seen, start

THINGS = ("worker", "connected", "referrals", "follow_ups", "part2")
EVERYTHING = dict.fromkeys(THINGS, True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town's file, made once; tests work on copies."""
    path = tmp_path_factory.mktemp("made") / "ccu.db"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CCU_DB", str(path))
        patched.setenv("CCU_TODAY", TODAY)
        patched.delenv("SUDO_UID", raising=False)
        become(patched, "root")
        made = run_ccu(
            "init", "--town", "Westport", "--state", "CT", "--timezone", "America/New_York"
        )
        assert made.code == 0, made.err
        patched.setenv("CCU_TODAY", NOW)
        start(run_ccu, patched)
    return path


@pytest.fixture
def ccu(empty: Ccu, made: Path, db_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    """The front door with a copy of that town, and the administrator at the keyboard."""
    steps.copy_file(made, db_path)
    monkeypatch.setenv("CCU_TODAY", NOW)
    become(monkeypatch, "root")
    return empty


def shows(*things: str) -> dict[str, bool]:
    """What is shown, the rest being handled; a referral shows its provider."""
    told = {*things, *(["connected"] if "referrals" in things else [])}
    return {each: each in told for each in THINGS}


# ---------------------------------------------------------------- who is on the police side


@pytest.mark.parametrize("login", [*ACCOUNTS])
def test_police_are_officers_and_the_polices_own_but_for_care_and_supervision(login: str) -> None:
    role, agency = ACCOUNTS[login]
    assert police_side(role, agency) == (login in POLICE)


def test_a_role_of_the_towns_own_is_police_when_its_agency_is() -> None:
    assert police_side("dispatcher", "police")
    assert not police_side("navigator", "human_services")


@pytest.mark.parametrize("login", ["dlee", "boss", "hal", "cop", "sgt", "int"])
def test_everybody_else_is_shown_all_and_nothing_is_disclosed(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    assert ccu("settings", "police_sees", "").code == 0
    become(monkeypatch, login)
    assert looks() == EVERYTHING
    become(monkeypatch, "root")
    assert seen("disclosures", "--person", "1", "--all") == []


# ---------------------------------------------------------------- policy x consent x scope


POLICIES: list[tuple[str, str | None, tuple[str, ...]]] = [
    ("worker,plan", None, ("worker",)),
    ("", None, ()),
    ("worker,connected", None, ("worker", "connected")),
    ("referrals", None, ("referrals",)),
    ("worker,plan,connected,referrals,follow_ups,needs", None, THINGS[:4]),
    ("", "worker", ("worker",)),
    ("", "worker,connected", ("worker", "connected")),
    ("", "referrals", ("referrals",)),
    ("worker", "follow-ups", ("worker", "follow_ups")),
    ("", "needs", ()),
    ("", "all-but-part2", THINGS[:4]),
    ("", "part2", ("part2",)),
    ("worker", "all_but_part2,part2", THINGS),
]


# Each row for one of the accounts; every account with every row is slow.
@pytest.mark.parametrize(
    ("login", "policy", "scope", "shown"),
    [
        pytest.param(login, *row, marks=[pytest.mark.slow] if (number - place) % 4 else [])
        for number, row in enumerate(POLICIES)
        for place, login in enumerate(POLICE)
    ],
)
def test_what_police_are_shown_follows_the_policy_or_the_persons_consent(
    ccu: Ccu,
    monkeypatch: pytest.MonkeyPatch,
    login: str,
    policy: str,
    scope: str | None,
    shown: tuple[str, ...],
) -> None:
    assert ccu("settings", "police_sees", policy).code == 0
    if scope:
        assert grant(ccu, scope, "--expires", "2026-03-01").code == 0
    become(monkeypatch, login)
    of_unit = policy and ACCOUNTS[login][0] == "ccu"
    expected = shows(*shown, *(THINGS[:4] if of_unit else ()))
    if not of_unit and "worker" not in shown:
        expected["connected"] = False  # it is on the card's line of the worker
    assert looks() == expected


def test_police_are_shown_what_is_their_own_or_was_made_by_them(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An officer owns referral 1 of Human Services, and made another that it owns."""
    assert ccu("settings", "police_sees", "").code == 0
    assert ccu("referral", "update", "1", "--owner", "pat", "--seen", "3").code == 0
    become(monkeypatch, "pat")
    made = steps.refer(ccu, "--need", "food", "--owner", "dlee")
    for login, is_shown in (("pat", True), ("quinn", False)):
        become(monkeypatch, login)
        shown = {row["id"]: row["need"] is not None for row in seen("referral", "list")}
        assert (shown[1], shown[made]) == (is_shown, is_shown)


@pytest.mark.parametrize("to", ["ems", "hospital", "1"])
def test_a_consent_to_somebody_else_shows_police_nothing(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    assert grant(ccu, "all_but_part2", to=to).code == 0
    become(monkeypatch, "pat")
    assert looks() == shows("worker")


def test_the_card_shows_that_it_is_being_handled_and_no_more(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ccu("settings", "police_sees", "").code == 0
    become(monkeypatch, "pat")
    page = ccu("history", "--call", "1").out
    # who works here, what is open, the outcome of the call
    assert page.count("Human Services is handling this") == 3
    for secret in ("Dana", "0142", "dlee", "Homes", "Turning", "ousing", "etox", "2026-02", "Feb"):
        assert secret not in page


def test_no_screen_of_an_officer_names_what_is_hidden(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ccu("settings", "police_sees", "").code == 0
    become(monkeypatch, "pat")
    screens = [
        ("history", "--call", "1", "--all"),
        ("history", "--person", "1", "--all"),
        ("brief",),
        ("call", "show", "1"),
        ("referral", "list", "--all"),
        ("referral", "show", "1"),
        ("follow-up", "list", "--all"),
        ("follow-up", "overdue"),
        ("follow-up", "show", "1"),
        ("person", "show", "1"),
        ("worker", "list", "--all"),
        ("household", "list", "--all"),
        ("consult", "list"),
        ("frequent", "people", "--k", "1"),
    ]
    for screen in screens:
        for form in ("plain", "json", "csv", "markdown"):
            done = at("2026-02-02T09:00", *screen, "-f", form)
            assert done.code == 0, (screen, done.err)
            told = done.out.replace('"housing": null', "")  # where a person lives: a key
            for secret in ("Dana", "0142", "dlee", "Homes", "Turning", "ousing", "etox"):
                assert secret not in told, (screen, form, secret)
    for number in ("1", "2"):
        assert seen("provider", "show", number)["open_referrals"] == []


def test_the_units_own_officer_works_its_referrals_and_that_is_accounted_for(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "cal")
    assert "dlee" in ccu("referral", "show", "1").out
    hold = ("--status", "on_hold", "--reason", "waitlisted")
    assert ccu("referral", "edit", "1", *hold, "--seen", "3").code == 0
    done = ccu("follow-up", "done", "1", "--result", "left_message", "--next", "tomorrow")
    assert (done.code, done.err) == (0, "")
    assert ccu("needs", "edit", "1", "food=met").code == 0
    assert seen("needs", "show", "--person", "1")["recorded_by"] == "dlee"
    assert ccu("referral", "show", "2").code == 3, "of a Part 2 program"
    become(monkeypatch, "root")
    told = {(row["what"], row["account"]) for row in seen("disclosures", "--person", "1")}
    assert {("referrals", "cal"), ("follow_ups", "cal"), ("needs", "cal")} <= told
    assert ccu("settings", "police_sees", "").code == 0
    become(monkeypatch, "cal")
    assert ccu("referral", "edit", "1", "--status", "accepted", "--seen", "4").code == 7


def test_the_units_own_account_in_the_police_sees_needs_and_households_by_consent(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the town shows its police nothing."""
    assert ccu("settings", "police_sees", "").code == 0
    assert steps.call(ccu, "unknown") == 2
    assert ccu("household", "add", "new", "1", "2").code == 0
    become(monkeypatch, "cal")
    card = seen("household", "show", "1")
    assert [each["lacks"] for each in card["members"]] == [None, None]
    assert [each["owner"] for each in card["open"]] == ["Human Services"]
    hidden = seen("needs", "show", "--person", "1")
    assert (hidden["answers"], hidden["recorded_by"]) == ([], "Human Services")
    become(monkeypatch, "root")
    assert grant(ccu, "needs").code == 0
    become(monkeypatch, "cal")
    shown = seen("needs", "show", "--person", "1")
    assert {each["need"] for each in shown["answers"] if each["state"] == "lacks"} == {"food"}
    assert seen("household", "show", "1")["members"][0]["lacks"]["needs"][0]["need"] == "food"
    assert ccu("settings", "police_sees", "worker").code == 7
    assert "Human Services is handling this" in ccu("household", "show", "1").out
    assert "dlee" not in ccu("household", "list").out


def test_a_list_asked_for_by_what_is_hidden_has_none_of_it(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "pat")
    for asked in (
        ("--need", "detox"), ("--provider", "2"), ("--status", "accepted"),
        ("--owner", "dlee"), ("--inbox",), ("--stalled",),
    ):  # fmt: skip
        assert at("2026-03-30T09:00", "referral", "list", *asked, "-f", "json").out == "[]\n"
    for asked in (("--due", "2026-02-01"), ("--owner", "dlee"), ("--due", "week")):
        assert seen("follow-up", "list", *asked) == []
    assert seen("worker", "list", "--staff", "dlee") != []  # the policy shows the worker
    late = json.loads(at("2026-02-02T09:00", "follow-up", "overdue", "-f", "json").out)
    assert [(row["id"], row["due"], row["owner"]) for row in late] == [
        (1, None, "Human Services"),
    ]


def test_ended_work_is_not_shown_as_being_handled(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "dlee")
    for number in ("1", "2"):
        line = ("referral", "update", number, "--status", "cancelled", "--reason", "moved")
        assert ccu(*line).code == 0
    become(monkeypatch, "pat")
    assert seen("call", "show", "1")["answer"] == "Human Services handled this"
    assert seen("referral", "show", "1")["status"] == "ended"
    assert {row["status"] for row in seen("referral", "list", "--all")} == {"ended"}
    assert seen("referral", "list") == []


def test_what_an_officer_made_or_owns_is_shown_to_that_officer_in_full(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "pat")
    assert steps.refer(ccu, "--need", "food", "--owner", "dlee") == 3
    assert seen("referral", "show", "3")["need"] == "food"
    due = {each["id"]: each for each in seen("follow-up", "list")}
    assert [due[number]["due"] is not None for number in (1, 5)] == [False, True]
    assert ccu("referral", "update", "3", "--status", "cancelled", "--reason", "moved").code == 0
    become(monkeypatch, "quinn")
    assert seen("referral", "show", "3")["need"] is None
    become(monkeypatch, "dlee")
    assert ccu("referral", "update", "1", "--owner", "quinn").code == 0
    become(monkeypatch, "quinn")
    assert seen("referral", "show", "1")["need"] == "housing"
    become(monkeypatch, "root")
    assert seen("disclosures", "--person", "1") == []


def test_a_referral_to_a_part_2_program_is_being_handled_for_the_officer_who_made_it(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "pat")
    assert steps.refer(ccu, "--to", "2", "--need", "detox", "--owner", "pat") == 3
    assert seen("referral", "show", "3")["outcome"] == "Human Services is handling this"
    assert {row["id"]: row["need"] for row in seen("referral", "list")} == {1: None, 3: None}
    assert seen("follow-up", "show", "5")["due"] is not None  # their own, and it names nothing
    assert ccu("referral", "update", "3", "--owner", "dlee").code == 0


def test_an_officer_is_not_told_by_a_change_or_a_second_referral(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch, db_path: Path
) -> None:
    become(monkeypatch, "pat")
    refused = ccu("referral", "update", "1", "--status", "in_progress")
    assert refused == (7, "", "ccu: error: referral 1 is handled by Human Services; ask them\n")
    taken = ccu("follow-up", "move", "1", "--owner", "pat")
    assert taken == (7, "", "ccu: error: follow-up 1 is handled by Human Services; ask them\n")
    added = ccu("follow-up", "add", "--referral", "1", "--kind", "call", "--due", "tomorrow")
    assert added == (7, "", "ccu: error: referral 1 is handled by Human Services; ask them\n")
    assert seen("follow-up", "show", "1")["due"] is None
    again = ccu("refer", "1", "--to", "2", "--need", "detox", "--owner", "pat")
    assert (again.code, "open already" in again.err) == (0, False)
    denied = [("referral", 1), ("follow_up", 1), ("referral", 1)]
    assert steps.audited(db_path, "denied") == denied


@pytest.mark.parametrize("login", ["pat", "cal"])
@pytest.mark.parametrize(
    "line",
    [
        "referral show {referral}",
        "referral edit {referral} --status accepted",
        "refer 1 --to 1 --again-of {referral}",
        "follow-up add --referral {referral} --kind call --due tomorrow",
        "follow-up show {follow_up}",
        "follow-up done {follow_up} --result reached",
        "follow-up edit {follow_up} --due tomorrow",
    ],
)
def test_a_part_2_number_answers_as_one_that_is_not_there(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch, db_path: Path, login: str, line: str
) -> None:
    become(monkeypatch, login)
    before = steps.everything(db_path)
    there = ccu(*line.format(referral=2, follow_up=3).split())
    nowhere = ccu(*line.format(referral=77, follow_up=88).split())
    assert there.code == 3
    assert steps.everything(db_path) == before
    told = there.err.replace("referral 2", "referral 77").replace("follow-up 3", "follow-up 88")
    assert (there.code, there.out, told) == nowhere


def test_what_is_stalled_under_part_2_is_not_ended_or_printed_by_police(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = ("referral", "expire", "--stalled", "--reason", "provider_silent")
    become(monkeypatch, "cal")
    named = ccu("referral", "expire", "2", "--reason", "provider_silent")
    assert named == (3, "", "ccu: error: no referral 2\n")
    done = at("2026-04-30T09:00", *line)
    assert (done.code, "etox" in done.out, "Turning" in done.out) == (0, False, False)
    become(monkeypatch, "boss")
    assert seen("referral", "show", "2")["status"] == "requested"


def test_police_refer_a_need_with_a_part_2_referral_as_any_other(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "cal")
    assert ccu("needs", "record", "--person", "1", "detox=lacks").code == 0
    become(monkeypatch, "dlee")
    assert ccu("needs", "refer", "2", "detox", "--to", "2").code == 0
    assert seen("referral", "show", "3")["assessment"] == 2
    become(monkeypatch, "cal")
    lacks = [each for each in seen("needs", "show", "2")["answers"] if each["need"] == "detox"]
    assert [(each["state"], each["referral"]) for each in lacks] == [("lacks", None)]
    made = ccu("needs", "refer", "2", "detox", "--to", "1", "-f", "json")
    assert (made.code, json.loads(made.out)["again_of"]) == (0, None)
    become(monkeypatch, "dlee")
    assert seen("referral", "show", "3")["assessment"] == 2


def test_a_plan_of_human_services_follows_the_policy(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch, db_path: Path
) -> None:
    body: dict[str, list[str]] = {field: [] for field in plans.FIELDS} | {
        "helps": ["a quiet voice"]
    }
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        hand.execute(
            "INSERT INTO plan (person_id, status, body, author_id, approver_id, approved_on,"
            " review_on, expires_on, recorded_at) SELECT 1, 'approved', ?, id, id, '2026-01-20',"
            " '2026-07-20', '2027-01-20', '2026-01-20T09:00:00-05:00'"
            " FROM staff WHERE login = 'dlee'",
            (json.dumps(body),),
        )
        hand.commit()
    become(monkeypatch, "pat")
    assert "quiet voice" in ccu("history", "--call", "1").out
    assert ccu("plan", "show", "1").code == 0
    become(monkeypatch, "root")
    assert {row["what"] for row in seen("disclosures", "--person", "1")} == {"worker", "plan"}
    assert ccu("settings", "police_sees", "worker").code == 0
    become(monkeypatch, "pat")
    assert "quiet voice" not in ccu("history", "--call", "1").out
    refused = ccu("plan", "show", "1")
    assert refused == (7, "", "ccu: error: plan 1 is handled by Human Services; ask them\n")
    assert steps.audited(db_path, "denied") == [("plan", 1)]


def test_a_consult_written_by_human_services_keeps_its_note(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    note = tmp_path / "note"
    note.write_text("said to wait", encoding="utf-8")
    become(monkeypatch, "dlee")
    line = ("consult", "add", "--person", "1", "--clinician", "dlee", "--asked-by", "quinn")
    assert ccu(*line, "--minutes", "10", "--note-file", str(note)).code == 0
    whole = ("consult", "show", "1", "--full", "--reason", "court")
    for login, shown in (("pat", None), ("quinn", "said to wait"), ("boss", "said to wait")):
        become(monkeypatch, login)
        assert seen(*whole)["note"] == shown
        assert seen("consult", "list")[0]["note"] == (shown and len(shown))


# ---------------------------------------------------------------- 42 CFR Part 2


def test_part_2_is_shown_by_its_own_consent_and_with_the_notice_in_every_format(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert grant(ccu, "part2", "--expires", "2026-03-01").code == 0
    become(monkeypatch, "pat")
    told = (
        f"{NOTICE} Consent 1: 42 CFR Part 2 records to police; purpose: Safety on calls; through"
        " Mar 1, 2026."
    )
    for screen in (
        ("history", "--call", "1"), ("history", "--person", "1"), ("referral", "show", "2"),
        ("referral", "list"), ("follow-up", "list"), ("follow-up", "show", "3"),
        ("call", "show", "1"), ("brief",),
    ):  # fmt: skip
        for form in ("table", "plain", "json", "csv", "markdown"):
            text = " ".join(at("2026-02-02T09:00", *screen, "-f", form).out.split())
            assert NOTICE in text or form == "table", (screen, form)
        shown = seen(*screen)
        notices = [row["notice"] for row in shown] if isinstance(shown, list) else [shown["notice"]]
        assert told in notices
    assert "notice" not in seen("referral", "show", "1")


def test_notes_about_a_part_2_program_are_not_kept_here(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch, db_path: Path, tmp_path: Path
) -> None:
    note = tmp_path / "note"
    note.write_text("began on Monday", encoding="utf-8")
    become(monkeypatch, "dlee")
    before = steps.everything(db_path)
    file = ("--note-file", str(note))
    for line in (
        ("referral", "update", "2", *file),
        ("refer", "1", "--to", "2", "--need", "detox", *file),
        ("follow-up", "done", "3", "--result", "reached", *file),
        ("follow-up", "add", "--referral", "2", "--kind", "call", "--due", "tomorrow", *file),
    ):
        done = ccu(*line)
        assert (done.code, done.out) == (2, ""), line
        assert done.err.endswith("; add it by ccu care note add --part2\n")
    assert steps.everything(db_path) == before
    assert ccu("referral", "update", "1", *file).code == 0
    told = ccu("provider", "edit", "1", "--part2")
    assert told.err == "This file still holds 1 note about earlier referrals to this provider.\n"


# ---------------------------------------------------------------- the accounting


def accounting(*more: str) -> list[tuple[str, str, str, str]]:
    rows = seen("disclosures", "--person", "1", *more)
    return [(row["when"][:10], row["account"], row["what"], row["basis"]) for row in rows]


def test_what_was_shown_is_kept_once_for_an_account_a_scope_a_basis_and_a_day(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "pat")
    for _ in range(3):
        seen("history", "--call", "1")
    monkeypatch.setenv("CCU_TODAY", "2026-02-01T09:00")
    seen("history", "--person", "1")
    monkeypatch.setenv("CCU_TODAY", TODAY)
    become(monkeypatch, "quinn")
    seen("history", "--call", "1")
    become(monkeypatch, "root")
    assert grant(ccu, "worker").code == 0
    become(monkeypatch, "pat")
    seen("history", "--call", "1")
    become(monkeypatch, "root")
    assert accounting() == [
        ("2026-01-31", "pat", "worker", "policy"),
        ("2026-01-31", "quinn", "worker", "policy"),
        ("2026-01-31", "pat", "worker", "consent 1"),
        ("2026-02-01", "pat", "worker", "policy"),
    ]
    assert [row["id"] for row in seen("disclosures", "--person", "1")] == [1, 3, 4, 2]


def test_showing_that_it_is_being_handled_is_no_disclosure(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ccu("settings", "police_sees", "").code == 0
    become(monkeypatch, "pat")
    looks()
    become(monkeypatch, "root")
    assert accounting() == []


def test_it_reaches_back_six_years_to_the_day_and_further_when_asked(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "pat")
    seen("worker", "list")
    become(monkeypatch, "root")
    line = ("disclosures", "--person", "1", "-f", "json")
    for day, more, count in (
        ("2032-01-31", (), 1),
        ("2032-02-01", (), 0),
        ("2032-02-01", ("--years", "7"), 1),
        ("2032-02-01", ("--all",), 1),
    ):
        assert len(json.loads(ccu("--today", day, *line, *more).out)) == count
    assert consents.since(date(2028, 2, 29), 6) == "2022-02-28"
    assert consents.since(date(2026, 2, 28), 2) == "2024-02-28"


def test_it_covers_every_record_of_the_person(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch, db_path: Path
) -> None:
    assert steps.call(ccu, "unknown") == 2
    become(monkeypatch, "pat")
    seen("history", "--person", "1")
    become(monkeypatch, "root")
    steps.merge(db_path, 1, 2)
    assert [row["record"] for row in seen("disclosures", "--person", "2")] == [1]
    assert [row["record"] for row in seen("disclosures", "--person", "1")] == [1]


def test_police_but_for_the_custodian_see_what_went_to_police(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert grant(ccu, "part2", "--expires", "2026-03-01", to="hospital").code == 0
    told = ("consent", "disclose", "1", "--to", "hospital", "--scope", "part2")
    assert ccu(*told).code == 0
    for login, rows in (("cal", 0), ("rec", 1), ("dlee", 1)):
        become(monkeypatch, login)
        assert len(seen("disclosures", "--person", "1")) == rows
        assert len(seen("consent", "list", "--person", "1")) == rows


def test_it_is_recorded_and_a_wrong_number_states_it(ccu: Ccu, db_path: Path) -> None:
    assert seen("disclosures", "--person", "1") == []
    assert steps.audited(db_path, "disclosures") == [("person", 1)]
    assert ccu("disclosures", "--person", "9") == (3, "", "ccu: error: no person 9\n")
    assert ccu("disclosures").code == 2
    for years in ("0", "-1", "x", "101"):
        assert ccu("disclosures", "--person", "1", "--years", years).code == 2


# ---------------------------------------------------------------- any order


@dataclass
class Paper:
    scopes: frozenset[str]
    signed: date
    expires: date | None
    revoked: bool = False

    def allows(self, thing: str, today: date) -> bool:
        if self.revoked or today < self.signed or (self.expires and today > self.expires):
            return False
        return thing in self.scopes or (thing != "part2" and "all_but_part2" in self.scopes)


SCOPES = ("worker", "referrals", "follow_ups", "part2", "all_but_part2")
STEPS = st.one_of(
    st.tuples(
        st.just("grant"),
        st.frozensets(st.sampled_from(SCOPES), min_size=1, max_size=2),
        st.integers(0, 5),
        st.one_of(st.none(), st.integers(1, 9)),
    ),
    st.tuples(st.just("revoke"), st.integers(0, 3)),
    st.tuples(st.just("day"), st.integers(-6, 9)),
    st.tuples(
        st.just("policy"), st.frozensets(st.sampled_from(("worker", "referrals", "follow_ups")))
    ),
)


@settings(
    max_examples=examples(4, 30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=1, max_size=6))
def test_an_officer_sees_what_consents_policy_and_day_allow(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[Any, ...]]
) -> None:
    with tempfile.TemporaryDirectory() as folder, monkeypatch.context() as patched:
        for file in db_path.parent.glob(f"{db_path.name}*"):
            shutil.copy(file, folder)
        patched.setenv("CCU_DB", str(Path(folder) / db_path.name))
        today, policy, papers = date(2026, 1, 31), frozenset({"worker", "plan"}), list[Paper]()
        for step in steps:
            become(patched, "root")
            patched.setenv("CCU_TODAY", f"{today}T14:00")
            match step:
                case ("grant", scopes, ago, lasts):
                    signed = today - timedelta(days=ago)
                    ends = signed + timedelta(days=lasts) if lasts else None
                    if "part2" in scopes and ends is None:
                        ends = signed + timedelta(days=4)
                    until = ("--expires", str(ends)) if ends else ()
                    done = grant(run_ccu, ",".join(scopes), "--signed", str(signed), *until)
                    assert done.code == 0, done.err
                    papers.append(Paper(scopes, signed, ends))
                case ("revoke", number) if number < len(papers):
                    paper = papers[number]
                    fails = paper.revoked or today < paper.signed
                    assert (run_ccu("consent", "revoke", str(number + 1)).code == 2) == fails
                    paper.revoked = paper.revoked or not fails
                case ("day", days):
                    today += timedelta(days=days)
                    patched.setenv("CCU_TODAY", f"{today}T14:00")
                case ("policy", policy):
                    assert run_ccu("settings", "police_sees", ",".join(policy)).code == 0
            become(patched, "pat")
            for thing, shown in {
                "referrals": seen("referral", "show", "1")["need"],
                "part2": run_ccu("referral", "show", "2").code == 0 or None,
                "follow_ups": seen("follow-up", "show", "1")["due"],
                "worker": seen("worker", "list")[0]["staff"],
            }.items():
                expected = thing in policy or any(p.allows(thing, today) for p in papers)
                assert (shown is not None) == expected, (thing, today, policy, papers)
