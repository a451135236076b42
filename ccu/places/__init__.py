"""Places: addresses as records, and their safety notes."""
