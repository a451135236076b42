"""People: one human being, one count; how they belong together; another office's list."""
