"""The options of `provider add` and `provider change`, declared once."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from typer import Option

from ccu.options import PAST_DAY, code, line, opt

NEED, NEEDS = code("need"), code("need", commas=True)
PROVIDER_NAME = line(100, needed=True, name="the name")


@dataclass(eq=False, repr=False)
class ProviderOptions:
    """The options of a provider; an empty text clears a field that may be empty."""

    need: Annotated[
        list[str] | None,
        opt("--need", NEEDS, "What it helps with; replaces the whole list. Repeatable."),
    ] = None
    agency: Annotated[
        str | None,
        opt("--agency", code("agency"), "Its agency; default a contracted provider."),
    ] = None
    phone: Annotated[str | None, opt("--phone", line(60, clears=True), "How to reach it.")] = None
    hours: Annotated[
        str | None, opt("--hours", line(200, clears=True), "When it is open, in words.")
    ] = None
    eligibility: Annotated[
        str | None, opt("--eligibility", line(1_000, clears=True), "Who is eligible, in words.")
    ] = None
    capacity: Annotated[
        str | None,
        opt(
            "--capacity",
            code("capacity"),
            "Whether it takes people now: open, waitlist, full, ask_first.",
        ),
    ] = None
    verified: Annotated[
        date | None, opt("--verified", PAST_DAY, "When this was last checked with it.")
    ] = None
    part2: Annotated[
        bool | None,
        Option("--part2/--no-part2", help="Whether it is a 42 CFR Part 2 program."),
    ] = None


def fields_of(name: str | None, given: ProviderOptions) -> dict[str, Any]:
    """Return the fields that were given, by their names in the record."""
    verified = given.verified
    fields = {
        "name": name,
        "needs": given.need or None,
        "agency": given.agency,
        "capacity": given.capacity,
        "phone": given.phone,
        "hours": given.hours,
        "eligibility": given.eligibility,
        "part2": given.part2,
        "verified_on": verified.isoformat() if verified else None,
    }
    return {field: value for field, value in fields.items() if value is not None}
