"""`ccu provider import`: a directory of services, in Open Referral HSDS or as a plain CSV."""

from pathlib import Path
from typing import Annotated, Any

from ccu.imports import DryRunOption, RejectsOption, SuggestOption, layout_option
from ccu.options import FILE, Context, arg, group, line, opt
from ccu.output import FormatOption, OutputOption, Table, emit

app = group("Joined to `ccu provider` by the map in cli.py.")


def _layouts() -> Any:
    from ccu.imports.directory import layout  # not needed by the other commands of `ccu provider`

    return layout


@app.command("import")
def import_(
    ctx: Context,
    file: Annotated[Path, arg("PATH", FILE, "A folder, its zip, datapackage.json, JSON or CSV.")],
    source: Annotated[
        str | None,
        opt("--source", line(60), "A name for it, if you have another; default directory."),
    ] = None,
    layout: Annotated[object | None, layout_option(_layouts)] = None,
    dry_run: DryRunOption = False,
    rejects: RejectsOption = None,
    suggest: SuggestOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Import a directory of services: Open Referral HSDS 3 or 1.x, or a CSV; safe to repeat.

    Each service becomes a provider. Importing again updates it and keeps what the town edited, its
    notes, capacity and verification. A row with a broken link or an unreadable value is reported,
    and the rest is imported. A service no longer in the directory is kept and reported.

    Columns: read, new, changed, same, rejected services; kept_by_hand (fields), without_need, gone.

    Examples:

      ccu provider import hsds-export/ --dry-run

      ccu provider import county.json --source county --rejects odd.csv

      ccu provider import list.csv --suggest --output list.toml

      ccu provider import list.csv --layout list.toml
    """
    if suggest:
        _layouts().suggest_first(ctx.obj, file, output)
        return
    from ccu.imports import store as imports
    from ccu.imports.directory import run

    session = ctx.obj
    imports.check_rejects(rejects, file, session.path)
    chosen: Any = layout
    if chosen is not None:
        plan = run.prepare_list(session, file, chosen, source)
    else:
        plan = run.prepare(session, file, source or "directory")
    title = "Dry run, nothing kept"
    if not dry_run:
        title = f"Import {run.commit(session, plan)}"
    emit(Table(run.COUNTS, [plan.counts], title=title), format, output)
    run.tell(plan)
    run.write_refused(plan, rejects)
