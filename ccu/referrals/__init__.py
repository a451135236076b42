"""Referrals and needs assessments.

rules        which status can follow which, and which steps need a reason
store        writes: make, update; their events
read_store   lists, and one referral with everything about it
options      the command-line options
form         a new referral from its options, asking for what is missing
page         a referral as JSON and as a page; lists
steps        `referral update` and `expire`
needs_store  needs assessments: record, read, link to a referral
needs_page   a needs assessment as a form, as JSON and as a page
"""
