"""Who asked: the account behind sudo."""

import os

import pytest

from ccu import access


@pytest.mark.parametrize(
    ("said", "expected"),
    [("4711", 4711), ("0", None), ("", None), ("x", None), ("４", None), (str(os.getuid()), None)],
)
def test_the_caller_is_the_account_that_ran_sudo(
    monkeypatch: pytest.MonkeyPatch, said: str, expected: int | None
) -> None:
    monkeypatch.setenv("SUDO_UID", said)
    assert access.caller() == expected


def test_without_sudo_there_is_no_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUDO_UID", raising=False)
    assert access.caller() is None
