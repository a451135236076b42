"""`ccu staff`: who works here, and what an account that does not may do."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ccu import access

from ..conftest import Ccu


def staff(ccu: Ccu, *more: str) -> dict[str, dict[str, Any]]:
    return {row["login"]: row for row in json.loads(ccu("staff", "list", *more, "-f", "json").out)}


def become(monkeypatch: pytest.MonkeyPatch, login: str) -> None:
    def login_now(service_account: str = "") -> str:
        return login

    monkeypatch.setattr(access, "login", login_now)


def test_the_account_that_made_the_file_is_its_admin(ccu: Ccu) -> None:
    assert [row["role"] for row in staff(ccu).values()] == ["admin"]


def test_an_account_is_added_listed_changed_and_retired(ccu: Ccu) -> None:
    added = ("staff", "add", "dlee", "--role", "Clinician", "--agency", "human_services")
    assert ccu(*added, "--name", "Dana Lee") == (0, "Added dlee (Clinician).\n", "")
    assert ccu("staff", "add", "intern1", "--role", "intern", "--supervisor", "dlee").code == 0
    assert staff(ccu)["dlee"]["name"] == "Dana Lee"
    assert staff(ccu)["intern1"]["supervisor"] == "dlee"
    assert ccu("staff", "edit", "dlee", "--phone", "203-555-0142") == (
        0,
        "Edited dlee: phone.\n",
        "",
    )
    assert ccu("staff", "retire", "dlee") == (0, "Retired dlee.\n", "")
    assert "dlee" not in staff(ccu)
    assert staff(ccu, "--all")["dlee"]["active"] is False
    assert ccu(*added).code == 0
    assert staff(ccu)["dlee"]["active"] is True


def test_an_unknown_account_is_told_who_can_add_it_and_sees_nothing(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (admin,) = staff(ccu)
    become(monkeypatch, "stranger")
    said = (
        "ccu: error: this account is not on the staff list of this file;"
        f" {admin} can add it with ccu staff add\n"
    )
    for command in (
        ("history", "--address", "3 Elm St"),
        ("staff", "add", "stranger", "--role", "admin"),
        ("settings", "town", "Eastport"),
        ("log-call", "--when", "now", "--address", "3 Elm St", "--nature", "crisis"),
    ):
        assert ccu(*command) == (7, "", said)
    with sqlite3.connect(db_path) as hand:
        denied = hand.execute("SELECT staff_id FROM audit WHERE action = 'denied'").fetchall()
    assert denied == [(None,)] * 4


def test_only_an_admin_changes_the_list(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ccu("staff", "add", "mrossi", "--role", "officer").code == 0
    become(monkeypatch, "mrossi")
    assert ccu("staff", "add", "friend", "--role", "officer") == (
        7,
        "",
        "ccu: error: ccu staff add needs the role admin; this account's role is officer\n",
    )
    assert ccu("staff", "edit", "mrossi", "--role", "admin").code == 7
    assert staff(ccu)["mrossi"]["role"] == "officer"


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["add", "x"], 2, "--role is missing"),
        (["add", "x", "--role", "boss"], 2, "--role: not a valid staff role."),
        (["add", "two words", "--role", "officer"], 2, "LOGIN must be one word"),
        (["add", "", "--role", "officer"], 2, "LOGIN must be one word"),
        (["add", "x", "--role", "officer", "--supervisor", "nobody"], 3, "--supervisor: no such"),
        (["change", "nobody", "--phone", "1"], 3, "LOGIN: no such account"),
        (["retire", "nobody"], 3, "LOGIN: no such account"),
    ],
)
def test_bad_input_is_one_sentence(args: list[str], code: int, says: str, ccu: Ccu) -> None:
    before = staff(ccu, "--all")
    done = ccu("staff", *args)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"ccu: error: {says}")
    assert done.err.count("\n") == 1
    assert staff(ccu, "--all") == before


def test_only_an_admin_changes_settings_such_as_the_service_account(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ccu("staff", "add", "mrossi", "--role", "officer").code == 0
    become(monkeypatch, "mrossi")
    assert ccu("settings", "service_account", "mrossi") == (
        7,
        "",
        "ccu: error: ccu settings NAME VALUE needs the role admin;"
        " this account's role is officer\n",
    )
    become(monkeypatch, "stranger")
    assert ccu("settings").code == 7
    assert ccu("staff", "list").code == 7
    assert ccu("provider", "list").code == 7
    assert ccu("provider", "show", "1").code == 7
    assert ccu("import", "none.csv", "--layout", "demo", "--dry-run").code == 7


def test_nobody_becomes_their_own_supervisor_by_taking_over(ccu: Ccu) -> None:
    assert ccu("staff", "add", "sup", "--role", "supervisor").code == 0
    assert ccu("staff", "add", "int", "--role", "intern", "--supervisor", "sup").code == 0
    assert ccu("staff", "retire", "sup", "--to", "int").code == 0
    assert staff(ccu)["int"]["supervisor"] is None


@pytest.mark.parametrize("role", ["intern", "analyst", "records"])
def test_a_signature_that_would_mean_nothing_is_refused(role: str, ccu: Ccu) -> None:
    assert ccu("staff", "add", "other", "--role", role).code == 0
    says = f"ccu: error: --supervisor: an account with the role {role} cannot supervise\n"
    assert ccu("staff", "add", "int", "--role", "intern", "--supervisor", "other") == (2, "", says)
    assert ccu("staff", "add", "one", "--role", "clinician").code == 0
    assert ccu("staff", "add", "two", "--role", "clinician", "--supervisor", "one").code == 0
    circle = "ccu: error: --supervisor: these two would supervise each other\n"
    assert ccu("staff", "edit", "one", "--supervisor", "two") == (2, "", circle)
    assert ccu("staff", "retire", "one", "--to", "other").code == 0
    assert staff(ccu)["two"]["supervisor"] is None


def test_the_last_admin_stays(ccu: Ccu) -> None:
    (admin,) = staff(ccu)
    says = (
        "ccu: error: this is the last person with the role admin; give another account that role"
        " first: ccu staff edit LOGIN --role admin\n"
    )
    assert ccu("staff", "retire", admin) == (2, "", says)
    assert ccu("staff", "edit", admin, "--role", "officer") == (2, "", says)
    assert ccu("staff", "add", "second", "--role", "admin").code == 0
    assert ccu("staff", "edit", admin, "--role", "officer").code == 0


def test_a_service_account_does_not_count_as_an_admin(ccu: Ccu) -> None:
    """Nobody could log in as it, and add others."""
    (admin,) = staff(ccu)
    assert ccu("staff", "add", "daemon", "--role", "admin").code == 0
    assert ccu("settings", "service_account", "daemon").code == 0
    for line in (("retire", admin), ("change", admin, "--role", "officer")):
        done = ccu("staff", *line)
        assert (done.code, done.out) == (2, "")
        assert "this is the last person with the role admin" in done.err
    assert ccu("staff", "retire", "daemon").code == 0


def test_sudo_names_the_asker_only_for_the_service_account(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os
    import pwd

    own = pwd.getpwuid(os.getuid()).pw_name
    monkeypatch.setenv("SUDO_UID", str(pwd.getpwnam("nobody").pw_uid))
    assert access.login("") == own
    assert access.login("somebody-else") == own
    assert access.login(own) == "nobody"


@pytest.mark.parametrize("successor", ["sam", ""])
def test_work_that_opens_again_goes_to_the_successor_of_a_retired_account(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch, successor: str
) -> None:
    """Else nobody would be told when it is overdue; without a successor, who reopens it has it."""
    for login, role in (("dlee", "clinician"), ("sam", "clinician"), ("rex", "records")):
        assert ccu("staff", "add", login, "--role", role).code == 0
    for line in ("provider add Harbor --need food", "person add --file -", "person add --file -",
                 "refer --person 1 --to 1 --need food --owner dlee",
                 "follow-up add --person 1 --kind call --due tomorrow --owner dlee",
                 "follow-up add --person 2 --kind call --due tomorrow --owner dlee",
                 "follow-up done 3 --result reached",
                 "referral edit 1 --status declined"):  # fmt: skip
        done = ccu(*line.split(), stdin="description: gray coat")
        assert done.code == 0, (line, done.err)
    admin = access.login()
    become(monkeypatch, "rex")
    order = ("--authority", "court", "--ordered", "2026-01-30", "--yes")
    assert ccu("seal", "person", "2", *order).code == 0
    become(monkeypatch, admin)
    assert ccu("staff", "retire", "dlee", *(("--to", successor) if successor else ())).code == 0
    assert ccu("follow-up", "reopen", "3").code == 0
    assert ccu("referral", "reopen", "1").code == 0
    become(monkeypatch, "rex")
    assert ccu("seal", "lift", "1", "--reason-code", "in_error").code == 0
    become(monkeypatch, admin)
    rows = json.loads(ccu("follow-up", "list", "-f", "json").out)
    owners = {row["id"]: row["owner"] for row in rows}
    assert (owners[3], owners[4]) == (successor or admin, successor or "rex")
    assert {row["owner"] for row in json.loads(ccu("referral", "list", "-f", "json").out)} == {
        successor or admin
    }
    assert ccu("check").code == 0
    assert ccu("audit", "verify").code == 0
