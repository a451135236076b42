"""Providers: which needs they serve, and whether they take new clients."""
