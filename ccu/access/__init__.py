"""Who is at the keyboard, what their role may do, and the gate before every command."""
