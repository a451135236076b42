"""The card of an address or a person, for an officer at the door.

In the order of need: warnings, who the calls were about, who is already working with them, open
items, plans, call counts, calls, the rest of the building, similar addresses.

    place         the card of an address: `history`, `history --call`, after `log-call`
    person        the card of a person: `history --person`
    page          what both have in common, as data and as a page
    screen        both on one screen of a terminal
    plans         the approved plans
    place_record  how a place was read, its flags and changes: `place show`
    store         its SQL
"""
