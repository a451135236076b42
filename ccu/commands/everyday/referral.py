"""`ccu referral list`, `show`: the status of referrals."""

from typing import Annotated

from ccu.errors import InvalidInput
from ccu.options import Context, arg, flag, group, opt
from ccu.options.lookups import GROUND, needs_reason
from ccu.options.shared import with_options
from ccu.options.types import REASON, REFERRAL
from ccu.output import FormatOption, OutputOption, Table, emit, emit_document
from ccu.referrals.options import ListOptions

app = group("Referrals: list, show and edit them; print a letter.")

ReferralArgument = Annotated[int, arg("REFERRAL", REFERRAL, "The referral's number.")]


@app.command("list")
@with_options(ListOptions)
def list_(
    ctx: Context,
    given: ListOptions,
    names: Annotated[
        bool, flag("--names", "Show people's names; each name shown is recorded.")
    ] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List referrals, oldest first, by number and place.

    Examples:

      ccu referral list --inbox

      ccu referral list --mine --stalled

      ccu referral list --all --provider homes --format csv
    """
    from ccu.records import codes
    from ccu.referrals import page

    session = ctx.obj
    found = page.list_rows(session, given, names=names)
    columns: tuple[str, ...] = page.NAMED_COLUMNS if names else page.COLUMNS
    columns = session.view.notice_column(found, columns, "referral")
    labels = codes.of_columns(session.db, status="referral_status", need="need")
    spare = ("place", "person", "owner") if names else ("place", "owner")
    emit(Table(columns, found, title="Referrals", labels=labels, spare=spare), format, output)


@app.command()
def show(
    ctx: Context,
    referral: ReferralArgument,
    full: Annotated[bool, flag("--full", "With the notes; needs --reason.")] = False,
    reason: Annotated[
        str | None, opt("--reason", REASON, "Why you need the notes; kept with the audit.")
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show one referral and its outcome.

    Its status, owner, events, follow-ups and attempts. Showing it is recorded in the audit, for the
    referral and for the person.

    Example:

      ccu referral show 7
    """
    from ccu.referrals import page

    session = ctx.obj
    why = needs_reason(session, full, reason)
    with session.work() as work:
        data = page.seen(session, work.connection, referral, full=full)
        work.audit("referral-show", "referral", referral, full=full, reason=why)
        if (person := data["person"]) is not None:
            work.audit("referral-show", "person", person, referral=referral)
    emit_document(session.view.with_notice(page.document(session.db, data)), format, output)


@app.command()
def letter(
    ctx: Context,
    referral: ReferralArgument,
    provider: Annotated[
        bool, flag("--provider", "The provider's copy, which is a disclosure.")
    ] = False,
    without_consent: Annotated[
        str | None,
        opt(
            "--without-consent",
            GROUND,
            "With --provider: why the law allows it, such as medical_emergency.",
        ),
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Print a letter about an open referral: the person's copy, or with --provider the provider's.

    The person's copy is in plain language, for the person only. The provider's copy has name, birth
    date, phone and need; it is recorded as a disclosure, and needs an active consent to that
    provider: on referrals, or for a 42 CFR Part 2 program on part2.

    Examples:

      ccu referral letter 7 --output letter.pdf

      ccu referral letter 7 --provider --output provider.html
    """
    from ccu.referrals import letter as letters

    session = ctx.obj
    if without_consent is not None and not provider:
        raise InvalidInput("--without-consent is for the provider's copy; add --provider")
    with session.work() as work:
        if provider:
            document = letters.provider_copy(session, work, referral, without_consent)
        else:
            document = letters.person_copy(session, work, referral)
    emit_document(document, format, output)
