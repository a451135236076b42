"""What `ccu retention` takes: a class, years, a record to hold, the authority for it."""

from ccu.errors import InvalidInput
from ccu.options import OptionType, typed_text
from ccu.session import Session

HELD_RECORDS = ("person", "call", "place")
LONGEST_AUTHORITY = 200
LONGEST_YEARS = 150


def _years(session: Session, text: str, option: str) -> int:
    """Read a number of years; 0 for never."""
    if text.strip().lower() == "never":
        return 0
    years = typed_text.whole_number(text, option, LONGEST_YEARS)
    if not years:
        raise InvalidInput(f"{option} must be a whole number from 1, or never")
    return years


def _held_record(session: Session, text: str, option: str) -> str:
    record = text.strip().lower()
    if record not in HELD_RECORDS:
        raise InvalidInput("a hold is on a person, a call or a place")
    return record


def _authority(session: Session, text: str, option: str) -> str:
    """Read an authority short and bare enough for a command line that other accounts can read."""
    code = text.strip()
    if not (0 < len(code) <= 60 and all(each.isalnum() or each in ".-/_" for each in code)):
        raise InvalidInput(
            f"{option} is one word of letters, digits and .-/_; give words by --file or prompt"
        )
    return code


CLASS = OptionType(read=lambda session, text, option: text.strip().lower(), metavar="CLASS")
YEARS = OptionType(read=_years, metavar="YEARS")  # 0: never destroyed
RECORD = OptionType(read=_held_record, metavar="RECORD")
AUTHORITY = OptionType(read=_authority, metavar="NUMBER")
