"""How people who are alike are put in a few words, for lists and offers."""

from collections.abc import Iterable

from ccu.identity import Field


def why(fields: Iterable[Field]) -> str:
    """Which fields agree and which do not, in words; what one side lacks says nothing."""
    return ", ".join(
        f"{field.name} {field.agreement}"
        for field in fields
        if field.agreement != "missing" and field.name != "household"
    )


def phone_end(phone: str | None) -> str:
    """The last four digits: enough to know it by."""
    digits = [each for each in phone or "" if each.isdigit()]
    return f"ends {''.join(digits[-4:])}" if digits else ""
