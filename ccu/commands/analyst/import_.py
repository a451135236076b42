"""`ccu import`: import a dispatch system's export."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ccu.imports import (
    AllowColumnOption,
    DryRunOption,
    FileArgument,
    RejectsOption,
    SuggestOption,
    layout_option,
)
from ccu.imports.dispatch import layout as layouts
from ccu.imports.rows import tell_short
from ccu.imports.store import tell_rejects
from ccu.options import Context, required
from ccu.output import FormatOption, OutputOption, Table, emit, say

if TYPE_CHECKING:
    from collections import Counter

    from ccu.imports.dispatch.merge_store import Summary

COLUMNS = ("read", "new", "changed", "same", "rejected")
WITHOUT_LAYOUT = "demo; --suggest writes a first one for your file"
MOST_SHOWN, LONGEST_SHOWN = 5, 40  # the most texts, and the most characters of one
UNMAPPED = ("minutes", "backup_asked", "backup_arrived")  # fields that no layout maps to codes


def command(
    ctx: Context,
    file: FileArgument,
    layout: Annotated[layouts.Layout | None, layout_option(lambda: layouts)] = None,
    dry_run: DryRunOption = False,
    rejects: RejectsOption = None,
    allow_column: AllowColumnOption = None,
    suggest: SuggestOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Import a dispatch system's export; safe to repeat.

    All of the file is imported or, if something goes wrong, none. Rows that cannot be read are
    counted, and written to the file that --rejects names. A row imported before changes
    nothing; a changed one updates its call and keeps the old values.

    A file with a column that looks like an FBI, state identification or social security number is
    refused.

    Examples:

      ccu import calls-2026-01.csv --layout examples/layouts/milwaukee.toml

      ccu import calls-2026-01.csv --suggest --output our-cad.toml

      zcat calls.csv.gz | ccu import - --layout our-cad.toml --dry-run
    """  # fmt: skip
    session = ctx.obj
    if suggest:
        from ccu.imports.dispatch import suggest as first

        first.write(session, file, output)
        return
    from ccu.imports.dispatch import run

    chosen = required(layout, "--layout", WITHOUT_LAYOUT)
    summary = run.import_file(
        session, file, chosen, dry_run=dry_run, rejects=rejects, allow=allow_column or ()
    )
    row = tuple(getattr(summary, column) for column in COLUMNS)
    title = "Dry run, nothing kept" if dry_run else "Import"
    emit(Table(COLUMNS, [row], title=title), format, output)
    for line in (*(summary.shown or ()), *summary.doubts):
        say(line)
    _tell(summary, rejects, chosen.identity)


def _most(texts: "Counter[str]", dry_run: bool) -> str:
    """Return the most frequent texts with their counts; more of them on a dry run."""
    shown = texts.most_common(MOST_SHOWN * (4 if dry_run else 1))
    return ", ".join(f"{text[:LONGEST_SHOWN]} ({count})" for text, count in shown)


def _tell(summary: "Summary", rejects: Path | None, identity: Sequence[str]) -> None:
    """Print on standard error what the row of counts does not show."""
    dry_run = summary.shown is not None
    for reason, count in summary.reasons.most_common():
        say(f"rejected {count}: {reason}")
    tell_rejects(rejects, summary.rejected)
    if summary.unmapped:
        say(
            f"{summary.unmapped.total()} rows have one of {len(summary.unmapped)} natures that"
            " are not in the layout, and count as other; most often"
            f" {_most(summary.unmapped, dry_run)}"
        )
    if summary.uncleared:
        say(
            f"{summary.uncleared.total()} rows have one of {len(summary.uncleared)} natures as"
            " cleared that are not in the layout; the dispatched nature counts; most often"
            f" {_most(summary.uncleared, dry_run)}"
        )
    if summary.undisposed:
        say(
            f"{summary.undisposed.total()} dispositions ({len(summary.undisposed)} different) are"
            " not in the layout, and count as no outcome; most often"
            f" {_most(summary.undisposed, dry_run)}"
        )
    joined = summary.joined
    if joined.rows:
        say(
            f"{joined.rows} rows were joined to another row of their incident number, into"
            f" {joined.calls} calls; they are counted as same"
        )
    if joined.contradicting:
        say(
            f"{joined.contradicting} of these have rows that differ in more than times, responders"
            " and dispositions; the newer row counts"
        )
    for field, texts in summary.unread.items():
        if texts:
            fault = "cannot be read" if field in UNMAPPED else "are not in the layout"
            some = ", ".join(text[:LONGEST_SHOWN] for text in sorted(texts)[:MOST_SHOWN])
            say(f"{len(texts)} texts of {field} {fault}, such as {some}")
    if joined.unnumbered:
        by = " and ".join(identity) or "when they began and their address"
        say(f"{joined.unnumbered} rows have no incident number; imports tell them apart by {by}")
        if summary.before and summary.new:
            say(
                f"import {summary.before} read this file before: rows without an incident number "
                "may be on file twice; ccu undo takes back the last import, and run again, the one "
                "before"
            )
    if joined.repeated:
        say(
            f"{joined.repeated} rows without an incident number repeat another row; each counts"
            " as a separate call"
        )
    tell_short(summary.short)
    if summary.dateless:
        say(
            f"{summary.dateless} rows have a date but no time; they are kept without a time and"
            " left out of the counts by hour"
        )
    if summary.shortened:
        say(
            f"{summary.shortened} incident numbers were shortened by a spreadsheet, as 2.61E+08;"
            " they count as missing. Export the file again with that column as text"
        )
    if summary.left:
        say(f"{summary.left} fields edited by hand were not changed")
