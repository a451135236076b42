"""`ccu undo`: take back the last change of the account at the keyboard.

last_store     finds it in the audit, and what a record held before it in the history of changes
steps          how each action is taken back, over the verbs of the features
import_store   takes back the import of a dispatch export, in parts
entry          shows it, asks, takes it back
"""
