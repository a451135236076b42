"""Rules of a referral's status: which can follow which, and which steps need a reason.

A step is an event; the referral's status is that of its last event.
"""

from ccu import access
from ccu.errors import InvalidInput, NotAllowed

_OPEN_ENDS = ("declined", "unable_to_contact", "expired", "cancelled", "entered_in_error")

# status -> those that may follow it, in the order of the choices
STEPS: dict[str, tuple[str, ...]] = {
    "draft": ("requested", "expired", "cancelled", "entered_in_error"),
    "requested": ("accepted", "on_hold", "contact_only", "rejected", *_OPEN_ENDS),
    "accepted": (
        *("in_progress", "on_hold", "service_received", "contact_only", "rejected"),
        *_OPEN_ENDS,
    ),
    "in_progress": ("on_hold", "service_received", "contact_only", "rejected", *_OPEN_ENDS),
    "on_hold": (*("requested", "accepted", "in_progress", "contact_only", "rejected"), *_OPEN_ENDS),
    # An end is final, except that the right CORRECT can still mark it as entered in error.
    "service_received": ("entered_in_error",),
    "contact_only": ("entered_in_error",),
    "declined": ("entered_in_error",),
    "rejected": ("entered_in_error",),
    "unable_to_contact": ("entered_in_error",),
    "expired": ("entered_in_error",),
    "cancelled": ("entered_in_error",),
    "entered_in_error": (),
}
OPEN = tuple(status for status, after in STEPS.items() if len(after) > 1)
CLOSE = "referral edit --close"  # rights of ccu/rights.txt: to end one
CORRECT = "referral edit --correct"  # to mark an ended one as an error

# Reasons why it is not going ahead: some steps require one, some imply it, others have none.
NEEDS_REASON = ("on_hold", "rejected", "expired", "cancelled", "entered_in_error")
IMPLIED_REASON = {"declined": "declined", "unable_to_contact": "no_contact"}
NO_REASON = ("draft", "requested", "accepted", "in_progress", "service_received")


def reason_of(status: str, reason: str | None) -> str | None:
    """Return the reason of a step. Raises InvalidInput when one is missing or not allowed."""
    if reason is None:
        if status in NEEDS_REASON:
            raise InvalidInput(f"--reason is missing: {status.replace('_', ' ')} requires one")
        return IMPLIED_REASON.get(status)
    if status in NO_REASON:
        words = status.replace("_", " ")
        raise InvalidInput(f"--reason is not used with {words}; to add an explanation: --note-file")
    return reason


def check_role(before: str, after: str, role: str) -> None:
    """Raise NotAllowed if the role may not close the referral, or correct a closed one."""
    if after not in OPEN and not access.may(role, CLOSE):
        raise NotAllowed("an intern cannot close a referral; add a note and ask your supervisor")
    if before not in OPEN and after == "entered_in_error" and not access.may(role, CORRECT):
        raise NotAllowed("only a supervisor or an admin can mark a closed one as entered in error")
