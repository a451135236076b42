"""Case tracking for a police Community Care Unit: calls, referrals, follow-ups."""

__version__ = "0.1.0"
