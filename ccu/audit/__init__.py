"""The supervisor's review of who looked at what, and the verification of the audit.

store         events and ties of a span, for the review; records that other programs wrote
review        the rules: what counts as unusual, untied, at night; the page and its JSON
verify_store  verifies the chain of the audit
anchors       number and hash of the last row, to be kept elsewhere
"""
