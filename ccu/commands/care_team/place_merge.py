"""`ccu place edit`, `merge`, `unmerge`: what is at a place; two records of one house."""

from typing import Annotated

from ccu.errors import Declined
from ccu.options import REQUIRED, AskingOption, Context, arg, group, opt
from ccu.options.shared import with_options
from ccu.options.types import PLACE
from ccu.output import emit_line, say
from ccu.output.text import counted
from ccu.places import flag_store as flags
from ccu.places import merge_store
from ccu.places import store as places
from ccu.places.finding import PlaceOptions
from ccu.places.flag_store import CATEGORY

app = group("Joined to `ccu place` by the map in cli.py.")

MOVED = {"call": "call", "place_flag": "flag", "plan": "plan", "frequent_override": "override"}


@app.command()
@with_options(PlaceOptions)
def edit(
    ctx: Context,
    given: PlaceOptions,
    category: Annotated[str, opt("--category", CATEGORY, "What is there.")] = REQUIRED,
    asking: AskingOption = False,
) -> None:
    """Record what is at a place; the earlier category is kept as a change.

    Example:

      ccu place edit 4 Mill Rd --category group_home
    """
    emit_line(flags.record_category(ctx.obj, given, category, asking))


@app.command()
def merge(
    ctx: Context,
    a: Annotated[int, arg("A", PLACE, "The place to keep, by number.")],
    b: Annotated[int, arg("B", PLACE, "The place to merge into it.")],
) -> None:
    """Merge place B into A: one house, one card, one count. Its addresses are found as A's.

    At a terminal it shows both and asks first. Calls, flags, plans and the units of B go to A,
    which keeps its own category. ccu place show
    and ccu check print the numbers. ccu place unmerge B undoes it.

    Example:

      ccu place merge 3 8
    """
    from ccu.options.terminal import yes_or_no

    session = ctx.obj
    if session.interactive:
        merge_store.require_mergeable(session.db, a, b)
        for number, what in ((a, "is kept"), (b, "goes into it")):
            there = counted(places.calls_at(session.db, number), "call")
            warned = counted(flags.active_count(session.db, number, str(session.today)), "flag")
            line = places.place_line(session.db, number)
            say(f"Place {number} {what}: {line}; {there}, {warned}.")
        if not yes_or_no(f"Merge place {b} into place {a}? y or n [n]", enter=False):
            raise Declined
    with session.work() as work:
        counts = merge_store.merge(work, a, b)
        kept = places.place_line(work.connection, a)
    moved = ", ".join(counted(counts[name], word) for name, word in MOVED.items() if counts[name])
    emit_line(f"Merged place {b} into place {a}, {kept}. Moved: {moved or 'nothing'}.")


@app.command()
def unmerge(ctx: Context, b: Annotated[int, arg("B", PLACE, "The place that was merged.")]) -> None:
    """Undo a merge: calls by the addresses of B, its flags, plans and units go back to it.

    Example:

      ccu place unmerge 8
    """
    with ctx.obj.work() as work:
        was_part_of = merge_store.unmerge(work, b)
        line = places.place_line(work.connection, b)
    emit_line(f"Place {b}, {line}, is apart from place {was_part_of} again.")
