"""Care notes: a file that only HSD's accounts can open (`CCU_CARE_DB`), and what is read from it.

care.sql  its schema
store     opens it; writes, reads, moves and destroys notes in it; records in its own audit
actions   what the `ccu care` commands do with both files
page      notes below a card, and as a list
"""

VARIABLE = "CCU_CARE_DB"  # names the file, where ccu.toml does not
