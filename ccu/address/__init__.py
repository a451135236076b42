"""The address reader: what a dispatcher or an officer typed, to its parts and its keys.

    >>> read("312-A N 9TH ST, Westport").building_key
    'address 312A N 9TH ST'

Own rules instead of a trained parser: the field's parsers learned from mail, while dispatch
writes `100-BLK MAIN ST`, `MAIN ST / ELM ST` and `I95 NB EXIT 17`; and the same text must give
the same key for ever. Sources: USPS Publication 28 (suffixes, directionals, units, Appendix F
for highways) and, for what it does not know, the habits of dispatch systems.

The steps, one module each: `text` cleans; `fast` reads the plain lines at once;
for all others `line` cuts the line into pieces, `main` reads the piece with the
street, whose ways `sides` and `single` read into what `gather` holds;
`number`, `unit` and `town` take those parts off, `place`
tells place from street; `street` and `route` put a way in normal form;
`words` holds the tables. `match` compares.

Reading is pure and never fails: text that says nothing gives kind `none` and empty keys.
"""

from ccu.address.reader import KINDS, Address, normal, read, unit_pairs

__all__ = ["KINDS", "Address", "normal", "read", "unit_pairs"]
