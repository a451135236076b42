"""What every record shares: codes, settings, staff, visibility, history, open work."""
