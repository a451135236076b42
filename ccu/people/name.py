"""A whole name as somebody writes it -> given name and family name."""

from ccu.errors import InvalidInput


def read(line: str, option: str) -> tuple[str, str]:
    """Split a checked line into given and family name; one word is a given name.

    Written GIVEN FAMILY or FAMILY, GIVEN. Small words belong to the family name after them: Maria
    de la Cruz. Raises InvalidInput for a name without a letter.
    """
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
