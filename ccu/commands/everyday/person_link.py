"""`ccu person link`, `unlink`, `distinct`, `void`: relations between two people."""

from typing import Annotated

from ccu.errors import InvalidInput
from ccu.options import AskingOption, Context, arg, asked, flag, group, opt
from ccu.options.lookups import code
from ccu.options.types import OptionType, line
from ccu.output import emit_line
from ccu.people.who import NAMED_PERSON
from ccu.session import Session

app = group("Joined to `ccu person` by the map in cli.py.")

HOW = line(needed=True)
OneArgument = Annotated[int, arg("A", NAMED_PERSON, "A person, by number.")]
OtherArgument = Annotated[int, arg("B", NAMED_PERSON, "Another person, by number.")]
RelationOption = Annotated[
    str | None,
    opt(
        "--relation",
        code("relation"),
        "What A is to B: parent, child, spouse, sibling, guardian, ...",
    ),
]


def _household(session: Session, text: str, option: str) -> int | str | None:
    from ccu.households import entry as household_entry

    return household_entry.household_or("new", "none").read(session, text, option)


@app.command()
def link(
    ctx: Context,
    one: OneArgument,
    other: OtherArgument,
    relation: RelationOption = None,
    household: Annotated[
        str | None,
        opt(
            "--household",
            OptionType(read=_household, metavar="H"),
            "Where both belong: a household's number, new, or none (linked only).",
        ),
    ] = None,
    anyway: Annotated[
        bool, flag("--anyway", "Although a parent is not older than the child.")
    ] = False,
    asking: AskingOption = False,
) -> None:
    """Link A as the parent, child, spouse ... of B, and put both in one household.

    Without --household: a new one when neither has one; when one of them has one, the other joins
    it; when both have different ones they stay there, and at a terminal it is asked.

    Examples:

      ccu person link 12 15 --relation parent

      ccu person link 12 18 --relation sibling --household none
    """
    from ccu.households import entry as household_entry

    for sentence in household_entry.link(
        ctx.obj, one, other, relation, household, anyway=anyway, asking=asking
    ):
        emit_line(sentence)


@app.command()
def unlink(
    ctx: Context, one: OneArgument, other: OtherArgument, relation: RelationOption = None
) -> None:
    """Remove a link between two people; they stay in their households.

    Example:

      ccu person unlink 12 15
    """
    from ccu.households import entry as household_entry

    gone, stay = household_entry.unlink(ctx.obj, one, other, relation)
    emit_line(gone)
    if stay:
        emit_line(stay)


@app.command()
def distinct(
    ctx: Context,
    one: OneArgument,
    other: OtherArgument,
    reason: Annotated[str | None, opt("--reason", HOW, "How you know; no names.")] = None,
    undo: Annotated[bool, flag("--undo", "Remove the mark.")] = False,
) -> None:
    """Mark two records as different people: duplicates no longer lists them.

    Example:

      ccu person distinct 12 31 --reason "twins, both met on 14 May"
    """
    from ccu.people import match_store

    session = ctx.obj
    if undo:
        if reason is not None:
            raise InvalidInput("--undo and --reason contradict")
        with session.work() as work:
            match_store.unmark_different(work, one, other)
        emit_line(f"Person {one} and person {other} are no longer marked as different people.")
        return
    why = asked(session, reason, HOW, "How you know; no names", "--reason")
    with session.work() as work:
        match_store.mark_different(work, one, other, why)
    emit_line(f"Marked person {one} and person {other} as different people.")


@app.command()
def void(
    ctx: Context,
    person: Annotated[int, arg("PERSON", NAMED_PERSON, "The person's number.")],
    yes: Annotated[bool, flag("--yes", "Do not ask; needed where nobody can answer.")] = False,
) -> None:
    """Remove a person added in error, for good: only where nothing refers to the record.

    The audit keeps that it was there, and who removed it. Care notes of the person, if there are
    any, are not removed.

    Example:

      ccu person void 31 --yes
    """
    from ccu.care import actions
    from ccu.options import questions
    from ccu.people import undo_store

    session = ctx.obj
    actions.must_have_none(session, person)
    if not yes:
        undo_store.require_voidable(session.reading, person)
        stated = f"The record of person {person} will be removed for good."
        what = "the number of the person"
        questions.confirm_by_number(session.interactive, person, stated, "void", what)
    with session.work() as work:
        undo_store.void(work, person)
    emit_line(f"Removed person {person}.")
