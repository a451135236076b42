"""Officer wellness: a third file (`CCU_WELLNESS_DB`) that names nobody.

Nothing here opens the main file, reads who is at the keyboard, or records who asked.

    wellness.sql  its schema
    store         adds a contact to a month's sum, and returns the total of a year
"""
