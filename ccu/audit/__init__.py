"""The supervisor's page on who looked at what.

review  the rules: what counts as unusual, untied, at night
page    the page and its JSON
"""
