"""The card of an address or a person, for an officer at the door.

In the order of need: warnings, who the calls were about, who is already working with them, open
items, plans, call counts, calls, the rest of the building, similar addresses.
"""
