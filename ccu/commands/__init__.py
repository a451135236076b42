"""One file per command: a plain function that parses, calls and emits."""
