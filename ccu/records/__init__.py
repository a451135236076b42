"""What every record is built on: its rows, their history."""
