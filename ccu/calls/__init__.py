"""Calls: logging, showing, amending and voiding one, and consults about them.

options        the options that describe a call, declared once
form           options and answers -> the values of the record, of a new call or an amendment
questions      what `log-call` asks at a terminal
store          its SQL: log, amend, void, and one call as it is now
change_store   the call on file that a new one is, and what is taken back
page           one call as a page
answer_store   the outcome of a call's referrals and follow-ups, in one line
consult_store  consults: officers' questions to clinicians
"""
