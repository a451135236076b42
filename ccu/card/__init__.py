"""The card: what an officer needs at a door, or of a person, put together from the store.

The minimum, in the order it is needed: what was matched, warnings, who is already working with
people here, what is open, how often we were called, the last calls, the rest of the building.

    place   the card of an address: `history --address`, `history --call`, after `log-call`
    person  the card of a person: `history --person`
    rows    what both have in common, as data
    page    the card of a place as a page
    plans   what helps, from the approved plans, in eight lines
    words   who is working here and what is open, in words
"""
