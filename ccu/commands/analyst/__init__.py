"""Figures, exports and imports."""
