"""Providers: who can help with what, and whether they take people now."""
