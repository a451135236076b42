"""Same person or not: pure scoring, explained field by field; a human being decides.

    >>> one = Known((Name("Katie", "O'Brien"),), birth_date="1980-03-04")
    >>> other = Known((Name("Katherine", "obrien"),), birth_date="1980-04-03")
    >>> compare(one, other).score >= LIKELY
    True

Jellyfish gives string distance and Metaphone; weights and rules are ours.

The steps, one module each: `text` folds; `names` compares names with the tables of `nicknames`
and `common`; `dates` compares births, `contacts` what belongs to a household; `score` adds up
and explains; `lookup` makes the keys that `find` looks up by; `blocks` goes through a whole file.
"""

from ccu.identity.blocks import pairs
from ccu.identity.lookup import keys, query_keys, rank
from ccu.identity.names import Name
from ccu.identity.score import LIKELY, Field, Known, Likeness, compare
from ccu.identity.text import plain

__all__ = [
    "LIKELY",
    "Field",
    "Known",
    "Likeness",
    "Name",
    "compare",
    "keys",
    "pairs",
    "plain",
    "query_keys",
    "rank",
]
