"""The card of an address or a person, for an officer at the door.

In the order of need: what was matched, warnings, who is already working with people here, open
items, call counts, the last calls, the rest of the building.

    place   the card of an address: `history --address`, `history --call`, after `log-call`
    person  the card of a person: `history --person`
    rows    what both have in common, as data
    page    the card of a place as a page
    plans   what helps, from the approved plans, in eight lines
    words   who is working here and what is open, in words
"""
