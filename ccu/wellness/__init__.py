"""Officer wellness: a third file (`CCU_WELLNESS_DB`) that names nobody.

Nothing here opens the main file, reads who is at the keyboard, or records who asked.
"""
