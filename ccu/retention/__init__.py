"""Letting go: what is sealed, de-identified or purged, and how it is told."""
