"""`ccu call list`, `ccu call decide`: calls of a span, and the decision on each care call."""

from datetime import date
from typing import Annotated, Any

from ccu.calls.options import DAYS, DECIDED
from ccu.errors import InvalidInput
from ccu.options import AskingOption, Context, arg, flag, group, opt
from ccu.options.lookups import code
from ccu.output import FOR_FILES, FormatOption, OutputOption, Table, emit, emit_line, meant, say

app = group("Joined to `ccu call` by the map in cli.py.")

COLUMNS = ("id", "occurred", "nature", "place", "outcome", "decision", "due", "owner")
# Further columns for analysis, in files only: a screen has no room for them.
IN_FILES = ("incident", "dispatched", "arrived", "cleared", "address", "beat", "priority",
            "cad_nature", "cad_disposition")  # fmt: skip
SPARE = ("outcome", "owner", "due")  # left out on a narrow terminal, in this order
USUAL_DAYS = 7  # the span of the list if none is given
NATURE, NO_ACTION = code("nature"), code("no_action_reason")


@app.command("list")
def list_(
    ctx: Context,
    today: Annotated[bool, flag("--today", "Only today's calls.")] = False,
    since: Annotated[
        Any | None,
        opt(
            "--since",
            DAYS,
            'From this day, or days: 2026, 2026-01, "1/1/2026 to 1/15/2026". Usual: 7.',
        ),
    ] = None,
    undecided: Annotated[
        bool, flag("--undecided", "Care calls without a decision, since the setting decide_since.")
    ] = False,
    mine: Annotated[bool, flag("--mine", "Logged by you, or yours to decide.")] = False,
    nature: Annotated[str | None, opt("--nature", NATURE, "With this current nature.")] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List calls and the decision on each care call; undecided ones first, the most urgent on top.

    A care call is decided by a referral, a follow-up, or ccu call decide. The settings decide_days,
    decide_urgent_days, urgent_natures and decide_since give when a decision is due.

    CSV and JSON also have the incident number, times, address, beat, priority and the dispatch
    system's words.

    Examples:

      ccu call list --undecided

      ccu call list --today --mine

      ccu call list --since 2026-01 --format csv --output calls.csv
    """
    from ccu import dates
    from ccu.calls import triage_store as triage
    from ccu.people.open_work_store import AsOf

    session = ctx.obj
    if today and since is not None:
        raise InvalidInput("give either --today or --since")
    if today:
        since = [session.today]
    elif since is None and not undecided:
        since = [date.fromisoformat(session.days_ago(USUAL_DAYS))]
    days: list[date] = since or []
    first, last, *_ = *days, None, None
    start, end = (
        int(dates.day_bounds(day, session.settings.zone)[at].timestamp()) if day else None
        for at, day in enumerate((first, last))
    )
    conditions = {
        triage.SINCE: start,
        triage.BEFORE: end,
        triage.NATURE: nature,
        triage.MINE: session.staff_id if mine else None,
        triage.UNDECIDED: 1 if undecided else None,
    }
    with session.work() as work:
        as_of = AsOf.of(work.now)
        found = triage.rows(work.connection, as_of, conditions, work.view, first_day=first)
        work.view.keep()
        work.audit("call-list", rows=len(found))
    file = meant(format, output) in FOR_FILES
    columns = (*COLUMNS, *IN_FILES) if file else COLUMNS
    emit(Table(columns, found, title="Calls", spare=SPARE), format, output)


@app.command()
def decide(
    ctx: Context,
    call: Annotated[int, arg("CALL", DECIDED, "The call's number.")],
    no_action: Annotated[
        str | None, opt("--no-action", NO_ACTION, "Why it needs no further action.")
    ] = None,
    reopen: Annotated[
        bool, flag("--reopen", "Take the decision back; the call is undecided again.")
    ] = False,
    asking: AskingOption = False,
) -> None:
    """Record that a care call needs no further action, and why.

    A referral (ccu refer) or a follow-up (ccu follow-up add --call) decides its call by itself.

    Examples:

      ccu call decide 12 --no-action in_care

      ccu call decide 12 --reopen
    """
    from ccu.calls import triage_store as triage
    from ccu.people.open_work_store import AsOf

    session = ctx.obj
    instead = f"to refer: ccu refer {call}; to plan a contact: ccu follow-up add --call {call}"
    if reopen and no_action is not None:
        raise InvalidInput("give either --no-action or --reopen")
    seen: str | None = None  # the decision on file when the question was asked
    if is_asked := no_action is None and not reopen:
        if not asking:
            raise InvalidInput(f"--no-action is missing; {instead}")
        triage.must_be_open(session.db, call, AsOf.of(session.now))  # before a question
        say(f"No further action on call {call}. ({instead[:1].upper()}{instead[1:]})")
        if seen := triage.reason_of(session.db, call):
            say(f"On file: {triage.label_of(session.db, seen)}.")
        no_action = NO_ACTION.ask(session, "Why", "--no-action")
    with session.work() as work:
        if is_asked:
            triage.must_be_as_seen(work.connection, call, seen)
        changed = triage.decide(work, call, no_action)
        shown = triage.of_calls(work.connection, [call], AsOf.of(work.now))[call]
    state = shown["decision"] or "not decided"
    emit_line(f"Call {call}: {state}." if changed else f"Nothing changed: call {call} is {state}.")
