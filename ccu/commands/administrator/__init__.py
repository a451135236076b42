"""Setting up and running the file."""
