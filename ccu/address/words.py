"""The words of American addresses: tables only, no rules.

The rules are in words.txt beside this file, which is read when the address reader is first
imported. `_table` maps each spelling and the standard form itself to the standard form,
`_spellings` maps only the spellings, `_entries` is a set of words or phrases.
"""

from pathlib import Path


def _read_sections() -> dict[str, list[str]]:
    """Return {section: its rules} of words.txt, without comments."""
    sections = {}
    text = (Path(__file__).parent / "words.txt").read_text(encoding="utf-8")
    for section in text.split("\n[")[1:]:
        title, _, body = section.partition("]\n")
        sections[title] = [line for line in body.split("\n") if line and line[0] != "#"]
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
ORDINALS = _numbers("ordinals")
TENS = _numbers("tens")
CARDINALS = _numbers("cardinals")
NUMBER_NAMES = _entries("names after a number")
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

# States and cities
STATES = _table("states")
STATE_CODES = frozenset(STATES.values())
ROUTE_OWNERS = _table("route owners") | {
    name: name for name in STATES if " " not in name and name not in STATE_CODES
}
SHY_STATES = _entries("shy states")
CITIES = _entries("Connecticut towns") | _entries("other cities")
CITY_CODES = _spellings("city codes")
SHY_CITY_CODES = _entries("shy city codes")
CITY_STARTS = _entries("city starts")
