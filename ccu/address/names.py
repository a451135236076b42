"""A town's own names: towns around it and their codes, its streets, its places.

A town keeps them in lists (`ccu codes`); an import layout adds the city codes of its system.
Without them no town is known by name, and a city is recognized by its position in the line.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from ccu.address.street import Way
from ccu.address.words import clean, long_city, split_words

if TYPE_CHECKING:
    from ccu.address.reader import Address


class Names:
    """The names of a town for the reader. Compared by identity: make one per file and keep it.

    `towns` maps each name and code to the name, as the reader writes both; the town is one of them.
    """

    __slots__ = ("ends", "own", "place_names", "places", "streets", "towns")

    def __init__(
        self,
        own: str = "",
        towns: Mapping[str, str] | None = None,
        streets: Mapping[str, str] | None = None,
        places: Mapping[str, str] | None = None,
    ) -> None:
        self.own = _name(own)
        known = {_name(code): _name(name) for code, name in (towns or {}).items()}
        known |= {name: name for name in (self.own, *known.values())}
        known.pop("", None)
        self.towns = known
        self.ends = frozenset(name.rpartition(" ")[2] for name in known)
        self.streets = dict(streets or {})
        self.places = dict(places or {})
        self.place_names = frozenset(map(_name, self.places))

    def plus(self, towns: Mapping[str, str], own: str = "") -> "Names":
        """Return these names and more towns (code or name -> name), for another town if given."""
        return Names(own or self.own, {**self.towns, **towns}, self.streets, self.places)

    def has_town(self, name: str) -> bool:
        """Whether it is the name or code of a town, its first word short (S NORWALK) or not."""
        return name in self.towns or long_city(name) in self.towns

    def has_place(self, name: str) -> bool:
        """Return whether it is the name of a common place that the town has listed."""
        return name in self.place_names

    def town(self, name: str) -> str:
        """Return the name of a code; any other name as it is."""
        return self.towns.get(name, name)

    def is_code(self, name: str) -> bool:
        """Return whether it is a code, which another agency may use for something else."""
        return self.towns.get(name, name) != name


def _name(text: str) -> str:
    return " ".join(split_words(clean(text)))


def names_of(town: str | Names) -> Names:
    """Return the names of a town given by its own name alone, or as they are."""
    return _own(town) if isinstance(town, str) else town


@lru_cache(maxsize=64)
def _own(town: str) -> Names:
    return Names(town)


def as_named(found: "Address", names: Names) -> "Address":
    """Replace an alias of a street by its name, and a common place by its address."""
    from ccu.address.reader import address_of

    if found.kind in ("place", "street"):
        address = _places(names).get(found.building_key)
        if address is not None:
            return address_of(
                found.raw, address.kind, address.number, _way(address.street), found.unit,
                _way(address.cross), found.place if address.number else "",
                found.city or address.city, found.state or address.state, found.zip or address.zip,
            )  # fmt: skip
    street, cross = (_street(text, names) for text in (found.street, found.cross))
    if (street, cross) == (_way(found.street), _way(found.cross)):
        return found
    return address_of(
        found.raw, found.kind, found.number, street, found.unit, cross, found.place, found.city,
        found.state, found.zip,
    )  # fmt: skip


def _way(text: str) -> Way | None:
    from ccu.address.way import settled_way

    return settled_way(text) if text else None


def _street(text: str, names: Names) -> Way | None:
    way = _way(text)
    return _streets(names).get(way.key, way) if way else None


@lru_cache(maxsize=16)
def _streets(names: Names) -> dict[str, Way]:
    """Return {key of an alias: the street that it is written for}."""
    found = {}
    for alias, street in names.streets.items():
        short, way = _way(_street_of(alias)), _way(_street_of(street))
        if short and way:
            found[short.key] = way
    return found


def _street_of(text: str) -> str:
    """Return a street as the reader writes it; text that is no street by itself as it is."""
    from ccu.address.reader import read

    return read(f"1 {text}").street


@lru_cache(maxsize=16)
def _places(names: Names) -> "dict[str, Address]":
    """Return {key of a common place: its address}."""
    from ccu.address.reader import read

    plain = Names(names.own, names.towns, names.streets)
    return {
        read(name, town=plain).building_key: read(address, town=plain)
        for name, address in names.places.items()
    }
