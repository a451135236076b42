"""`ccu consent`: signed and revoked consents, and disclosures recorded by hand."""

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest

from .. import steps
from ..conftest import Ccu
from ..steps import become
from .sharing import NOTICE, NOW, grant, seen, start

WORDS = "so that the landlord's agent can be told"


@pytest.fixture
def ccu(ccu: Ccu, monkeypatch: pytest.MonkeyPatch, db_path: Path) -> Ccu:
    monkeypatch.setenv("CCU_TODAY", NOW)
    become(monkeypatch, "root")
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        hand.execute("UPDATE staff SET login = 'root' WHERE id = 1")
        hand.commit()
    start(ccu, monkeypatch)
    return ccu


def papers(db_path: Path) -> int:
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        return int(hand.execute("SELECT count(*) FROM consent").fetchone()[0])


# ---------------------------------------------------------------- grant


def test_a_paper_is_recorded_and_listed(ccu: Ccu, db_path: Path) -> None:
    done = grant(ccu, "follow-ups,worker", "--signed", "2026-01-10", "--expires", "2026-07-10")
    worker = "Who works with them, and how to reach that worker"
    scopes = f"{worker}; Follow-ups, and each attempt"
    said = f"Consent 1 of person 1 to Police: {scopes}, through Jul 10, 2026.\n"
    assert done == (0, said, "")
    assert grant(ccu, "all-but-part2", "--signed-by", "guardian", to="1").out == (
        "Consent 2 of person 1 to provider 1: Everything but what is under 42 CFR Part 2,"
        " with no expiration date.\n"
    )
    first, second = seen("consent", "list", "--person", "1")
    assert first == {
        "id": 1,
        "person": 1,
        "to": "police",
        "scope": "worker, follow_ups",
        "purpose": "safety",
        "words": None,
        "signed_on": "2026-01-10",
        "signed_by": "person",
        "expires_on": "2026-07-10",
        "state": "active",
    }
    assert (second["to"], second["signed_by"]) == ("provider 1 (Homes with Hope)", "guardian")
    assert steps.audited(db_path, "consent-grant") == [("person", 1), ("person", 1)]
    assert steps.audited(db_path, "consent-list") == [("person", 1)]


def test_the_purpose_in_words_comes_from_a_file_and_other_needs_it(ccu: Ccu, db_path: Path) -> None:
    line = ("consent", "grant", "1", "--to", "other", "--scope", "worker", "--signed", "today")
    missing = ccu(*line, "--purpose", "other")
    assert missing.err == "ccu: error: --file is missing: the purpose other needs a text\n"
    assert ccu(*line, "--purpose", "other", "--file", "-", stdin=WORDS).code == 0
    assert seen("consent", "list")[0]["words"] == WORDS
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        assert "landlord" not in str(hand.execute("SELECT detail FROM audit").fetchall())
    empty = ccu(*line, "--purpose", "other", "--file", "-", stdin=" \n")
    assert (empty.code, papers(db_path)) == (2, 1)


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        (("--signed", "2026-02-01"), 2, '--signed "2026-02-01" is in the future'),
        (("--signed", "2026-01-10", "--expires", "2026-01-10"), 2, "--expires must be after"),
        (("--signed", "2026-01-10", "--expires", "2026-01-09"), 2, "--expires must be after"),
        (("--signed", "2026-02-29"), 2, "--signed"),
        (("--scope", "part2"), 2, "--expires is missing: a part2 consent needs an expiration date"),
        (("--scope", "everything"), 2, "--scope: not a valid consent scope"),
        (("--purpose", "Pat Sample"), 2, "--purpose: not a valid consent purpose"),
        (("--to", "the baker"), 2, "--to: not a valid agency"),
        (("--to", "hosp"), 2, "--to: not a valid agency. Did you mean hospital?"),
        (("--to", "99"), 3, "--to: no such provider"),
        (("--signed-by", "friend"), 2, "--signed-by must be one of person, parent,"),
    ],
)
def test_what_cannot_be_right_is_refused_and_never_repeated(
    ccu: Ccu, db_path: Path, more: tuple[str, ...], code: int, says: str
) -> None:
    done = grant(ccu, "worker", *more)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"ccu: error: {says}")
    assert "Sample" not in done.err and "baker" not in done.err
    assert papers(db_path) == 0


def test_an_unknown_or_merged_person_signs_nothing(ccu: Ccu, db_path: Path) -> None:
    assert grant(ccu, "worker", person="9").code == 3
    assert steps.call(ccu, "unknown") == 2
    steps.merge(db_path, 2, 1)
    merged = grant(ccu, "worker", person="2")
    assert merged == (2, "", "ccu: error: person 2 was merged into person 1\n")
    for missing in ("--to", "--scope", "--purpose", "--signed"):
        said = {"--to": "ems", "--scope": "worker", "--purpose": "safety", "--signed": "today"}
        line = [word for option, value in said.items() if option != missing
                for word in (option, value)]  # fmt: skip
        assert ccu("consent", "grant", "1", *line).err == f"ccu: error: {missing} is missing\n"
    assert papers(db_path) == 0


# ---------------------------------------------------------------- revoke, and what is active


def test_a_revocation_holds_from_the_next_command_on(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch, db_path: Path
) -> None:
    assert grant(ccu, "referrals").code == 0
    become(monkeypatch, "pat")
    assert seen("referral", "show", "1")["need"] == "housing"
    become(monkeypatch, "dlee")
    assert ccu("consent", "revoke", "1") == (0, "Revoked consent 1.\n", "")
    become(monkeypatch, "pat")
    assert seen("referral", "show", "1")["need"] is None
    become(monkeypatch, "root")
    assert seen("consent", "list", "--person", "1") == []
    (row,) = seen("consent", "list", "--person", "1", "--all")
    assert (row["state"], row["revoked_on"]) == ("revoked", "2026-01-31")
    again = ccu("consent", "revoke", "1")
    assert again == (2, "", "ccu: error: consent 1 was revoked on Jan 31, 2026\n")
    assert steps.audited(db_path, "consent-revoke") == [("person", 1)]
    assert ccu("consent", "revoke", "7") == (3, "", "ccu: error: no consent 7\n")


def test_a_day_before_the_signature_or_to_come_is_refused(ccu: Ccu) -> None:
    assert grant(ccu, "worker", "--signed", "2026-01-10").code == 0
    assert ccu("consent", "revoke", "1", "--on", "2026-01-09").code == 2
    assert ccu("consent", "revoke", "1", "--on", "tomorrow").code == 2
    assert ccu("consent", "revoke", "1", "--on", "2026-01-10").code == 0
    assert seen("consent", "list", "--all")[0]["revoked_on"] == "2026-01-10"


def test_another_signed_consent_stays_active_and_is_named(ccu: Ccu, db_path: Path) -> None:
    assert grant(ccu, "worker,plan").code == 0
    assert grant(ccu, "needs").code == 0
    assert steps.call(ccu, "unknown") == 2
    assert grant(ccu, "all_but_part2", person="2").code == 0
    assert grant(ccu, "worker", to="ems").code == 0
    steps.merge(db_path, 1, 2)
    done = ccu("consent", "revoke", "1")
    assert done.err == "Other active consents still allow some of it: consent 3.\n"
    assert [row["id"] for row in seen("consent", "list", "--person", "1")] == [2, 3, 4]
    assert {row["person"] for row in seen("consent", "list", "--person", "2")} == {2}


def test_it_counts_through_the_day_it_expires(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    signed = ("--signed", "2026-01-10", "--expires", "2026-02-10")
    assert grant(ccu, "referrals", *signed).code == 0
    become(monkeypatch, "pat")
    for day, state in (
        ("2026-01-09", "not yet"), ("2026-01-10", "active"), ("2026-02-10", "active"),
        ("2026-02-11", "expired"),
    ):  # fmt: skip
        monkeypatch.setenv("CCU_TODAY", f"{day}T09:00")
        assert [row["state"] for row in seen("consent", "list", "--all")] == [state]
        assert (seen("referral", "show", "1")["need"] is not None) == (state == "active")


# ---------------------------------------------------------------- disclose


def test_a_manual_disclosure_needs_a_consent(ccu: Ccu, db_path: Path) -> None:
    line = ("consent", "disclose", "1", "--to", "hospital", "--scope", "worker")
    refused = ccu(*line)
    assert refused.code == 2
    assert refused.err.startswith("ccu: error: person 1 has no active consent for it")
    assert grant(ccu, "all_but_part2", to="hospital").code == 0
    worker = "Who works with them, and how to reach that worker"
    said = f"Disclosure 1 of person 1 to Hospital: {worker}; by consent 1.\n"
    assert ccu(*line) == (0, said, "")
    assert ccu(*line, "--purpose", "treatment").code == 0  # each time is kept
    assert ccu("consent", "disclose", "1", "--to", "hospital", "--scope", "part2").code == 2
    rows = seen("disclosures", "--person", "1")
    assert [(row["purpose"], row["basis"], row["by"], row["account"]) for row in rows] == [
        ("safety", "consent 1", "root", None),
        ("treatment", "consent 1", "root", None),
    ]
    assert steps.audited(db_path, "consent-disclose") == [("person", 1)] * 2


def test_a_provider_named_in_words_is_told_by_its_number(ccu: Ccu) -> None:
    name = ("provider", "add", "Norwalk Care Unit", "--need", "care_navigation")
    for line in (("person", "add", "--file", "-"), name):
        assert ccu(*line, "--no-input", stdin="given: Jane\nfamily: Doe\n").code == 0
    done = ccu("consent", "grant", "1", "--to", "norwalk", "--scope", "referrals",
               "--purpose", "treatment", "--signed", "2026-01-10")  # fmt: skip
    assert done.code == 2
    assert "not a valid agency" in done.err
    assert "for one provider, give its number: 3 Norwalk Care Unit" in done.err


def test_a_consent_to_one_provider_is_for_it_alone_and_to_an_agency_for_all_of_it(
    ccu: Ccu,
) -> None:
    assert grant(ccu, "worker", to="1").code == 0
    told = ("consent", "disclose", "1", "--scope", "worker", "--to")
    assert [ccu(*told, to).code for to in ("1", "2", "provider")] == [0, 2, 2]
    assert grant(ccu, "worker", to="provider").code == 0
    assert [ccu(*told, to).code for to in ("2", "provider", "ems")] == [0, 0, 2]


def test_disclosure_without_consent_needs_a_legal_ground(ccu: Ccu) -> None:
    line = ("consent", "disclose", "1", "--to", "ems", "--scope")
    why = "--without-consent"
    assert ccu(*line, "needs", why, "medical_emergency").out == (
        "Disclosure 1 of person 1 to EMS: Needs assessments; without consent: Medical emergency.\n"
    )
    told = ccu(*line, "part2", why, "medical_emergency")
    assert (told.code, told.err) == (0, f"Give this notice with it: {NOTICE}\n")
    assert ccu(*line, "part2", why, "serious_threat").code == 2
    assert ccu(*line, "needs", why, "serious_threat").code == 0
    assert ccu(*line, "needs", why, "it seemed best").code == 2
    rows = json.loads(ccu("disclosures", "--person", "1", "-f", "json").out)
    assert [row["basis"] for row in rows] == [
        "without consent: medical_emergency",
        "without consent: medical_emergency",
        "without consent: serious_threat",
    ]


# ---------------------------------------------------------------- the setting


@pytest.mark.parametrize("value", ["part2", "all_but_part2", "care_notes", "worker,everything"])
def test_policy_never_opens_part_2_or_care_notes(ccu: Ccu, value: str) -> None:
    refused = ccu("settings", "police_sees", value)
    assert refused.code == 2
    assert refused.err.startswith("ccu: error: police_sees must be some of worker, plan,")


def test_policy_begins_with_who_works_with_them_and_plans(ccu: Ccu) -> None:
    shown = json.loads(ccu("settings", "-f", "json").out)
    assert {row["name"]: row["value"] for row in shown}["police_sees"] == "worker,plan"
