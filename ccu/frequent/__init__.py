"""The people and places met most often, and the decisions that change the lists."""
