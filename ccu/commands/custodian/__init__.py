"""What a records custodian does."""
