"""Places: addresses as records, their safety notes, and the page of one place.

store          adding an address, finding a place, one place as a record
near           places near an address that no call was at
finding        which place a command means, exactly
flags          safety notes, and what is at a place
names_store  names that must not be in a text about a place or a person
page           one place as a page
"""
