"""The address reader: from what a dispatcher or an officer typed to its parts and keys.

    >>> read("312-A N 9TH ST, Westport").building_key
    'address 312A N 9TH ST'

Rules and not a trained parser: trained parsers learned from mail, while dispatch systems write
`100-BLK MAIN ST`, `MAIN ST / ELM ST` and `I95 NB EXIT 17`; and the same text must always give the
same key. Sources: USPS Publication 28 and, for what it does not cover, dispatch exports.

    reader, normal read a plain line at once, make the keys and the normal form
    names          what only the town knows: towns and their codes, aliases, common places
    line           cuts any other line into pieces and reads the one with the street
    sides          reads the ways of that piece
    number, town   take number, unit and town off a line; tell a place from a street
    way            puts a way in normal form, by street or, with a highway in it, by route
    words          cleans the text; the tables, from words.txt
    match          compares two addresses

Reading is pure and never raises: text without an address gives type `none` and empty keys.
"""

from ccu.address.names import Names
from ccu.address.normal import normal
from ccu.address.reader import KINDS, Address, read, unit_pairs

__all__ = ["KINDS", "Address", "Names", "normal", "read", "unit_pairs"]
