"""`ccu refer`: refer the person of a call to a provider."""

from typing import Annotated

from ccu.options import CALL, AskingOption, Context, arg
from ccu.options.shared import with_options
from ccu.output import FormatOption, OutputOption
from ccu.referrals.options import ReferOptions


@with_options(ReferOptions)
def command(
    ctx: Context,
    given: ReferOptions,
    call: Annotated[
        int | None, arg("[CALL]", CALL, "The call's number; none for a walk-in, with --person.")
    ] = None,
    asking: AskingOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Refer the person of a call, or a walk-in, to a provider and schedule the follow-ups.

    A call can have several referrals. A note tells you if the provider is full or not recently
    verified; a retired one is refused. You own it unless you give --owner; what a patrol officer
    refers is owned by the account of the setting default_owner. The setting
    follow_up_hours gives when follow-ups are due.

    Examples:

      ccu refer 12 --to homes --need housing --handoff warm_in_person --handoff-minutes 20

      ccu refer 12 --to 4 --need detox --person 31 --owner dlee --made "yesterday 16:00"

      ccu refer --person 31 --to "food pantry" --need food

      ccu refer 12 --to "family services" --again-of 7
    """
    from ccu.referrals import form

    session = ctx.obj
    about = form.from_call(session, call, given, asking)
    form.make(session, form.new_referral(session, about, given, asking), format, output)
