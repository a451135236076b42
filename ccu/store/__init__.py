"""Every SQL write and small read, one module per record. Nothing here knows of a terminal."""
