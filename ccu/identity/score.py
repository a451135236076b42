"""The score: how likely two records are one person, and how much each field contributes.

Each field gives bits, the logarithm of how much more often records of one person agree in that
way than records of two people do. There are two other explanations: that they are strangers, and
that they are relatives in one household, who share family name, home and phone. Bits are added up
against both, and the smaller sum counts; where that is the one against relatives, a field
"household" subtracts the difference, so that the weights shown always sum to the total. Nothing is
learned from the file: the same two records have the same score in every file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from ccu.identity.fields import (
    Home,
    compare_births,
    compare_emails,
    compare_homes,
    compare_phones,
    compare_postcodes,
    compare_sexes,
    phone_digits,
    read_home,
)
from ccu.identity.names import (
    MISSING,
    Name,
    Part,
    Parts,
    Weight,
    compare_parts,
    full_names,
    is_placeholder,
    plain,
    take_apart,
)

LIKELY = 40  # from this score a pair is shown as a possible match
# In a file of 50,000 people some 16 bits make even odds; a person reviews each pair, and most files
# are smaller.
LIKELY_BITS = 14.5
POINTS = LIKELY / LIKELY_BITS  # points of score per bit
# In such a file a pair is some 30,000 times more likely to be strangers than relatives.
KIN_HEAD_START = 11.5
# Nobody has a sibling of the same name and birth date.
NOT_KIN = 30.0


@dataclass(frozen=True, slots=True)
class Known:
    """The stored values of one record of a person, for comparison.

    `names` has the main name first, aliases after; `birth_date` is YYYY-MM-DD; `birth_years` are
    the earliest and latest year of birth an estimated age allows. `description` is of a person
    not identified and is never evidence of a match.
    """

    names: tuple[Name, ...] = ()
    birth_date: str | None = None
    birth_years: tuple[int, int] | None = None
    sex: str | None = None
    phone: str | None = None
    email: str | None = None
    home: str | None = None
    postcode: str | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """What one field contributes, in points; negative points are evidence against a match."""

    name: str
    agreement: str
    weight: float

    @property
    def word(self) -> str:
        """Return the name for people to read."""
        return "ZIP" if self.name == "postcode" else self.name


@dataclass(frozen=True, slots=True)
class Likeness:
    """The score of a pair and the fields it comes from."""

    score: int
    fields: tuple[Field, ...]

    @property
    def total(self) -> float:
        """Return the sum of the weights; the score is this, rounded and limited to 0 to 100."""
        return sum(field.weight for field in self.fields)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record folded once, to be compared many times."""

    names: tuple[Parts, ...]
    birth_date: str | None
    birth_years: tuple[int, int] | None
    sex: str
    phone: str | None
    email: str
    home: Home | None
    postcode: str


class Judged(NamedTuple):
    """A comparison in bits."""

    alone: float  # against two strangers
    household: float  # subtracted because the two may be relatives; 0 or less
    weights: tuple[tuple[str, Weight], ...]


def prepare(known: Known) -> Prepared:
    """Fold the values of a record, except the description."""
    names = [take_apart(Name(*name)) for name in known.names]
    born = known.birth_date or known.birth_years
    return Prepared(
        names=tuple(
            parts
            for parts in names
            if (parts.given.joined or parts.family.joined) and (born or not is_placeholder(parts))
        ),
        birth_date=known.birth_date or None,
        birth_years=known.birth_years,
        sex=plain(known.sex or ""),
        phone=phone_digits(known.phone),
        email=(known.email or "").strip().casefold(),
        home=read_home(known.home) if known.home else None,
        postcode=plain(known.postcode or ""),
    )


def compare(a: Known, b: Known) -> Likeness:
    """Rate how likely two records are of one person, 0 to 100, with the reasons."""
    return explain(judge(prepare(a), prepare(b)))


def explain(judged: Judged, families: bool = True) -> Likeness:
    """Convert a comparison to points; without `families` no pair is taken for relatives."""
    household = judged.household if families else 0.0
    fields = [
        Field(name, weight.agreement, round(weight.alone * POINTS, 1))
        for name, weight in judged.weights
    ]
    if household < 0:
        fields.append(Field("household", "may be a relative", round(household * POINTS, 1)))
    return Likeness(points(judged.alone + household), tuple(fields))


def points(bits: float) -> int:
    """Convert bits to a score from 0 to 100."""
    return max(0, min(100, round(bits * POINTS)))


def judge(a: Prepared, b: Prepared) -> Judged:
    """Compare two folded records field by field."""
    given, family, generation = compare_names(a.names, b.names)
    birth = compare_births(a.birth_date, a.birth_years, b.birth_date, b.birth_years)
    weights = [
        ("given name", given),
        ("family name", family),
        ("birth date", birth),
        ("phone", _compare_known(compare_phones, a.phone, b.phone)),
        ("email", _compare_known(compare_emails, a.email, b.email)),
        ("home", compare_homes(a.home, b.home)),
        ("postcode", _compare_known(compare_postcodes, a.postcode, b.postcode)),
        ("sex", _compare_known(compare_sexes, a.sex, b.sex)),
    ]
    if generation is not MISSING:
        weights.insert(2, ("generation", generation))
    alone = sum([weight.alone for _, weight in weights])
    kin = KIN_HEAD_START + sum([weight.kin for _, weight in weights])
    if given.kin >= 2.5 and birth.kin >= 3.0:
        kin += NOT_KIN
    return Judged(alone, min(0.0, kin - alone), tuple(weights))


def _compare_known(compare: Callable[[str, str], Weight], a: str | None, b: str | None) -> Weight:
    return compare(a, b) if a and b else MISSING


def compare_names(a: tuple[Parts, ...], b: tuple[Parts, ...]) -> tuple[Weight, Weight, Weight]:
    """Compare given name, family name, generation of the two names that agree best."""
    if not a or not b:
        return MISSING, MISSING, MISSING
    if len(a) == len(b) == 1:
        return _names(a[0], b[0])
    return max((_names(one, other) for one in a for other in b), key=_strength)


def _strength(weights: tuple[Weight, ...]) -> tuple[float, float, tuple[Weight, ...]]:
    return sum(w.alone for w in weights), sum(w.kin for w in weights), weights


def _names(a: Parts, b: Parts) -> tuple[Weight, Weight, Weight]:
    generation = MISSING
    if a.suffix and b.suffix and a.suffix != b.suffix:
        generation = Weight("differs", -8.0, -8.0)
    given = compare_parts(a.given, b.given, given=True)
    family = compare_parts(a.family, b.family, given=False)
    if given.alone > 0 and family.alone > 0:
        return given, family, generation
    crossed = _crossed(a, b) if _may_cross(a, b) else None
    if crossed is not None and sum(w.alone for w in crossed) > given.alone + family.alone:
        given, family = crossed
    return given, family, generation


def _may_cross(a: Parts, b: Parts) -> bool:
    """Check quickly whether to compare given and family names crosswise."""
    return (
        a.given.joined[:1] == b.family.joined[:1] or a.family.joined[:1] == b.given.joined[:1]
    ) or bool(full_names(a.given.joined) & full_names(b.family.joined))


def _crossed(a: Parts, b: Parts) -> tuple[Weight, Weight] | None:
    """Compare the given name of one with the family name of the other, both ways."""
    first, second = _cross(a.given, b.family), _cross(a.family, b.given)
    both = [weight for weight in (first, second) if weight is not MISSING]
    if not both or min(weight.alone for weight in both) <= 0:
        return None
    alone = sum(weight.alone for weight in both) - 0.5
    kin = 4.0 if len(both) == 2 else 1.0
    agreement = "swapped" if len(both) == 2 else "given for family name"
    return Weight(agreement, alone / 2, kin), Weight(agreement, alone / 2, 0.0)


def _cross(one: Part, other: Part) -> Weight:
    """Compare as given names, for the nicknames; a common family name is worth no more swapped."""
    given = compare_parts(one, other, given=True)
    family = compare_parts(one, other, given=False)
    return min(given, family) if given.agreement == family.agreement == "same" else given
