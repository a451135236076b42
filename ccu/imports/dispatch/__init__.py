"""A dispatch export, imported into the calls."""
