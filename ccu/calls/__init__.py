"""Calls: logging, showing, amending and voiding one, and consults about them."""
