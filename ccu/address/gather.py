"""What has been gathered from a line so far: every step writes into it."""

from ccu.address.street import Way


class Reading:
    """The parts of one line as they are found."""

    __slots__ = (
        "block", "city", "number", "numbered", "places", "state", "stretch", "town", "units",
        "ways", "zip",
    )  # fmt: skip

    def __init__(self, town: str, numbered: bool) -> None:
        self.town = town
        self.numbered = numbered  # a house number was taken off the front
        self.number = ""
        self.block = False
        self.ways: list[Way] = []
        self.stretch = False  # TO, BETWEEN, NORTH OF: a stretch of the way
        self.units: list[str] = []
        self.places: list[str] = []
        self.city = self.state = self.zip = ""
