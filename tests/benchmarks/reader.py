"""The address reader beside `usaddress.tag`: the strings and the peer are address.py's."""

import random
from collections.abc import Iterator
from statistics import median

from ccu.address import read
from tests.benchmarks import address
from tests.benchmarks.common import Bench, Line


def measure(bench: Bench) -> Iterator[Line]:
    """One line: strings a second, ours over theirs, each round's strings new to both."""
    theirs = address.their_reader()
    if theirs is None:
        bench.told("the address reader has no peer: usaddress is not installed")
        return
    strings = address.real_strings() if address.CALLS.exists() else address.invented_strings()
    random.Random(2).shuffle(strings)
    rates: tuple[list[float], list[float]] = ([], [])
    for begin in range(0, address.STRINGS * address.ROUNDS, address.STRINGS):
        sample = strings[begin : begin + address.STRINGS]
        address.forget()
        rates[0].append(address.rate(read, sample))
        rates[1].append(address.rate(theirs, sample))
    ours, peer = median(rates[0]), median(rates[1])
    detail = f"{ours:,.0f} / {peer:,.0f} a second"
    yield Line("address reader, one core", "usaddress.tag", ours / peer, 5, 8, True, detail,
               "The slowest part of an import; each address is read once.")  # fmt: skip
