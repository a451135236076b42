"""The card of an address or a person, for an officer at the door.

In the order of need: what was matched, warnings, who is already working with people here, open
items, call counts, the last calls, the rest of the building.

    place   the card of an address: `history --address`, `history --call`, after `log-call`
    person  the card of a person: `history --person`
    page    what both have in common, as data and as a page
    plans   the approved plans, in eight lines
    store   its SQL
"""
