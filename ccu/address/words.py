"""The words of American addresses, and the first step of reading: from typed text to clean words.

The tables are in words.txt beside this file, which is read when the address reader is first
imported. `_table` maps each spelling and the standard form itself to the standard form,
`_spellings` maps only the spellings, `_entries` is a set of words or phrases.

Clean words are in upper case, with single spaces, no periods or apostrophes, one type of dash, and
directions such as `S/B` in one form. Characters dropped here never affect a key.
"""

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any


def _read_sections() -> dict[str, list[str]]:
    """Return {section: its rules} of words.txt, without comments."""
    sections = {}
    text = (Path(__file__).parent / "words.txt").read_text(encoding="utf-8")
    for section in text.split("\n[")[1:]:
        title, _, body = section.partition("]\n")
        sections[title] = [line for line in body.split("\n") if line and not line.startswith("# ")]
    return sections


_SECTIONS = _read_sections()


def _entries(section: str) -> frozenset[str]:
    return frozenset(_SECTIONS[section])


def _spellings(section: str) -> dict[str, str]:
    table = {}
    for rule in _SECTIONS[section]:
        standard, _, others = rule.partition(": ")
        for other in others.split(", ") if others else ():
            table[other] = standard
    return table


def _table(section: str) -> dict[str, str]:
    standards = (rule.partition(":")[0] for rule in _SECTIONS[section])
    return {standard: standard for standard in standards} | _spellings(section)


def _numbers(section: str) -> dict[str, int]:
    return {word: int(number) for word, number in _spellings(section).items()}


# Suffixes, and words before and after a name
ROADS = _table("roads")
# Those that are common, for patterns.
ROAD_FORMS = (
    "ST|STREET|AV|AVE|AVENUE|RD|ROAD|DR|DRIVE|BL|BLV|BLVD|LN|LANE|PKWY|HWY|PIKE|CT|COURT|PL|PLACE|"
    "WAY|TER|CIR|LOOP"
)
SUFFIXES = _table("other suffixes") | ROADS
# The longest spelling of each suffix, for keys that must not depend on spaces between words.
LONG_SUFFIX: dict[str, str] = {}
for _word, _standard in SUFFIXES.items():
    if len(_word) > len(LONG_SUFFIX.get(_standard, "")):
        LONG_SUFFIX[_standard] = _word
PLURALS = _spellings("plural suffixes")
PLURAL_HEADS = _spellings("plural heads")
SHORT_INSIDE = _spellings("short inside a name")
KEY_INSIDE = _spellings("one form in keys")
BEFORE_LETTER = _entries("before a letter")
NAME_SHORT = _spellings("short before a name")
SAINTS = _entries("saints")
DIRECTIONS = _table("directions")
SHY_DIRECTIONS = frozenset(("NO", "SO"))
SPANISH = _spellings("types before a name")
_ONES, _TENS = map(str.split, _SECTIONS["numbers in spanish"])
SPANISH_NUMBERS = {word: str(number) for number, word in enumerate(_ONES, 1)}
SPANISH_NUMBERS |= {word: f"{number}0" for number, word in enumerate(_TENS, 3)}
ORDINALS = _numbers("ordinals")
CARDINALS = _numbers("cardinals")
NUMBERS_IN_NAMES = CARDINALS | _numbers("cardinals in names")
NUMBER_NAMES = _entries("names after a number")
SHORT_NAMES = _spellings("short forms in names")
LETTER_NAMES = _entries("names after a letter")
STREET_STARTS = _entries("street starts")
KNOWN_STREETS = _entries("known streets")

# Highways
TRAVEL = _table("travel")
BOUND = _spellings("before bound")
FEATURES = _table("road features")
SIDE_ROADS = _entries("side roads")
HIGHWAY_FEATURES = _entries("highway features")
ROUTE_CLASSES = _table("route classes")
ROUTE_HEADS = _table("route heads")

# Units
UNITS = {"#": "#", **dict.fromkeys(_entries("units shown as #"), "#"), **_table("units")}
UNITS_ALONE = _table("units alone")
NO_UNIT = _entries("no unit")

# Places, and lines without an address
PLACE_ENDS = _entries("place suffixes")
PLACE_WORDS = _entries("place words")
SIDE_PLACES = _entries("place ends of a side")
BUSINESSES = _entries("businesses")
NOT_A_WAY = _entries("not a way")
NOWHERE = _entries("nowhere")
NO_WORDS = _entries("no address")
SAYING_NOTHING = NO_WORDS | _entries("address words")
REMARKS = tuple(_SECTIONS["remarks"])
EXTENTS = _entries("extents")
BESIDE = _entries("beside")
REMARKS_BEHIND = tuple(tuple(phrase.split()) for phrase in _SECTIONS["remarks behind"])

# States and cities
STATES = _table("states")
STATE_CODES = frozenset(STATES.values())
ROUTE_OWNERS = _table("route owners") | {
    name: name for name in STATES if " " not in name and name not in STATE_CODES
}
# A way with one of these is read by `route.long_way`.
HIGHWAY_WORDS = frozenset(ROUTE_HEADS) | SIDE_ROADS | frozenset(FEATURES) | frozenset(TRAVEL)
HIGHWAY_WORDS |= {"A1A", "STATE", "COUNTY", "FOREST", "BOUND", "ON", "OFF", "MILE", "CO", "TWP"}
HIGHWAY_WORDS |= set(ROUTE_OWNERS) - set(STATES) - {"ST"}
SHY_STATES = _entries("shy states")
CITY_STARTS = _entries("city starts")


class Lazy:
    """A pattern that is compiled when first used, so that importing the reader costs little.

    From then on its methods are those of the compiled pattern itself.
    """

    match: Callable[[str], re.Match[str] | None]
    search: Callable[[str], re.Match[str] | None]
    sub: Callable[[str | Callable[[re.Match[str]], str], str], str]
    split: Callable[[str], list[str]]

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    def __getattr__(self, name: str) -> Any:
        if name not in ("match", "search", "sub", "split"):
            raise AttributeError(name)
        found = getattr(re.compile(self._pattern), name)
        setattr(self, name, found)
        return found


# A text that a line must contain, the pattern to replace then, and its replacement.
_Form = tuple[str, Lazy, str | Callable[[re.Match[str]], str]]

EXIT_SIGN = Lazy(r"E?X ?[0-9]{1,3}[A-Z]?$")

# Longer than any address; text after it is not read.
LIMIT = 300
ZIP_DIGITS = 5

_DROPPED = ".'`\"\u2018\u2019\u201c\u201d\u00b4"
_SPACED = "\t\n\r\f\v\0_=?!~^$%<>{}"
_CHARS: dict[int, str | None] = {i: " " for i in range(32)}
_CHARS |= {ord(c): " " for c in _SPACED} | {127: " "}
_CHARS |= dict.fromkeys(map(ord, _DROPPED))
_CHARS |= {ord("\\"): "/", ord("|"): ",", ord("["): "(", ord("]"): ")", ord("+"): "&"}
_DASHES = {ord(c): "-" for c in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"}
_DASHES |= {0x2044: "/", ord("\u00bd"): " 1/2", ord("\u00bc"): " 1/4", ord("\u00be"): " 3/4"}

# Periods: `N.MAIN` and `ST.JOHNS` are two words, `3.5 MI` and `MM 21.4` keep theirs.
_GLUED_STOP = Lazy(
    r"\b([A-Z]|[NS][EW]|AVE?|RD|ST|DR|LN|CT|BLVD|MT|FT|HWY|RTE?|APT|BLDG|STE)\.(?=[A-Z]{2}|[0-9])"
)
_DECIMAL = Lazy(
    r"(\b(?:MM|MP|MARKER|(?:MILE)?POST|MILE(?:MARKER)?|KM?|KILOMET(?:RO|ER))\.?[ -]?[0-9]{1,4})\."
    r"(?=[0-9])|"
    r"([0-9])\.(?=[0-9]+ ?(?:MI(?:LES?)?|MM)\b)"
)
# Any other period between digits must not join them: `12.5 MAIN ST` is not 125.
_HALF = Lazy(r"^( *[0-9]+)\.50? ")
# 29.5 RD and CR 12.5 are roads between two others, as 29 1/2 RD.
_PART_ROAD = Lazy(
    r"\b(?:(?<=CR |RD )|(?<=ROAD |LANE )|(?=[0-9A-Z]+\.[0-9]+ (?:RD|ROAD|LN|LANE)\b))"
    r"([0-9]{1,3}|[A-H])\.(5|25|75)0?\b(?! ?MI)"
)
_PARTS = {"5": "1/2", "25": "1/4", "75": "3/4"}
_INNER_STOP = Lazy(r"(?<=[0-9])\.(?=[0-9])")
_KEPT_STOP = "\xb7"  # replaces a period to keep while the others are dropped
# C. LUNA is CALLE LUNA, but C. ELM ST is no street of Puerto Rico.
_CALLE_STOP = Lazy(
    r"^( *[0-9]+ )C\. (?=[A-Z]{3})(?!.*\b(?:ST(?:REET)?|AV(?:E|ENUE)?|R(?:OA)?D|DR(?:IVE)?|LN|LANE|"
    r"CT|COURT|PL(?:ACE)?|BLVD|WAY|TER|CIR)\b)"
)
# Long forms of the word before a route or mile number.
_LONG_HEAD = Lazy(
    r"\b(?=[CFIMNRSTU])(?:(FARM[ -]TO[ -]MARKET|F[ -]M|FARM(?= (?:RD|ROAD) [0-9]{3}))|"
    r"(RANCH[ -]TO[ -]MARKET|R[ -]M)|(I[ -]H)|(U[ -]S(?: (?:HWY|HIGHWAY|ROUTE|RTE|RT))?)|"
    r"(MILE ?(?:MARKER|POST|MARK)S?|MI (?:MARKER|POST|MRK|MKR)|"
    r"(?<=AT )MILE|(?<=@ )MILE|(?<=[NSEW]B )MILE)|"
    r"(NATIONAL FOREST(?: SERVICE)?|FOREST SERVICE|F[ -]S|N[ -]F)|"
    r"(C[ -]R)|(S[ -]R)|(R[ -]R)|(T[ -]R))"
    r"(?: ROAD| RD)?[ #-]*(?=[0-9])"
)
_HEADS = ("", "FM ", "RM ", "IH ", "US ", "MM ", "FSR ", "CR ", "SR ", "RR ", "TR ")
_ZONE_TAG = Lazy(r"\*{2,}[^* ]{1,12}\*{2,}|\bGRID [A-Z]-?[0-9]{1,3}\b")
_MASKED = Lazy(r"\b([0-9]{1,3})(\*{1,2})(?![*])")
# A name that lost its apostrophe: 101 O FARRELL ST, but not 27 O ST or AVENUE O EAST.
_LETTER_NAME = Lazy(
    r"\b(?=[ODL] )(?<! C/)(?:(?<![A-Z] )|(?<=[0-9] [NSEW] )|(?<=[0-9] [NS][EW] )|"
    r"(?<=[/&@] [NSEW] ))([ODL]) ([A-Z]{3,})\b"
)
# A stretch between two exits or two mile markers: BETWEEN EXIT 7 AND EXIT 8.
_STRETCH = Lazy(
    r"\b((?:BETWEEN|BTWN|BTW|BETW|BTN|BET|FROM) )?(?:(EX(?:IT)?)|MM)(S)? ?([0-9.]+[A-Z]?)"
    r"(?: (?:AND|TO|THRU) | ?[&/-] ?)((?:EX(?:IT)?|MM)S? ?)?([0-9.]+[A-Z]?)\b"
)


def _stretch(found: re.Match[str]) -> str:
    """Write EXITS 8 AND 7 as EXIT 7-8; EXIT 7 & 8 may be a crossing."""
    between, exits, plural, first, again, second = found.groups()
    if not (between or plural or again):
        return found[0]
    ends = sorted((first, second), key=lambda end: (len(end.partition(".")[0]), end))
    return f"{'EXIT' if exits else 'MM'} {'-'.join(ends)}"


def _without_apostrophe(found: re.Match[str]) -> str:
    """Write O FARRELL as OFARRELL, as it is read with its apostrophe."""
    letter, name = found.groups()
    joined = name in LETTER_NAMES or (
        letter == "O" and not (name in SUFFIXES or name in DIRECTIONS or name in UNITS)
    )
    return letter + name if joined else found[0]


def _forms() -> list[_Form]:
    """Return the forms of words.txt, and those that need more than a pattern."""
    forms: list[_Form] = []
    for rule in _SECTIONS["forms"]:
        signs, text, form = rule.split(" => ")
        pattern = Lazy(text.replace("ROADS", ROAD_FORMS))
        forms += [
            (sign.replace("_", " "), pattern, form.replace("_", " ")) for sign in signs.split("|")
        ]
    forms += [(f"{letter} ", _LETTER_NAME, _without_apostrophe) for letter in "ODL"]
    forms.append(("", _LONG_HEAD, lambda found: _HEADS[found.lastindex or 0]))
    return forms + [(sign, _STRETCH, _stretch) for sign in ("EX", "MM")]


_COORDINATES = Lazy(
    r"(?i)-?[0-9]{1,3}\.[0-9]{3,}\s*[NSEW]?\s*[,/; ]\s*-?[0-9]{1,3}\.[0-9]{3,}|"
    r"[0-9]\s*\u00b0\s*[0-9]|\bLAT(?:ITUDE)?\s*[:=]?\s*-?[0-9]{2}|\bLL\(-?[0-9]"
)

# A slash, but not that of a street between two others: 28 1/4 RD, F 1/2 RD.
_SLASH = Lazy(r"(?<!(?:[0-9]|\b[A-H]) \d)/|/(?![248](?: (?:RD|ROAD|ST|STREET|AVE?|LN|DR)\b|,|$))")
_ODD_WORD = Lazy(r"-|[A-Z][0-9]|[0-9](?:[NSEW]B|FLR?)\b")
_GLUED_ROUTE = Lazy(r"(I|IH|US|SR|SH|RT|RTE|HWY|ROUTE)-?([0-9]{1,3}[A-Z]?)-?([NSEW]B)$")
_GLUED_TAIL = Lazy(
    r"([0-9]{1,4}[NSEW]?)([NSEW]B)$|([0-9]{1,2})(FLR?)$|"
    r"([NSEW]|[NS][EW])([0-9]{1,3}(?:ST|ND|RD|TH))$"
)
_GLUED_HEAD = Lazy(
    r"(I|IH|RT|RTE|ROUTE|US|SR|SH|STH|CTH|HWY|CR|FM|MM|MP|EXIT|LOOP|APT|UNIT|STE|SUITE|RM|FL|FLR|"
    r"BLDG|LOT|LT|SPC|KM|PR|TR|RR|FR|NF|FSR|PH)-?([0-9]{1,5}[A-Z]?(?:\.[0-9])?)$"
)
_LETTER_DASH_NUMBER = Lazy(r"([A-Z]{1,3})-([0-9]+[A-Z]?)$")
_NUMBER_DASH_LETTER = Lazy(r"([0-9]+)-([A-Z])$")
_NUMBER_DASH_NUMBER = Lazy(r"[0-9]+[A-Z]?-[0-9]+[A-Z]?$")


def _fold(text: str) -> str:
    """Replace accented letters and full-width digits by plain ones, other signs by spaces."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_DASHES)).translate(_DASHES)
    kept = []
    for char in decomposed:
        if char.isascii() or char.isalpha():
            kept.append(char)
        elif not unicodedata.combining(char) and char not in _DROPPED:
            kept.append(" ")
    return "".join(kept)


def clean(text: str) -> str:
    """Return the text in upper case with single spaces and only meaningful punctuation."""
    if not text.isascii():
        text = _fold(text)
    text = text[: LIMIT * 4].upper()
    if "." in text:
        if " C. " in text:
            text = _CALLE_STOP.sub(r"\1CALLE ", text)
        text = _PART_ROAD.sub(lambda m: f"{m[1]} {_PARTS[m[2]]}", text)
        text = _GLUED_STOP.sub(r"\1 ", text)
        text = _DECIMAL.sub(lambda m: (m[1] or m[2]) + _KEPT_STOP, text)
        text = _HALF.sub(r"\1 1/2 ", text)
        text = _INNER_STOP.sub("-", text)
    text = " ".join(text.translate(_CHARS).split())[:LIMIT].replace(_KEPT_STOP, ".")
    return _in_words(text).strip(" ,;:-/&@")


_FORMS = _forms()


def _in_words(text: str) -> str:
    """Write signs and phrases in their usual form."""
    if "*" in text or "GRID " in text:
        text = _MASKED.sub(lambda m: m[1] + "X" * len(m[2]), _ZONE_TAG.sub(" ", text))
        text = " ".join(text.replace("*", " ").split())
    for sign, pattern, form in _FORMS:
        if sign in text:
            text = pattern.sub(form, text)
    return text


def has_coordinates(text: str) -> bool:
    """Return whether the text gives a position in degrees instead of an address."""
    return _COORDINATES.search(text[:LIMIT]) is not None


def split_words(text: str) -> list[str]:
    """Split clean text into words; `/ & @ #` are words of their own."""
    for sign in "&@#":
        if sign in text:
            text = text.replace(sign, f" {sign} ")
    if "/" in text:
        text = _SLASH.sub(" / ", text)
    words = text.split()
    if _ODD_WORD.search(text) is None:
        return words
    split: list[str] = []
    for word in words:
        split += _split_word(word)
    return split


def _split_word(word: str) -> list[str]:
    """Write I-95 as I 95, S2ND as S 2ND, K-15 as K15, 12-C as 12C, A-B as two words."""
    if glued := _GLUED_HEAD.match(word) or _GLUED_ROUTE.match(word) or _GLUED_TAIL.match(word):
        return [part for part in glued.groups() if part]
    if "-" not in word:
        return [word]
    if joined := _LETTER_DASH_NUMBER.match(word):
        # CT-15 and PA-309 are roads of a state; a single letter belongs to its number.
        return [joined[1], joined[2]] if len(joined[1]) == 2 else [joined[1] + joined[2]]
    if joined := _NUMBER_DASH_LETTER.match(word):
        return [joined[1] + joined[2]]
    if _NUMBER_DASH_NUMBER.match(word):
        return [word]
    return word.replace("-", " ").split()


_LONG_STARTS = {"N": "NORTH", "S": "SOUTH", "E": "EAST", "W": "WEST", "SO": "SOUTH", "NO": "NORTH",
                "ST": "SAINT", "STE": "SAINTE", "MT": "MOUNT", "FT": "FORT"}  # fmt: skip


def long_city(name: str) -> str:
    """Return a city with its words written out: SOUTH NORWALK of `S NORWALK`, BEACH of `BCH`."""
    words = name.split()
    long = (
        _LONG_STARTS.get(each) or LONG_SUFFIX.get(SUFFIXES.get(each, ""), each) for each in words
    )
    return " ".join(long) if len(words) > 1 else name
