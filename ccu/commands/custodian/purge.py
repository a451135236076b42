"""`ccu purge`, `ccu deidentify`: destroy old records, or remove the identity from them."""

from typing import Annotated

from ccu.errors import InvalidInput
from ccu.options import PERSON, Context, flag, opt, value
from ccu.output import FormatOption, OutputOption, Table, emit, say
from ccu.output.text import counted
from ccu.session import Session


def purge(
    ctx: Context,
    dry_run: Annotated[bool, flag("--dry-run", "Count what is due; destroy nothing.")] = False,
    yes: Annotated[
        bool, flag("--yes", "Destroy without asking; required outside a terminal.")
    ] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Destroy what is older than the department's retention table allows; --dry-run counts it.

    By class and by the year its age counts from: how many are due, how many of those stay (held by
    a legal hold, open work, linked to something that stays), how many are destroyed. It cannot be
    undone, and the text is gone from the file's bytes too. Copies made before keep it. While a
    class has no period, only --dry-run works: it counts the other classes and lists that one as
    not known.

    Examples:

      ccu purge --dry-run

      ccu purge
    """
    from ccu.audit import verify_store
    from ccu.retention import actions

    session = ctx.obj
    _ = session.staff_id

    if dry_run:
        if yes:
            raise InvalidInput("--dry-run and --yes contradict each other; give one of them")
        found = actions.dry_run(session)
    else:
        found, places = actions.purge(
            session, lambda seen: _confirm(session, seen.total, yes), verify_store.altered
        )
    title = "To be destroyed" if dry_run else "Destroyed"
    emit(Table(actions.COLUMNS, actions.rows(found), title=title), format, output)
    if dry_run and found.not_set:
        what = counted(len(found.not_set), "class has", "classes have")
        say(f"{what} no period. Set each: ccu retention set CLASS YEARS --source TEXT")
    elif not dry_run and found.total:
        also = f", with {counted(places, 'place')} that no record uses now" if places else ""
        say(f"{counted(found.total, 'record')} destroyed and erased from the file{also}.")
        say(f"{actions.COPIES} {actions.CARE}")
        if beside := actions.copies(session):
            say(f"Copies made by a migration are beside the file: {', '.join(beside)}.")
    elif not dry_run:
        say("Nothing was destroyed.")


def _confirm(session: Session, total: int, yes: bool) -> None:
    if yes:
        return
    from ccu.options import questions

    stated = (
        f"This will destroy {counted(total, 'record')} and cannot be undone. To"
        " count them by class and year: ccu purge --dry-run"
    )
    what = "the number of records"
    questions.confirm_by_number(session.interactive, total, stated, "destroy", what)


def deidentify(
    ctx: Context,
    before: Annotated[
        str | None, value("--before", "DAY", "People without contact since this day.")
    ] = None,
    person: Annotated[int | None, opt("--person", PERSON, "This person, by number.")] = None,
    dry_run: Annotated[bool, flag("--dry-run", "List the people; change nothing.")] = False,
    yes: Annotated[bool, flag("--yes", "Do not ask for confirmation.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Remove the identity from old records; the monthly totals stay.

    Names, birth dates (an age stays), phones, homes, notes, plans and the narratives of the
    person's calls are removed from the bytes of the file; calls keep their place. A person with
    open work, a worker, an active plan or consent, or a legal hold stays as they are.

    Examples:

      ccu deidentify --before 2019-01-01 --dry-run

      ccu deidentify --person 12
    """
    from ccu.audit import verify_store
    from ccu.retention import actions

    session = ctx.obj
    found = actions.find_people(session, before, person)
    result = actions.WOULD
    if not dry_run and any(not each.why for each in found):
        if not yes:
            actions.confirm_people(session, found)
        found = actions.remove_identity(session, before, person, verify_store.altered)
        result = actions.DONE
    table = Table(actions.PEOPLE_COLUMNS, actions.people_rows(found, result), title="De-identify")
    emit(table, format, output)
