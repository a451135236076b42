"""What officers and social workers type every day."""
