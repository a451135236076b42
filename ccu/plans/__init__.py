"""Plans of care for a person or a place."""
