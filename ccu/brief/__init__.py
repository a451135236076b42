"""The shift brief: the handover list of new, due, overdue and waiting work."""
