"""People: records, finding and comparing them, merging, and who works with them."""
