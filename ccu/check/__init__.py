"""The checks of `ccu check`: damage, broken rules, and files that others can read."""
