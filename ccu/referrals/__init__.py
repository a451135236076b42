"""Referrals and needs assessments.

rules    which status can follow which, and the reason that each step needs
store    writes: make, update; their events
reads    lists, and one referral with everything about it
options  the command-line options, declared once for the commands that share them
form     a new referral from its options, asking for what is missing
page     a referral as JSON and as a page; lists
steps    `referral update` and `expire`
needs    needs assessments: record, read, page
"""
