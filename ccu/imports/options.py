"""The options that every import command has."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer


def layout_option(ready: Callable[[], Sequence[str]]) -> Any:
    """Return --layout; `ready` gives the names of the importer's ready layouts, to complete."""

    def complete(incomplete: str) -> list[str]:
        return [name for name in ready() if name.startswith(incomplete)]

    return typer.Option(
        "--layout",
        "-l",
        metavar="NAME-OR-PATH",
        autocompletion=complete,
        help="How to read it: a ready layout's name, or a TOML file.",
    )


DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show what would change; keep nothing.")
]
RejectsOption = Annotated[
    Path | None,
    typer.Option(
        "--rejects",
        metavar="FILE",
        help="Write rows that are not taken to FILE, with the reason.",
    ),
]
AllowColumnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-column",
        metavar="COLUMN",
        help="Let this column pass, though it looks like an FBI, state or social security"
        " number; recorded. Repeat for several.",
    ),
]
SuggestOption = Annotated[
    bool, typer.Option("--suggest", help="Write a first layout for this file instead.")
]
