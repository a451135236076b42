"""What `ccu check` looks for: damage, broken rules, and who else can read the files."""
