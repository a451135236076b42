"""`ccu plan write`, `show`, `list`: plans of care for a person or a place."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ccu.errors import InvalidInput
from ccu.options import AskingOption, Context, arg, flag, group, opt
from ccu.options.lookups import code
from ccu.options.types import FILE, PLACE, PLAN, line
from ccu.output import FormatOption, OutputOption, Table, emit, emit_document, emit_line
from ccu.people.who import NAMED_PERSON
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.plans.store import Whose

app = group("Plans of care: write, approve and review them.")

PlanArgument = Annotated[int, arg("PLAN", PLAN, "The plan's number.")]
FileOption = Annotated[
    Path | None, opt("--file", FILE, "The text from a file; - is standard input.")
]


@app.command()
def write(
    ctx: Context,
    person: Annotated[int | None, opt("--person", NAMED_PERSON, "For this person.")] = None,
    address: Annotated[
        str | None, opt("--address", line(300), "For the place of this address.", short="-a")
    ] = None,
    place: Annotated[int | None, opt("--place", PLACE, "For this place, by number.")] = None,
    file: FileOption = None,
    edit: Annotated[
        bool, flag("--edit", "Write it in your own editor (EDITOR), in a private file.")
    ] = False,
    asking: AskingOption = False,
) -> None:
    """Write a draft plan; it is not on the card until a supervisor approves it.

    At a terminal it asks field by field. A file has headings, and under each one item a line that
    begins with -: Baseline:, Early signs:, Triggers:, What helps:, What to avoid:, Steps: (in
    order), Safety concerns: (- 2026-01-04, officer report: what was seen) and Contacts: (- name,
    relation or agency: phone). A file, or -, is the complete plan; without one, it starts from
    the newest plan. The earlier approved plan stays on the card until this one is approved.

    Use plain, respectful words: a diagnosis or a stigmatizing word is reported at once and blocks
    approval.

    Examples:

      ccu plan write --person 12

      ccu plan write --address "12 Main St Apt 3" --file plan.txt
    """
    from ccu.plans import entry

    if file is not None and edit:
        raise InvalidInput("give either --file or --edit")
    whose = _whose(ctx.obj, person, address, place)
    emit_line(entry.write(ctx.obj, whose, file, edit, asking))


def _whose(session: Session, person: int | None, address: str | None, place: int | None) -> "Whose":
    from ccu.people import who
    from ccu.plans.store import Whose

    person = who.asked(session, person, address, place, instead="For a place: --address. ")
    if sum(each is not None for each in (person, address, place)) != 1:
        raise InvalidInput("give one of --person, --address and --place")
    if person is not None:
        return Whose(person_id=person)
    from ccu.places import finding

    return Whose(place_id=finding.exact(session, address or "", place))


@app.command()
def show(
    ctx: Context,
    plan: PlanArgument,
    every: Annotated[
        bool, flag("--all", "Include the other plans of the same person or place.")
    ] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show one plan, its author, approver and suggestions. The lookup is recorded in the audit.

    Example:

      ccu plan show 4
    """
    from ccu.plans import page

    emit_document(page.read(ctx.obj, plan, every), format, output)


@app.command("list")
def list_(
    ctx: Context,
    due: Annotated[
        bool, flag("--due", "Only those due for review within 30 days, or already expired.")
    ] = False,
    status: Annotated[
        str | None, opt("--status", code("plan_status"), "Only those with this status.")
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List plans by number, without names: drafts, then approved ones by review day, then the rest.

    Examples:

      ccu plan list --due

      ccu plan list --status draft --format json
    """
    from ccu.plans import page
    from ccu.records import codes

    rows = page.list_rows(ctx.obj, due, status)
    labels = codes.of_columns(ctx.obj.db, status="plan_status")
    emit(Table(page.COLUMNS, rows, title="Plans", labels=labels), format, output)
