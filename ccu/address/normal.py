"""The normal form of an address: one line that reads as the same address again."""

from ccu.address.reader import KINDS, Address, address_of, read
from ccu.address.way import settled_way


def normal(address: Address) -> str:
    """Return one line that reads as the same address: `12 MAIN ST # 3B, WESTPORT, CT 06880`."""
    line = _plain_line(address)
    again = read(line)
    if _fields(again) == _fields(address):
        return line
    return _tagged_line(address)


def _plain_line(address: Address) -> str:
    number = f"{address.number} BLOCK" if address.kind == "block" else address.number
    line = " ".join(part for part in (number, address.street) if part)
    if address.cross:
        line += f" & {address.cross}"
    if address.unit:
        line += f" {address.unit}"
    if address.place:
        line += f"; {address.place}" if line else address.place
    if address.city:
        line += f", {address.city}"
    tail = " ".join(part for part in (address.state, address.zip) if part)
    return f"{line}, {tail}" if tail else line


# SECOND, because dispatch systems write CROSS: before a note about another place.
_TAGGED = dict(KIND="kind", NUMBER="number", STREET="street", UNIT="unit", SECOND="cross",
               PLACE="place", CITY="city", STATE="state", ZIP="zip")  # fmt: skip


def _fields(address: Address) -> tuple[str, ...]:
    values = (getattr(address, name) for name in _TAGGED.values())
    return (*values, address.building_key, address.unit_key)


def _tagged_line(address: Address) -> str:
    """Return the normal form of an address that needs more than a plain line: named fields."""
    parts = ((tag, getattr(address, name)) for tag, name in _TAGGED.items())
    return "; ".join(f"{tag}: {value}" for tag, value in parts if value)


def read_tagged(text: str, line: str) -> Address:
    """Read the normal form in which each field has its name."""
    values = dict.fromkeys(_TAGGED.values(), "")
    for part in line.split("; "):
        tag, _, value = part.partition(": ")
        if tag in _TAGGED:
            values[_TAGGED[tag]] = value.strip()
    street = settled_way(values["street"]) if values["street"] else None
    cross = settled_way(values["cross"]) if values["cross"] else None
    kind = values["kind"].lower()
    if kind not in KINDS or (street is None and kind not in ("place", "none")):
        kind = "none"
    return address_of(
        text, kind, values["number"], street, values["unit"], cross, values["place"],
        values["city"], values["state"], values["zip"],
    )  # fmt: skip
