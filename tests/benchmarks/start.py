"""Start-up: `ccu --version` and `ccu --help` beside the least that any Typer program can do."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.common import CCU, Bench, Line, run

# The same settings as ccu's own app, one command, nothing else.
PEER = '''
import sys

import typer


def version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write("peer 1\\n")
        raise typer.Exit()


app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True)


@app.command()
def command(
    version: bool = typer.Option(False, "--version", callback=version, is_eager=True),
) -> None:
    """One command."""


def run() -> None:
    app(prog_name="peer")
'''


def measure(bench: Bench) -> Iterator[Line]:
    """The two lines."""
    with tempfile.TemporaryDirectory() as folder:
        # Imported, so that it is compiled once, as an installed program is.
        Path(folder, "peer_app.py").write_text(PEER, encoding="utf-8")
        script = Path(folder, "peer.py")
        script.write_text("from peer_app import run\nrun()\n", encoding="utf-8")
        for option in ("--version", "--help"):
            yield bench.line(
                f"ccu {option}",
                "one-command Typer app",
                lambda option=option: run([CCU, option]),  # type: ignore[misc]
                lambda option=option: run([sys.executable, script, option]),  # type: ignore[misc]
                1.15,
                1.05,
                "The start of every command.",
            )
