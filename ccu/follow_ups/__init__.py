"""Follow-ups: what is due, and which staff member owns it."""
