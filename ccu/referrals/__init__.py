"""Referrals and needs assessments.

rules        which status can follow which, and which steps need a reason
store        writes: make, update; their events
read_store   lists, and one referral with everything about it
options      the command-line options
form         what `refer` asks for, warns of and writes
next_step    what `referral edit`, `reopen` and `expire` ask for, write and report
page         a referral as JSON and as a page; lists
needs_store  needs assessments: record, read, link to a referral
needs_page   a needs assessment as a form, as JSON and as a page
undo_store   takes back a referral, a step or a name
letter       the printed copy for the person, or the provider
parcel       a person for another town's unit, sealed for it alone
"""
