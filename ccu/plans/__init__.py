"""Plans, between commands and store: the written form, unkind words, deciding, the page."""
