"""A new call from the options of `ccu log-call`, and from answers where some are missing."""

from functools import partial
from typing import Any

from ccu.address import Address
from ccu.calls.draft import Draft
from ccu.calls.form import REQUIRED, CallForm, flag, refuse_two_inputs
from ccu.calls.options import CallOptions
from ccu.errors import InvalidInput
from ccu.people.store import Met
from ccu.places import finding
from ccu.places.store import Near
from ccu.session import Session


def new_call(
    session: Session, given: CallOptions, asking: bool, draft: Draft, edit: bool
) -> tuple[dict[str, Any], list[Near]]:
    """Return the fields of the new call, and places similar to its address if it is a new one.

    Raises InvalidInput.
    """
    missing = [flag(option) for option in REQUIRED if getattr(given, option) is None]
    if missing and not asking:
        *most, last = missing
        raise InvalidInput(
            f"{', '.join(most)} and {last} are missing" if most else f"{last} is missing"
        )
    refuse_two_inputs(given)
    form = CallForm(session)
    if missing or (edit and asking):
        from ccu.calls.questions import CallQuestions

        CallQuestions(
            session, given, form, draft, edit, partial(_offered, session), partial(_meant, session)
        ).ask()
    else:
        form.read_all(given)
        if asking:
            form.values["address"] = _meant(session, form.values["address"])
    form.read_files(given)
    return form.values, finding.similar(session, form.values["address"])


def _meant(session: Session, address: Address) -> Address:
    """Offer the similar places of an address that is not on file; return the one to file."""
    near = finding.similar(session, address)
    return finding.meant(session, address, near) if near else address


def _offered(session: Session, met: Met) -> Met:
    """Show possible matches on file, and ask, before a named person is added."""
    if not (met.given_name or met.family_name):
        return met  # nothing more is loaded for somebody unknown
    from ccu.people import finding as person_finding

    return person_finding.of_met(session, met)
