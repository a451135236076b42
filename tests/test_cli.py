"""The map: usage errors, exit codes, start-up, and the sentence for a bug."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ccu import access, cli
from ccu.errors import ExitCode
from ccu.records import codes

from .conftest import Ccu
from .readme import EXIT_CODE_MEANING

HEAVY = ("rich", "tabulate", "sqlite_utils", "sqlite3", "dateutil", "jinja2", "zoneinfo")


def test_nothing_heavy_is_loaded_before_a_command_needs_it() -> None:
    code = "import sys, ccu.cli; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert [name for name in loaded if name.split(".")[0] in HEAVY] == []
    assert [name for name in loaded if name.startswith("ccu.commands")] == []


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--bogus"], "no such option: --bogus; see ccu --help"),
        (["bogus"], "no such command; see ccu --help, or find a command: ccu help WORD"),
        (["John"], "no such command; see ccu --help"),
        (["log"], "no such command; did you mean ccu log-call? To find a command: ccu help WORD"),
        (["search"], "no such command; did you mean ccu history or ccu person find? To find"),
        (["oops"], "no such command; did you mean ccu undo?"),
        (["calls"], "no such command; did you mean ccu call list?"),
        (["lookup"], "no such command; did you mean ccu history or ccu person find?"),
        (["histroy"], "no such command; did you mean ccu history?"),
        (["foll"], "no such command; did you mean ccu follow-up?"),
        (["person", "search"], "no such command; did you mean ccu person find?"),
        (["person", "correct"], "no such command; did you mean ccu person edit?"),
        (["follow-up", "assign"], "no such command; did you mean ccu follow-up edit?"),
        (["household", "rename"], "no such command; did you mean ccu household edit?"),
        (
            ["call", "John"],
            "no such command; choose from show, edit, void, unvoid, list, decide; see ccu call",
        ),
        (["settings", "-f", "xls"], "'--format' / '-f' is not one of"),
        (
            ["settings", "town", "Smith", "John"],
            "got an unexpected argument; put a text with spaces in quotes; see ccu settings",
        ),
        (["--today", "soon", "init", "--no-input"], "--town is missing"),
    ],
)
def test_wrong_usage_is_one_line_that_does_not_repeat_what_was_typed(
    args: list[str], says: str, empty: Ccu
) -> None:
    result = empty(*args)
    assert result.code == ExitCode.INVALID
    assert result.out == ""
    assert result.err.startswith(f"ccu: error: {says}")
    assert result.err.count("\n") == 1
    assert "John" not in result.err


def test_no_command_shows_the_help(empty: Ccu) -> None:
    result = empty()
    assert "Everyday commands:" in result.out + result.err


def test_the_first_help_is_one_screen_and_has_every_command(empty: Ccu) -> None:
    lines = empty("--help").out.splitlines()
    assert len(lines) <= 23  # below the prompt
    assert max(map(len, lines)) <= 80
    others = " ".join(cli.OTHERS.values()).split()
    assert sorted([*cli.EVERYDAY, *others]) == sorted(cli.COMMANDS)
    for name in cli.COMMANDS:
        assert any(name in line.split() for line in lines), name


def test_a_bug_keeps_its_traceback_in_a_private_file(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(service_account: str = "") -> str:
        raise RuntimeError("Robert Tables was here")

    monkeypatch.setattr(access, "login", broken)
    result = ccu("settings", "repeat_days", "30")
    assert (result.code, result.out) == (ExitCode.BUG, "")
    assert result.err.startswith(
        "ccu: error: unexpected, a bug in ccu; nothing was written; details"
    )
    assert "Robert" not in result.err
    kept = Path(result.err.split(" are in ")[1].strip())
    told = kept.read_text()
    assert "RuntimeError" in told
    assert "test_cli.py" in told  # the frames, but not what the error said: it may be a name
    assert "Robert" not in told
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.unlink()


def test_ctrl_c_is_130(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(service_account: str = "") -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(access, "login", stopped)
    result = ccu("settings", "repeat_days", "30")
    assert result == (130, "", "Cancelled. Nothing was saved.\n")


def test_every_exit_code_has_its_meaning() -> None:
    assert set(EXIT_CODE_MEANING) == set(ExitCode)


def test_completion_offers_commands_codes_and_ids(ccu: Ccu) -> None:
    asked = subprocess.run(
        [sys.executable, "-c", "from ccu.start import run; run()"],
        env={
            **os.environ,
            "_CCU_COMPLETE": "complete_bash",
            "COMP_WORDS": "ccu settings repeat",
            "COMP_CWORD": "2",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.stdout.split() == ["repeat_calls", "repeat_days"], asked.stderr


@pytest.mark.parametrize(
    ("shell", "asked"),
    [
        ("zsh", {"_TYPER_COMPLETE_ARGS": "ccu hist"}),
        ("fish", {"_TYPER_COMPLETE_ARGS": "ccu hist", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}),
        ("powershell", {"_TYPER_COMPLETE_ARGS": "ccu hist",
                        "_TYPER_COMPLETE_WORD_TO_COMPLETE": "hist"}),
    ],
)  # fmt: skip
def test_completion_is_for_every_shell(shell: str, asked: dict[str, str], ccu: Ccu) -> None:
    """Each has a script, which asks ccu with these variables."""
    script = ccu("--show-completion", shell)
    assert (script.code, script.err) == (0, "")
    assert all(name in script.out for name in (f"complete_{shell}", "_CCU_COMPLETE", *asked))
    done = subprocess.run(
        [sys.executable, "-c", "from ccu.start import run; run()"],
        env={**os.environ, "_CCU_COMPLETE": f"complete_{shell}", **asked},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "history" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("shell", "file"),
    [
        ("bash", ".bash_completions/ccu.sh"),
        ("zsh", ".zfunc/_ccu"),
        ("fish", ".config/fish/completions/ccu.fish"),
    ],
)
def test_completion_is_installed_for_the_shell_that_is_named(
    shell: str, file: str, ccu: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    done = ccu("--install-completion", shell)
    assert (done.code, done.err) == (0, "") and file in done.out
    assert (tmp_path / file).read_text().strip() == ccu("--show-completion", shell).out.strip()


def test_help_installs_no_completion(
    ccu: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SHELL", "/bin/bash")
    done = ccu("--install-completion", "--help")
    assert done.code == 0 and done.out.startswith("Usage: ccu")
    assert not (tmp_path / ".bash_completions").exists()


def test_a_shell_without_a_script_is_told_which_have_one(ccu: Ccu) -> None:
    refused = ccu("--show-completion", "tcsh")
    assert (refused.code, refused.out) == (2, "")
    assert "ccu --show-completion bash, zsh, fish or powershell" in refused.err
    refused = ccu("--install-completion", "powershell")  # Typer's would let any script run
    assert refused.code == 2 and ">> $PROFILE" in refused.err


def test_a_completion_that_there_is_not_is_no_bug(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_CCU_COMPLETE", "complete_nosuch")
    assert ccu("settings").code == 2


@pytest.mark.skipif(os.name != "posix", reason="pipes of a shell")
def test_a_reader_that_went_away_is_141_and_silent(ccu: Ccu) -> None:
    script = f"{sys.executable} -c 'from ccu.start import run; run()' settings | head -c 0; "
    script += 'echo "${PIPESTATUS[0]}"'
    ended = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.stderr) == ("141\n", "")


@pytest.mark.parametrize(
    ("words", "first"),
    [
        (("undo",), "ccu undo"),
        (("voicemail",), "ccu follow-up done"),
        (("zzz",), None),
        (("search",), "ccu history"),
        (("follow-up", "done"), "ccu follow-up done"),
        (("flag",), "ccu place flag"),
        (("reschedule",), "ccu follow-up edit"),
        (("next", "of", "kin"), "ccu household show"),
        (("narcan",), "ccu codes nature"),
        (("gun",), "ccu codes hazard"),
        (("weapon",), "ccu codes hazard"),
        (("section", "12"), "ccu codes disposition"),
        (("baker", "act"), "ccu codes disposition"),
        (("ride",), "ccu codes disposition"),
        (("911",), "ccu codes source"),
    ],
)
def test_help_finds_a_command_by_everyday_word_name_and_help(
    words: tuple[str, ...], first: str | None, empty: Ccu
) -> None:
    done = empty("help", *words, "--format", "json")
    assert done.code == 0, done.err
    found = [row["command"] for row in json.loads(done.out)]
    assert found[:1] == ([] if first is None else [first])
    assert ("No command found for that" in done.err) == (first is None)


def test_help_tells_which_lists_of_the_town_have_a_choice(ccu: Ccu, empty: Ccu) -> None:
    assert ccu("codes", "add", "hazard", "Beehive").code == 0
    assert ccu("help", "beehive").out.split() == (
        ["Command", "Help", "ccu", "codes", "hazard", "Has", "the", "choice", "Beehive"]
    )
    listed = empty("help", "jail", "--format", "json").out
    assert "Arrest" in listed and "ccu codes follow_up_result" in listed


def test_help_leaves_out_words_that_tell_nothing_and_fits_a_screen(empty: Ccu) -> None:
    done = empty("help", "fix", "a", "mistake", "--format", "json")
    found = [row["command"] for row in json.loads(done.out)]
    assert set(found[:2]) == {"ccu call edit", "ccu undo"}
    alone = empty("help", "fix", "mistake", "--format", "json")
    assert alone.out == done.out
    many = empty("help", "call")
    assert len(many.out.splitlines()) + len(many.err.splitlines()) <= 24
    assert "add a word to narrow the list" in many.err


def test_help_without_a_word_is_the_first_help(empty: Ccu) -> None:
    assert empty("help").out == empty("--help").out


def test_every_everyday_word_leads_to_a_command() -> None:
    paths = {row.split(" --")[0] for row in access.MAY} | access.ANYONE | set(cli.COMMANDS)
    meant = {each for meanings in codes.synonyms("command").values() for each in meanings}
    assert meant - paths == set()
    assert len(meant) > 30


def test_today_is_given_as_americans_write_it(ccu: Ccu) -> None:
    call = ("log-call", "--when", "22:30", "--address", "12 Main St", "--nature", "crisis")
    assert ccu("--today", "1/30/2026", *call).code == 0
    assert "2026-01-30T22:30" in ccu("call", "show", "1", "-f", "json").out
    assert "must be a day such as 1/18/2026" in ccu("--today", "tomorrow", "brief").err
    assert "did you mean ccu referral or" in ccu("referal", "list").err


def test_an_address_typed_bare_is_told_its_option(empty: Ccu) -> None:
    done = empty("log-call", "12", "main", "st", "apt", "3")
    assert done.code == 2
    assert "put the address in quotes after --address; see ccu log-call" in done.err
