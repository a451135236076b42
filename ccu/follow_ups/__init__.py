"""Follow-ups: what is due, and by which staff member.

listing_store  lists: `ccu follow-up list` and `overdue`, the brief; one follow-up with its attempts
store     writes: schedule, add, close; the next action after one that closes
attempts  an attempt and its result, the signature, the move to another day or owner
options   the command-line options that the commands share
entry     what the commands ask for and report
page      one follow-up as a page
"""
