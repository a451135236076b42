"""Build a new call from the options of `ccu log-call`, and from answers for missing ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ccu import dates
from ccu.address import Address
from ccu.calls import change_store
from ccu.calls.draft import Draft
from ccu.calls.form import LONGEST_CALL, REQUIRED, CallForm, flag, offered, refuse_two_inputs
from ccu.calls.options import CallOptions
from ccu.calls.store import OWN_SYSTEM
from ccu.errors import InvalidInput
from ccu.options import ADDRESS
from ccu.output import say
from ccu.places import finding
from ccu.places.store import MOST_NEAR, Near
from ccu.session import Session

Warned = Callable[[Session, Sequence[Near]], finding.Warned]
MOST_TOLD = 3  # calls in a warning
MOST_SHOWN = 24  # letters of an address in a question


@dataclass(frozen=True, eq=False, repr=False)
class Entry:
    """What was entered: the fields of a new call, and what it may match on file.

    `near` are places similar to its address, if that is new; `alike` are calls that may be the
    same. `completes` is the call on file to complete, in which case no new call is logged.
    """

    values: dict[str, Any]
    near: list[Near]
    alike: list[dict[str, Any]]
    completes: int | None = None
    doubtful: bool = False  # the address may be none


def new_call(
    session: Session,
    given: CallOptions,
    asking: bool,
    draft: Draft,
    edit: bool,
    warned: Warned = lambda session, near: {},
) -> Entry:
    """Return what was entered, after asking for what is missing. Raises InvalidInput.

    `warned` returns the warnings of the places to offer, by address.
    """
    missing = [flag(option) for option in REQUIRED if getattr(given, option) is None]
    if missing and not asking:
        *most, last = missing
        raise InvalidInput(
            f"{', '.join(most)} and {last} are missing" if most else f"{last} is missing"
        )
    refuse_two_inputs(given)
    form, place = CallForm(session, asking=asking), partial(_meant, session, warned)
    if missing or (edit and asking):
        from ccu.calls.questions import CallQuestions

        offer = partial(offered, session)
        CallQuestions(session, given, form, draft, edit, offer, place).ask()
    else:
        form.read_all(given)
        while asking:
            try:
                form.values["address"] = place(form.values["address"])
                break
            except InvalidInput as error:  # it was none
                say(f"  {str(error).capitalize()}")
                form.read("address", ADDRESS.ask(session, "Address", "the address"))
    form.read_files(given)
    return _entry(session, form.values, asking)


def _entry(session: Session, values: dict[str, Any], asking: bool) -> Entry:
    """Look for the call and the place on file. Raises InvalidInput as `_imported` does."""
    place_id = finding.on_file(session, values["address"])
    near = finding.similar(session, values["address"])
    doubtful = finding.is_unusual(session, values["address"])
    number = _imported(session, values)
    if number is not None:
        return Entry(values, near, [], number, doubtful)
    alike = change_store.alike(session.db, place_id, values)
    completes = _same(session, alike) if alike and asking else None
    return Entry(values, near, alike, completes, doubtful)


def _imported(session: Session, values: dict[str, Any]) -> int | None:
    """Return the call that an import brought with this incident number, None if there is none.

    Raises InvalidInput if that call is at another building or time: the number was mistyped.
    """
    row = change_store.imported(session.db, values)
    if row is None:
        return None
    began, typed = (dates.from_iso(each) for each in (row["occurred_at"], values["occurred_at"]))
    apart = abs(began - typed).total_seconds() > LONGEST_CALL * 3600
    elsewhere = row["building_key"] not in (None, values["address"].building_key)
    if (apart or elsewhere) and values["source_system"] == OWN_SYSTEM:
        return None
    if apart or elsewhere:
        what = "time" if apart else "address"
        raise InvalidInput(
            f"--incident: call {row['id']} was imported with that number and a different {what};"
            f" check the number, or correct that call: ccu call edit {row['id']}"
        )
    return int(row["id"])


def _same(session: Session, alike: Sequence[dict[str, Any]]) -> int | None:
    """Show calls that may be the same; return the chosen one, or None for a new call."""
    from ccu.options import terminal

    say("This call may already be on file:")
    for each in alike:
        say(f"  {_called(session, each)}")
    return terminal.choose(
        "Same call? Enter its number to add to it, or n for a new one",
        "call",
        [each["id"] for each in alike],
        terminal.NEW,
        ", or n",
    )


def warnings(session: Session, entered: Entry, call_id: int) -> list[str]:
    """Return warnings about a call that was logged without questions."""
    address = entered.values["address"]
    unit = finding.unit_doubt(session, address, call_id)
    return (
        [finding.doubt(call_id)] * entered.doubtful
        + unit
        + [
            f"This may be {_called(session, each)}. If it is: ccu call void {call_id}"
            f' --reason "same as call {each["id"]}"'
            for each in entered.alike[:MOST_TOLD]
        ]
        + ([finding.not_on_file(session, address, entered.near, call_id)] if entered.near else [])
    )


def _called(session: Session, call: dict[str, Any]) -> str:
    """Return a call on file in words."""
    at = dates.say_moment(dates.from_iso(call["occurred_at"]), session.now)
    return f"call {call['id']}: {at}, {call['nature']}, logged by {call['logged_by']}"


def _meant(session: Session, warned: Warned, address: Address) -> Address:
    """Return the address; ask if it is doubtful or like others, or else raise InvalidInput."""
    from ccu.options import terminal

    unit = finding.unit_meant(session, address)
    if unit and terminal.yes_or_no(f"Did you mean {unit.raw}? y or n"):
        address = unit
    text = address.raw if len(address.raw) <= MOST_SHOWN else f"{address.raw[:MOST_SHOWN]}..."
    near = finding.similar(session, address) or _houses(session, address)
    unusual = finding.is_doubtful if near else finding.is_unusual  # else near ones are offered
    what = f'"{text}": no house number or street'
    if address.kind == "street":
        what = f'No house number: "{text}"'
    if unusual(session, address) and not terminal.yes_or_no(f"{what}. Is that the address? y or n"):
        raise InvalidInput("give a house number and street, a crossing, or the name of a place")
    return finding.meant(session, address, near, warned(session, near)) if near else address


def _houses(session: Session, address: Address) -> list[Near]:
    """Return the places on file on a street, for an address without a number; asked each time."""
    from ccu.places.near_store import with_street

    if address.kind != "street":
        return []
    found, _certainty = with_street(session.db, address, [], finding.on_file(session, address))
    return found[:MOST_NEAR]
