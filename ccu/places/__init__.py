"""Places: addresses as records, their safety notes, and the page of one place."""
