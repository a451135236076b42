"""`ccu codes`: list codes; add, rename and retire a town's own."""

from typing import Annotated, Any

import typer

from ccu.errors import Declined
from ccu.options import REQUIRED, Context, Group, OptionType, arg, flag, line
from ccu.output import FormatOption, OutputOption, Table, emit, emit_line, say
from ccu.output.text import counted
from ccu.records import codes, town_decisions
from ccu.session import Session


def _list(session: Session, text: str, option: str) -> str:
    return codes.table_of(text)


def _town_list(session: Session, text: str, option: str) -> str:
    return town_decisions.town_list(text)


LIST = OptionType(read=_list, metavar="LIST")
TOWN_LIST = OptionType(read=_town_list, metavar="LIST")
LABEL = line(60, needed=True)
BUILT_IN = (
    "words come with ccu (--built-in lists them); ccu codes add need_word WORD NEED changes one"
)
COLUMNS = ("list", "code", "label", "care", "retired")


class _Codes(Group):
    """Read `ccu codes need` as `ccu codes list need`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in (*self.commands, "--help", "-h"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_Codes,
    add_completion=False,
    rich_markup_mode=None,
    help="List the codes that options take; add, rename and retire your town's own.",
)


@app.command("list")
def list_(
    ctx: Context,
    name: Annotated[str | None, arg("[LIST]", LIST, "Which list, such as need.")] = None,
    built_in: Annotated[bool, flag("--built-in", "For need_word: those of ccu itself.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the codes of every list, or of one, with their labels.

    An option takes a code, its label, or the beginning of a word in either. The word `list` may be
    left out.

    Example:

      ccu codes list need
    """
    session = ctx.obj
    title = "Codes" if name is None else f"Codes: {codes.name_of(name)}"
    rows = codes.rows(session.db, name)
    if name == "need_word":
        from ccu.providers.need_words import NeedWords

        words = NeedWords(session.db).built_in()
        rows += [("need_word", *each, None, False) for each in words if built_in]
        say(f"{len(words):,} {BUILT_IN}")
    emit(Table(COLUMNS, rows, title=title), format, output)


@app.command()
def add(
    ctx: Context,
    name: Annotated[str, arg("LIST", TOWN_LIST, "The list.")] = REQUIRED,
    label: Annotated[
        str, arg("LABEL", LABEL, "What screens show; the code is made from it.")
    ] = REQUIRED,
    meaning: Annotated[
        str | None, arg("[MEANING]", LABEL, "What an address or a need_word in the list means.")
    ] = None,
    care: Annotated[
        bool | None, flag("--care/--no-care", "For a nature: whether such calls are care calls.")
    ] = None,
) -> None:
    """Add a code to one of your town's lists, or restore a retired one.

    The lists are nature, agency, disposition, need, intervention, hazard and race_ethnicity; and
    for addresses: town (towns around yours, and city codes), street_alias and common_place; and
    need_word, words that ccu provider find takes for a need (none: for no need). A code never
    changes; its label may. For a nature already on the list, --care or --no-care changes whether
    its calls are care calls, including those on file, so figures of earlier periods change too.

    Examples:

      ccu codes add nature domestic --care

      ccu codes add town BRM "Burlingame"

      ccu codes add need_word "cupboard is bare" food
    """
    session = ctx.obj
    if care is None and session.may_choose and town_decisions.needs_care(session.db, name, label):
        from ccu.options.terminal import yes_or_no

        care = yes_or_no("Care calls, which are counted and followed up? y or n")
    with session.work() as work:
        code = town_decisions.add(work, name, label, care, meaning)
    counted = {None: "", True: " Its calls are care calls.", False: " Its calls are not."}
    emit_line(f"On the list {codes.name_of(name)}: {code}.{counted[care]}")


@app.command()
def rename(
    ctx: Context,
    name: Annotated[str, arg("LIST", TOWN_LIST, "The list.")] = REQUIRED,
    code: Annotated[str, arg("CODE", line(60), "The code or its label, in full.")] = REQUIRED,
    label: Annotated[str, arg("LABEL", LABEL, "Its new label.")] = REQUIRED,
) -> None:
    """Change the label of a code. The code itself, its records and its figures do not change.

    Example:

      ccu codes rename agency human_services "Community Services"
    """
    with ctx.obj.work() as work:
        changed = town_decisions.relabel(work, name, code, label)
    emit_line(f"{changed} is now shown as: {label}")


@app.command()
def retire(
    ctx: Context,
    name: Annotated[str, arg("LIST", TOWN_LIST, "The list.")] = REQUIRED,
    code: Annotated[str, arg("CODE", line(60), "The code or its label, in full.")] = REQUIRED,
) -> None:
    """Stop offering a code. Records and figures keep it; ccu codes add brings it back.

    Example:

      ccu codes retire intervention mediation
    """
    from ccu.options.terminal import yes_or_no

    session = ctx.obj
    if session.interactive and (uses := town_decisions.uses(session.reading, name, code)):
        used = f"Records use {code} {counted(uses, 'time')}; it will no longer be a choice."
        if not yes_or_no(f"{used} Retire it? y or n [n]", enter=False):
            raise Declined
    with session.work() as work:
        changed = town_decisions.retire(work, name, code)
    emit_line(f"Retired: {changed}. Records that have it keep it.")
