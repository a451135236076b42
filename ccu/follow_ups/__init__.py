"""Follow-ups: what is due, and which staff member owns it.

store          writes: schedule, add, attempt, sign, move, close; the next action after a closed one
undo_store     takes back a follow-up, its last attempt or its closing
listing_store  lists: `ccu follow-up list` and `overdue`, the brief; one follow-up with its attempts
options        the command-line options that the commands share
entry          what the commands ask for and report
page           one follow-up as a page
"""
