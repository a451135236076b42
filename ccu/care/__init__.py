"""Care notes: a file that only HSD's accounts can open (`CCU_CARE_DB`), and what is read from it.

care.sql    the whole of its schema
file        opening it, or the one sentence for every account that can not
notes       writing, reading, moving notes, and the audit of it, which is in the same file
writing     what the commands do with both files
destroying  the notes of somebody, by an order, gone from the bytes too
shown       notes below a card, for accounts that can open the file
"""
