"""Places: addresses as records, and their safety notes.

store        adding an address, finding a place, one place as a record
near_store   places near an address or on its street, and look-alikes of one that is on file
merge_store  two places that are one house: finding them, merging them, undoing that
finding      which place a command means, exactly
flag_store   safety notes, and what is at a place
"""
