"""The life of a referral: which status can follow which, and what each step needs. Nothing else

decides this. A step is an event; the referral's status is that of its last event.
"""

from ccu import access
from ccu.errors import InvalidInput, NotAllowed

_OPEN_ENDS = ("declined", "unable_to_contact", "expired", "cancelled", "entered_in_error")

# status -> those that may follow it, in the order in which they are offered
STEPS: dict[str, tuple[str, ...]] = {
    "draft": ("requested", "expired", "cancelled", "entered_in_error"),
    "requested": ("accepted", "on_hold", "contact_only", "rejected", *_OPEN_ENDS),
    "accepted": (
        *("in_progress", "on_hold", "service_received", "contact_only", "rejected"),
        *_OPEN_ENDS,
    ),
    "in_progress": ("on_hold", "service_received", "contact_only", "rejected", *_OPEN_ENDS),
    "on_hold": (
        *("requested", "accepted", "in_progress", "contact_only", "rejected"),
        *_OPEN_ENDS,
    ),
    # An end is final. What was entered in error can still be said to be so, by the right CORRECT.
    "service_received": ("entered_in_error",),
    "contact_only": ("entered_in_error",),
    "declined": ("entered_in_error",),
    "rejected": ("entered_in_error",),
    "unable_to_contact": ("entered_in_error",),
    "expired": ("entered_in_error",),
    "cancelled": ("entered_in_error",),
    "entered_in_error": (),
}
OPEN = ("draft", "requested", "accepted", "in_progress", "on_hold")
FIRST = ("draft", "requested")  # what a new referral may be
CLOSE = "referral update --close"  # rights of ccu/access.py: to end one
CORRECT = "referral update --correct"  # to say of an ended one that it was an error

# Why it did not go on: some steps must say it, some say it themselves, forward ones have none.
NEEDS_REASON = ("on_hold", "rejected", "expired", "cancelled", "entered_in_error")
IMPLIED_REASON = {"declined": "declined", "unable_to_contact": "no_contact"}
NO_REASON = ("draft", "requested", "accepted", "in_progress", "service_received")


def reason_of(status: str, reason: str | None) -> str | None:
    """The reason to keep with a step. Raises InvalidInput when one is missing or out of place."""
    if reason is None:
        if status in NEEDS_REASON:
            raise InvalidInput(f"--reason is missing: {status} needs one")
        return IMPLIED_REASON.get(status)
    if status in NO_REASON:
        raise InvalidInput(
            f"--reason says why a referral did not go on; {status} has none (--note-file has words)"
        )
    return reason


def check_role(before: str, after: str, role: str) -> None:
    """Raises NotAllowed for a correction of an ended referral by somebody who may not make it."""
    if after not in OPEN and not access.may(role, CLOSE):
        raise NotAllowed("ending a referral is for an intern's supervisor; add a note and ask them")
    if before not in OPEN and after == "entered_in_error" and not access.may(role, CORRECT):
        raise NotAllowed("only a supervisor or an admin marks an ended referral entered_in_error")
