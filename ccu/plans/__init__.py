"""Plans of care for a person or a place.

store    drafts, approval, review, expiry; suggestions and their answers
form     the written form of a plan, and the words to replace in one
entry    what the commands do: write, approve, review, expire, suggest, answer
page     one plan as a page; the list
"""
