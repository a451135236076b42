"""A whole name as somebody writes it -> given name and family name."""

from ccu import typed
from ccu.errors import InvalidInput


def read(text: str, option: str) -> tuple[str, str]:
    """GIVEN FAMILY or FAMILY, GIVEN; one word is what somebody is called, a given name.

    Small words belong to the family name behind them: Maria de la Cruz. Raises InvalidInput.
    """
    line = typed.line(text, option) or ""
    family, comma, given = (part.strip() for part in line.partition(","))
    if not comma:
        given, family = _cut(line.split(" "))
    if not has_letter(given + family):
        raise InvalidInput(f"{option}: a name needs a letter")
    return given, family


def has_letter(text: str) -> bool:
    """Whether anything in it is a letter of any script: a name without one is a slip."""
    return any(letter.isalpha() for letter in text)


def _cut(words: list[str]) -> tuple[str, str]:
    from ccu.identity.names import PARTICLES

    if len(words) == 1:
        return words[0], ""
    cut = len(words) - 1
    while cut > 1 and words[cut - 1].lower() in PARTICLES:
        cut -= 1
    return " ".join(words[:cut]).strip(), " ".join(words[cut:])
