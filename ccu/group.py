"""A command with subcommands (`ccu call show`): one way to make it, and its help in full lines."""

from typing import Any

import typer
from typer.core import TyperGroup


class Group(TyperGroup):
    """Lists each subcommand with the whole first line of its help, folded and never cut."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list for --help."""
        rows = []
        for name in self.list_commands(ctx):
            command: Any = self.get_command(ctx, name)
            rows.append((name, str(command.help).split("\n\n")[0].replace("\n", " ")))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def group(help: str) -> typer.Typer:
    """The Typer app of a command with subcommands; `help` is its line in `ccu --help`."""
    return typer.Typer(
        cls=Group, add_completion=False, rich_markup_mode=None, no_args_is_help=True, help=help
    )
