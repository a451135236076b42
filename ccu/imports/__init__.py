"""Lists from other systems: the importer core, and the importers on top of it.

  layout       a TOML file that tells how a file is read; `Layout` is what every layout has
  source       the file: its bytes, encoding and lines
  rows         its rows and cells; a broken row costs only itself
  identifiers  columns that are refused: FBI, state and social security numbers
  suggest      a first layout, by the importer's hints.toml
  forms        what a column's texts mean, for a first layout: date formats, codes
  store        the import on record, with the counts of its rows; the file of those not taken

An importer adds its fields to the layout, reads rows to its records, and writes them in one
transaction: dispatch/ (exports of calls), roster/ (an office's clients and their workers) and
directory/ (services that help).

The options that every import command has are here.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccu.options import FILE, OptionType, arg, flag, opt, value

if TYPE_CHECKING:
    from ccu.session import Session


def layout_option(layouts: Callable[[], Any]) -> Any:
    """Return --layout, which the command receives as the importer's own `Layout`.

    `layouts` imports and returns the importer's module of layouts, when one is named.
    """

    def read(session: "Session", text: str, option: str) -> Any:
        return layouts().load(text)

    def complete(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
        return [(name, "") for name in layouts().READY if name.startswith(incomplete)]

    return opt(
        "--layout",
        OptionType(read=read, metavar="NAME-OR-PATH", complete=complete),
        "How to read it: a ready layout's name, or a TOML file.",
        short="-l",
    )


FileArgument = Annotated[Path, arg("FILE", FILE, "The file, also .gz; - is standard input.")]
DryRunOption = Annotated[bool, flag("--dry-run", "Show what would change; keep nothing.")]
RejectsOption = Annotated[
    Path | None, opt("--rejects", FILE, "Write rejected rows to FILE, with the reason.")
]
AllowColumnOption = Annotated[
    list[str] | None,
    value(
        "--allow-column",
        "COLUMN",
        "Let this column pass, though it looks like an FBI, state or social security"
        " number; recorded. Repeat for several.",
    ),
]
SuggestOption = Annotated[bool, flag("--suggest", "Write a first layout for this file instead.")]
