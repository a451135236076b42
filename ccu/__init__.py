"""ccu: the memory of a police Community Care Unit. `cli.py` is the map of the program."""

__version__ = "0.1.0"
