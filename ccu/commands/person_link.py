"""`ccu person link`, `unlink`: how two people belong together."""

from typing import Annotated

import typer

from ccu.options import PERSON, AskingOption, OptionType, arg, code, group, opt
from ccu.output import emit_line
from ccu.session import Session

app = group("Joined to `ccu person` by the map in cli.py.")

OneArgument = Annotated[int, arg("A", PERSON, "A person, by number.")]
OtherArgument = Annotated[int, arg("B", PERSON, "Another person, by number.")]
RelationOption = Annotated[
    str | None,
    opt(
        "--relation",
        code("relation"),
        "What A is to B: parent, child, spouse, sibling, guardian, ...",
    ),
]


def _household(session: Session, text: str, option: str) -> str:
    from ccu.households import entry as household_entry

    return household_entry.household_choice(text)


@app.command()
def link(
    ctx: typer.Context,
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
        bool, typer.Option("--anyway", help="Though a parent was born no earlier than the child.")
    ] = False,
    asking: AskingOption = False,
) -> None:
    """Say that A is the parent, child, spouse ... of B; it puts both in one household.

    Without --household: a new one when neither has one; when one of them has one, the other joins
    it; when both have different ones they stay there, and at a terminal it is asked.

    Examples:

      ccu person link 12 15 --relation parent

      ccu person link 12 18 --relation sibling --household none
    """
    from ccu.households import entry as household_entry

    session: Session = ctx.obj
    for sentence in household_entry.link(
        session, one, other, relation, household, anyway=anyway, asking=asking
    ):
        emit_line(sentence)


@app.command()
def unlink(
    ctx: typer.Context,
    one: OneArgument,
    other: OtherArgument,
    relation: RelationOption = None,
) -> None:
    """Take a link between two people away; they stay in their households.

    Example:

      ccu person unlink 12 15
    """
    from ccu.households import entry as household_entry

    session: Session = ctx.obj
    gone, stay = household_entry.unlink(session, one, other, relation)
    emit_line(gone)
    if stay:
        emit_line(stay)
