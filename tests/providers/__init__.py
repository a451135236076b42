"""The directory of services: import, search, and what to verify next."""
