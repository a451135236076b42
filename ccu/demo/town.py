"""The invented town of Marshport, Connecticut: its streets, and how its addresses are typed."""

from functools import lru_cache
from random import Random

from ccu.demo.chance import below, pick

TOWN, STATE, ZONE, ZIP = "Marshport", "CT", "America/New_York", "06899"

_NAMES = """
Alder Anchor Ash Barnacle Bayberry Beach Beacon Birch Blackberry Bluff Boathouse Bridge Brook
Burnham Canal Cedar Chandler Channel Chapel Chestnut Clover Cobble Cove Cranberry Creek Crescent
Cutler Dogwood Drift Dune Eelgrass Elm Fern Fisher Flint Forge Gannet Goose Grange Granite Gull
Half Moon Harvest Hawthorn Hazel Hemlock Heron Hickory Hollow Holly Island Ivy Juniper Kelp Kettle
Landing Larch Laurel Ledge Lighthouse Lilac Linden Locust Maple Marsh Meadow Mill Mulberry Mussel
Oak Osprey Oyster Pebble Pepper Pine Plover Pond Quarry Quince Ridge Robin Sandpiper Shell Shore
Sparrow Spruce Sycamore Tanner Tern Thistle Tidal Walnut Wharf Willow Winter Yarrow
""".replace("Half Moon", "Halfmoon").split()
_SUFFIXES = (
    ("St", "Street"), ("Rd", "Road"), ("Ln", "Lane"), ("Dr", "Drive"), ("Ave", "Avenue"),
    ("Ct", "Court"), ("Pl", "Place"), ("Ter", "Terrace"), ("Cir", "Circle"), ("Trl", "Trail"),
)  # fmt: skip
_BEATS = ("1", "2", "3", "4")
_HIGHWAYS = ("I-95 NB EXIT 17", "I-95 SB EXIT 18", "I95 NB MM 22", "I-95 SB MM 24", "US 1 NB RAMP")

Street = tuple[str, str, str]  # name, suffix, suffix in full


def streets_for(calls: int) -> int:
    """Return how many streets a town with so many calls has."""
    return max(len(_NAMES), min(len(_NAMES) * len(_SUFFIXES), calls // 500))


@lru_cache(4096)
def street(number: int) -> Street:
    """Return the street of that number; names repeat with another suffix in a large town."""
    name = _NAMES[number % len(_NAMES)]
    abbreviated, full = _SUFFIXES[(number // len(_NAMES) + number) % len(_SUFFIXES)]
    return name, abbreviated, full


def beat(street_number: int) -> str:
    """Return the police beat of a street."""
    return _BEATS[street_number % len(_BEATS)]


def premise(rank: int, streets: int) -> tuple[int, int, int]:
    """Return (street, house number, units) of the building with that rank of repeat callers.

    It is computed, not listed: a town of a million calls needs no memory.
    """
    mixed = (rank + 1) * 2654435761 % 4294967296
    units = (0, 0, 0, 0, 0, 4, 12, 40)[mixed >> 8 & 7]
    return mixed % streets, 1 + (mixed >> 12) % 480, units


def typed(random: Random, rank: int, streets: int) -> tuple[str, str, str]:
    """Return (beat, address, unit) of a building as a dispatcher typed it, in one of many ways."""
    number, house, units = premise(rank, streets)
    name, short, full = street(number)
    way = random.random()
    if way < 0.85:
        text = f"{house} {name} {short}".upper()
    elif way < 0.92:
        text = f"{house} {name} {full}"
    elif way < 0.96:
        text = f"{house} {name} {short}, {TOWN}".upper()
    elif way < 0.985:
        text = f"{house} {name.lower()} {short.lower()}."
    else:
        text = f"{house} {name} {full}, {TOWN} {STATE} {ZIP}"
    unit = ""
    if units and random.random() < 0.8:
        unit = f"{1 + below(random, units)}"
        form = pick(random, ("APT {}", "APT {}", "APT {}", "#{}", "Unit {}", "Apartment {}"))
        if way < 0.85 and random.random() < 0.5:
            text, unit = f"{text} {form.format(unit)}", ""
        else:
            unit = form.format(unit)
    return beat(number), text, unit


def way(random: Random, streets: int) -> tuple[str, str, str]:
    """Return (beat, address, "") of a place on the road: a crossing, a block, the highway."""
    number = below(random, streets)
    name, short, _full = street(number)
    kind = random.random()
    if kind < 0.45:
        other, other_short, _ = street((number * 7 + below(random, 5) + 1) % streets)
        sides = [f"{name} {short}", f"{other} {other_short}"]
        if random.random() < 0.5:
            sides.reverse()
        text = pick(random, (" & ", " / ", " @ ")).join(sides).upper()
    elif kind < 0.75:
        text = f"{(1 + below(random, 5)) * 100} BLOCK OF {name} {short}".upper()
    else:
        text = pick(random, _HIGHWAYS)
    return beat(number), text, ""
