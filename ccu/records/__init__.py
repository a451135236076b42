"""What every record shares: its rows and their history, codes, settings, staff, open work."""
