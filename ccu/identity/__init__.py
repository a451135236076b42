"""Score how likely two records are one person, field by field; a person decides.

    >>> one = Known((Name("Katie", "O'Brien"),), birth_date="1980-03-04")
    >>> other = Known((Name("Katherine", "obrien"),), birth_date="1980-04-03")
    >>> compare(one, other).score >= LIKELY
    True

Jellyfish computes string distance and Metaphone; the weights and rules are in this package.

    names   folds and compares names; nicknames, and how common a name is
    fields  compares birth date, home, phone, email, ZIP and sex
    score   adds up and explains
    lookup  the keys that `find` looks up by
    blocks  all likely pairs of a file
"""

from ccu.identity.blocks import pairs as pairs
from ccu.identity.lookup import keys as keys
from ccu.identity.lookup import query_keys as query_keys
from ccu.identity.lookup import rank as rank
from ccu.identity.lookup import without_particles as without_particles
from ccu.identity.names import Name as Name
from ccu.identity.names import plain as plain
from ccu.identity.score import LIKELY as LIKELY
from ccu.identity.score import Field as Field
from ccu.identity.score import Known as Known
from ccu.identity.score import Likeness as Likeness
from ccu.identity.score import compare as compare
