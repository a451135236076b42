"""The types and options that the consent commands share."""

from typing import TYPE_CHECKING

from ccu.options import OptionType, opt
from ccu.options.lookups import code
from ccu.options.types import offered
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.records.consents import Recipient


def _recipient(session: Session, text: str, option: str) -> "Recipient":
    """Return a provider given by number, else an agency. Raises InvalidInput, NotFound."""
    from ccu.providers import store as providers
    from ccu.records import codes
    from ccu.records.consents import Recipient

    if text.strip()[:1].isdigit():
        found = providers.find(session.db, text, option)
        return Recipient(agency=found["agency"], provider_id=found["id"])
    return Recipient(agency=codes.code_in_full(session.db, "agency", text, option))


def _scope(session: Session, text: str, option: str) -> str:
    from ccu.records import codes

    return codes.code(session.db, "consent_scope", text.strip().replace("-", "_"), option)


SCOPES = OptionType(read=_scope, metavar="CODE", complete=offered("consent_scope"), commas=True)

TO_OPTION = opt(
    "--to",
    OptionType(read=_recipient, metavar="RECIPIENT", complete=offered("agency")),
    "An agency, such as police; or one provider, by number.",
)
PURPOSE_OPTION = opt("--purpose", code("consent_purpose"), "What for.")
