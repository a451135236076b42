"""Places: addresses as records, and their safety notes.

store        adding an address, finding a place, one place as a record
near_store   places near an address that is not on file, and look-alikes of one that is
street_store what is on file on a street, where no house number was given or it is not clear
alike_store  places that look like one house, for ccu check
merge_store  two places that are one house, and undoing that
finding      which place a command means, exactly
flags        safety notes, and what is at a place; their rows in flag_store
names_store  names that must not be in a text about a place or a person
"""
