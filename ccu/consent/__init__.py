"""Signed consents, what was disclosed under them, and 42 CFR Part 2."""
