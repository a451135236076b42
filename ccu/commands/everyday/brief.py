"""`ccu brief`: the shift handover on one page."""

from datetime import datetime
from typing import Annotated

from ccu.follow_ups.options import NamesOption
from ccu.options import Context, OptionType, opt
from ccu.output import FormatOption, OutputOption, emit_document
from ccu.session import Session


def _begin(session: Session, text: str, option: str) -> datetime:
    from ccu import brief

    return brief.begin(text, session)


def command(
    ctx: Context,
    since: Annotated[
        datetime | None,
        opt(
            "--since",
            OptionType(read=_begin, metavar="SPAN"),
            "How far back: 24h (the default), 3d, or a time.",
        ),
    ] = None,
    names: NamesOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """The shift handover on one page: what is new, due, overdue and waiting.

    Numbers and places only, unless --names is given. Showing it is recorded.

    Examples:

      ccu brief

      ccu brief --since 3d --format markdown
    """
    from ccu import brief

    emit_document(brief.shift_brief(ctx.obj, since, names), format, output)
