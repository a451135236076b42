"""An office's list of its clients and their workers."""
