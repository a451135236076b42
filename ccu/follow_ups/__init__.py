"""Follow-ups: what is due, when, and which staff member owns it."""
