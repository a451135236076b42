"""Read a way: a plain street, or one with a highway in it (route.py).

Most lookups are for plain streets: the reader of highways is imported on first use.
"""

from functools import lru_cache

from ccu.address.street import Way, plain_way
from ccu.address.words import DIRECTIONS, EXIT_SIGN, HIGHWAY_WORDS, STATE_CODES

_STATE_HEADS = STATE_CODES | {"ST"}


def read_way(words: list[str]) -> Way:
    """Read the words of one way."""
    if not HIGHWAY_WORDS.isdisjoint(words):
        from ccu.address import route

        return route.long_way(route.number_behind(words))
    if len(words) > 1:
        at = words[0] in DIRECTIONS  # W KY 80
        if words[at] in _STATE_HEADS:
            from ccu.address import route

            if route.match_route(words, at)[2] > at:
                return route.long_way(words)  # NC 150, ST RD 7
        if words[-1][0] in "EX" and EXIT_SIGN.match(words[-1]):
            from ccu.address import route

            return route.long_way(words)  # an exit after its road
    return plain_way(words)


@lru_cache(maxsize=8192)
def settled_way(text: str) -> Way:
    """Return the way in its final form, whose own text reads as itself.

    The same streets are read again and again, so the last few thousand are cached.
    """
    for _ in range(5):
        way = read_way(text.split())
        if way.text == text:
            break
        text = way.text
    return way
