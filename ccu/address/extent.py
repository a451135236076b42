"""How far along a way: `A ST BETWEEN B AND C`, `A ST NORTH OF B`, `A ST-B ST`; A is the way."""

from ccu.address.number import is_bare_unit
from ccu.address.sides import Reading
from ccu.address.town import drop_remarks, is_place
from ccu.address.words import BESIDE, DIRECTIONS, EXTENTS, ROAD_FORMS, ROADS, Lazy

_EXTENT_DASH = Lazy(rf"(?<= )(?:{ROAD_FORMS})(-)(?=[A-Z0-9])|[A-Z](-)[0-9]+(?:ST|ND|RD|TH)\b")
_MAIN_BEHIND = Lazy(
    r"(?:BETWEEN|BTWN|BTW|BETW|BTN|BET|FROM) (.+) ON (?!(?:RAMP|RP|RMP)(?: |$))([A-Z0-9].*)$"
)
# 1 1/2 MILES BEFORE EXIT 17, JUST E OF MM 21: the exit or marker is the place, however far it is.
_TO_POINT = Lazy(
    r"(?:(?:\b(?:ABOUT|APPROX) )?(?:(?<=[NSEW]B )[0-9]+ [1-3]/[248]|(?<= )(?:[0-9][0-9./]*|A|ONE"
    r"|HALF|HALF A|QUARTER|FEW(?: HUNDRED)?)) ?(?:FT|FEET|YDS?|YARDS?|MI|MILES?) )?"
    r"\b(?:(?:JUST|RIGHT|SHORTLY|IN|THE) )*(?:PAST|PASSED|BEFORE|AFTER|PRIOR(?: TO)?|NEAR|NR|BY|OPP"
    r"|(?<!RAMP )(?:FROM|TO|TOWARDS?)|J[NSEW]O|BEHIND|BEYOND|AROUND|APPROACHING|ABOVE|BELOW|UNDER"
    r"|OPPOSITE|AREA OF|VIC(?:INITY)?(?: OF)?|(?:[NSEW]|NORTH|SOUTH|EAST|WEST) OF) (?:THE )?"
    r"(?=(?:EXIT|EX|X|MM|MP|KM) ?[0-9])"
)
_LENGTHS = ("FT", "FEET", "YDS", "YARDS", "MI", "MILE", "MILES")


def keep_point(line: str, numbered: bool) -> str:
    """Return `I-80 EB EXIT 156` for `I-80 EB PAST EXIT 156`; a house needs no point."""
    has_one = "X" in line or "MM" in line or "MP" in line or "KM" in line
    return _TO_POINT.sub("", line) if has_one and not numbered else line


def main_road_first(text: str) -> str:
    """Return `BROADWAY BETWEEN 5TH AND 6TH` for `BTWN 5TH AND 6TH ON BROADWAY`."""
    found = _MAIN_BEHIND.match(text)
    return f"{found[2]} BETWEEN {found[1]}" if found else text


def cut_dash_extent(text: str, numbered: bool) -> str:
    """Keep only the main way: A of `A ST-B ST` (A from B), X of `X/A-9TH` (X from A to 9th)."""
    found = _EXTENT_DASH.search(text)
    if not found:
        return text
    at = found.start(1) if found[1] else found.start(2)
    if numbered and is_bare_unit([text[at + 1 :]]):
        return f"{text[:at]} {text[at + 1 :]}"  # 12 MAIN ST-3B
    slash = text.rfind("/", 0, at)
    return text[: slash if slash > 0 else at].strip()


def cut_extent(reading: Reading, words: list[str]) -> list[str]:
    """Keep the main way of `A ST BETWEEN B AND C`, `A ST NORTH OF B`, `A ST NEAR BIG Y`."""
    for i in range(1, len(words) - 1):
        word = words[i]
        if word in ("RAMP", "ONRP", "OFRP"):
            return words  # RAMP I-95 NB TO POST RD
        far = words[i + 1] == "OF" and word in DIRECTIONS
        if far or word in BESIDE or word in EXTENTS or words[i : i + 2] == ["PRIOR", "TO"]:
            if word in BESIDE:
                behind = drop_remarks(words[i:])
                if is_place(behind):
                    reading.places.append(" ".join(behind))
            if words[0] == "RAMP" or (i == 1 and words[0] not in ROADS and word == "FROM"):
                return words
            reading.stretch = True
            return _without_distance(words[:i])
    return words


def _without_distance(words: list[str]) -> list[str]:
    """Drop JUST or 500 FT of `MAIN ST 500 FT NORTH OF ELM ST`."""
    if words[-1] in ("JUST", "J") and len(words) > 1:
        return words[:-1]
    if len(words) > 2 and words[-1] in _LENGTHS and words[-2][0].isdigit():
        return words[:-2]
    return words
