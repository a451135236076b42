"""Households: who belongs together, who works with them, and their card."""
