"""Care notes: a file that only HSD's accounts can open (`CCU_CARE_DB`), and what is read from it.

care.sql  its whole schema
file      opens it, and records in its own audit
notes     writes, reads, moves and destroys notes in it
actions   what the `ccu care` commands do with both files
page      notes below a card, and as a list
"""

VARIABLE = "CCU_CARE_DB"  # names the file, where ccu.toml does not
