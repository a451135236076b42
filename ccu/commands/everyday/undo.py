"""`ccu undo`: take back your last change."""

from typing import Annotated

from ccu.errors import Declined, InvalidInput
from ccu.options import Context, flag
from ccu.output import emit_line, say


def command(
    ctx: Context,
    yes: Annotated[bool, flag("--yes", "Do not ask; needed where nobody can answer.")] = False,
) -> None:
    """Take back your last change: it is shown first, and the audit keeps both.

    Another undo takes back the change before. What cannot be undone automatically, or what somebody
    changed since, is named with the command to use; at a terminal it then asks whether to go on to
    an earlier change. It does not reach care notes: ccu care note move, or add --corrects.

    Example:

      ccu undo
    """
    from ccu.options.terminal import yes_or_no
    from ccu.undo import entry

    session = ctx.obj
    # --yes undoes the last change or nothing: nobody would see which other one was offered
    found = entry.last_change(session, past=session.interactive and not yes)
    for number, sentence in enumerate(found.skipped):
        say(f"Left as it is: {sentence}.")
        if number == 0 and not yes_or_no("Undo an earlier change instead? y or n [n]", enter=False):
            raise Declined
    if yes:
        say(found.shown)
    elif not session.interactive:
        raise InvalidInput(
            f"--yes is missing: nobody is at a terminal to confirm it. {found.shown}"
        )
    elif not yes_or_no(f"{found.shown} {found.ask} y or n"):
        raise Declined
    emit_line(entry.take_back(session, found))
