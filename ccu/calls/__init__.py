"""One call between the person at the keyboard and the store.

options        what can be said of a call on the command line, declared once
amend_options  what only an amendment can say
form           the words of options and answers -> the values of the record
questions      what `log-call` asks at a terminal
amendment      new values laid over the record as it is
page           one call as a page
"""
