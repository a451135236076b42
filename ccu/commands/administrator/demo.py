"""`ccu demo`: an invented town to try ccu on."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ccu.demo import DEFAULT_CALLS, DEFAULT_SEED
from ccu.options import Context, flag
from ccu.output import emit_line
from ccu.session import Session

FILE = Path("ccu-demo.db")  # if no file is named: never the town's own


def command(
    ctx: Context,
    calls: Annotated[
        int, typer.Option("--calls", min=100, max=10_000_000, help="How many calls.")
    ] = DEFAULT_CALLS,
    seed: Annotated[
        int, typer.Option("--seed", help="Another number makes another town.")
    ] = DEFAULT_SEED,
    no_tour: Annotated[bool, flag("--no-tour", "Make the file without printing the tour.")] = False,
) -> None:
    """Make an invented town in a new file, and show the main screens.

    Nobody in it is real. The file is the one that --db or CCU_DB names, else ccu-demo.db in this
    folder; it must not exist yet. The same seed and --today make the same town.

    Examples:

      ccu --db demo.db demo

      ccu --db big.db --today 2026-01-31 demo --calls 100000 --no-tour
    """
    from ccu.demo import build, town

    session = _session(ctx)
    made = build.build(session, calls, seed, _story_runner(ctx))
    emit_line(f"Made {session.path}: the invented town of {town.TOWN}, {made.calls:,} calls.")
    if not no_tour:
        build.show(made, _runner(ctx, session))


def _session(ctx: Context) -> Session:
    """Return the session of this run, but never on the user's own file."""
    session = ctx.obj
    if not session.names_a_file:
        session = Session(FILE, ctx.find_root().params["today"])
        ctx.call_on_close(session.close)
    return session


def _runner(ctx: Context, session: Session) -> Callable[[Sequence[str]], None]:
    """Return a function that runs a command line on this run's file and day."""
    root: Any = ctx.find_root()
    before = ["--db", str(session.path)]
    if root.params["today"]:
        before += ["--today", root.params["today"]]

    def run(words: Sequence[str]) -> None:
        root.command.main(args=[*before, *words], prog_name="ccu", standalone_mode=False)

    return run


def _story_runner(ctx: Context) -> Callable[[Session, Sequence[str]], None]:
    """Return a function that runs one command of this program with its own session."""
    root_ctx: Any = ctx.find_root()

    def run(session: Session, words: Sequence[str]) -> None:
        name, *rest = words
        command = root_ctx.command.get_command(root_ctx, name)
        command.main(args=rest, prog_name=name, standalone_mode=False, parent=root_ctx, obj=session)

    return run
