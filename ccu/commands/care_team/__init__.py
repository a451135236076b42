"""What the care team works with."""
