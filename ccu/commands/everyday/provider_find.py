"""`ccu provider find`, `stale`: search in plain words, and what to verify next."""

from typing import Annotated

from ccu.options import Context, arg, flag, group, line, opt
from ccu.options.lookups import code, whole_number
from ccu.output import FormatOption, OutputOption, Table, emit, say

app = group("Joined to `ccu provider` by the map in cli.py.")

WORDS = line(200, needed=True)
TEXT, AGE, LIMIT = line(60), whole_number(130), whole_number(100_000)


@app.command()
def find(
    ctx: Context,
    words: Annotated[
        list[str] | None, arg("[WORDS]...", line(200), "What is needed, in plain words.")
    ] = None,
    need: Annotated[
        list[str] | None, opt("--need", code("need", commas=True), "Only for these needs.")
    ] = None,
    near: Annotated[
        str | None, opt("--near", TEXT, "A ZIP or a town: nearer ones and those serving it first.")
    ] = None,
    language: Annotated[
        str | None, opt("--language", TEXT, "Only where this language is listed.")
    ] = None,
    age: Annotated[int | None, opt("--age", AGE, "Only those that serve this age.")] = None,
    open_now: Annotated[bool, flag("--open-now", "Leave out those that are closed now.")] = False,
    accepts: Annotated[
        str | None, opt("--accepts", TEXT, "Only with these words on fees, such as Medicaid.")
    ] = None,
    limit: Annotated[int | None, opt("--limit", LIMIT, "How many; default 5.")] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Find who can help, in plain words, the best first and with the reasons.

    Ranked by need and words, area, hours, capacity, how recently it was verified, and how many of
    this town's referrals there received service (from 5 that ended). Words such as spanish, tonight
    or 78 years old affect the ranking; options decide who is listed. It reads Spanish, and words
    misspelled by a letter or two. For an urgent need, 911 and 988 come first. To teach it a word:
    ccu codes add need_word.

    Examples:

      ccu provider find hungry

      ccu provider find "detox spanish tonight" --near 06880

      ccu provider find --need food --open-now --accepts free
    """
    from ccu.providers import page
    from ccu.providers.find import FIRST, Asked, search

    asked = Asked(
        text=" ".join(words or ()),
        needs=need or (),
        near=near or "",
        language=language or "",
        age=age,
        open_now=open_now,
        accepts=accepts or "",
    )
    if page.asks_nothing(asked, ctx.obj.may_choose):
        asked.text = WORDS.ask(ctx.obj, "What is needed, in plain words", "the text")
    found = search(ctx.obj, asked)
    limit = limit or FIRST
    rows = found[:limit]
    shown = page.found_rows(rows, asked)
    emit(Table(page.FOUND, shown, title="Providers found"), format, output)
    if asked.urgent:
        say(page.URGENT)
    if found and asked.unmet:
        say(f"{page.unmet(asked).capitalize()}; see all: ccu provider list, or call 211")
    if len(found) > limit:
        say(f"{len(found) - limit} more: --limit {len(found)}. Details: ccu provider show NUMBER")
    elif not found:
        say(
            "No provider fits; use other words, fewer options or --need, teach it a word with ccu"
            " codes add need_word, see all with ccu provider list, or call 211 (988 in a crisis)"
        )


@app.command()
def stale(
    ctx: Context,
    limit: Annotated[int | None, opt("--limit", LIMIT, "How many; default 20.")] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the providers to verify next.

    First those that left their directory, then those not verified within the setting verified_days:
    those referred to in the last year, verified longest ago and referred to most.

    `ccu provider edit 7 --phone 203-555-0110 --verified today` records what was confirmed.

    Example:

      ccu provider stale
    """
    from ccu.providers import page

    limit = limit or 20
    rows = page.stale_rows(ctx.obj)
    emit(Table(page.STALE, rows[:limit], title="Providers to verify"), format, output)
    if len(rows) > limit:
        say(f"{len(rows) - limit} more: --limit {len(rows)}")
