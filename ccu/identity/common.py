"""How common a name is, in bits: a shared Smith says less than a shared Przybylski.

Rough shares among people in the United States, written as "one in so many" and enough to tell
the common from the rest. Fixed, so that the score of two records depends on these two alone:
it is the same in every file and does not drift as others are added.
"""

from functools import cache
from math import log2

# One in so many people has it: names. A name on no line is one in `OTHER_*`.
GIVEN = {
    60: "james john robert michael mary william david",
    100: """richard joseph thomas charles jennifer linda patricia elizabeth barbara maria jose
        daniel matthew christopher susan jessica""",
    170: """sarah karen nancy lisa betty margaret sandra ashley kimberly emily donna michelle
        anthony mark donald steven paul andrew joshua kenneth kevin brian george juan carlos luis
        amanda melissa deborah stephanie dorothy rebecca sharon laura cynthia edward ronald
        timothy jason jeffrey ryan""",
    300: """jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel
        gregory alexander patrick frank raymond jack dennis jerry tyler aaron adam nathan henry
        kathleen amy angela shirley anna brenda pamela emma nicole helen samantha katherine
        christine debra rachel carolyn janet catherine heather diane olivia julie joyce victoria
        ruth virginia lauren kelly christina joan evelyn jesus miguel francisco antonio ana
        rosa guadalupe carmen steve mike jim bill bob tom joe chris kate katie""",
    600: """jorge manuel pedro alejandro roberto ricardo fernando rafael eduardo sergio mario
        douglas zachary peter kyle noah ethan jeremy walter christian keith austin roger terry
        sean gerald carl dylan harold jordan jesse bryan lawrence arthur gabriel bruce logan
        albert willie alan eugene russell vincent philip bobby johnny bradley judith andrea
        hannah megan cheryl jacqueline martha madison teresa gloria sara janice ann abigail
        kathryn sophia frances jean alice judy isabella julia grace denise amber doris marilyn
        danielle beverly charlotte theresa diana brittany natalie marie kayla alexis lori oliver
        liam mason lucas tony dan dave jeff tim matt nick sam ben jimmy danny billy tommy
        erica carla paula luisa ramon claudia claudio denis jon dana dean gene jo jane joanna
        alexandra carol karl jana marcus lucia julian juliana adriana adrian fernanda gabriela
        daniela
        sue kathy cindy debbie kim liz beth pat terri tina wendy alex andy""",
}
FAMILY = {
    120: "smith",
    180: "johnson williams brown jones garcia",
    270: "miller davis rodriguez martinez hernandez lopez gonzalez",
    400: """wilson anderson thomas taylor moore jackson martin lee perez thompson white harris
        sanchez clark ramirez lewis robinson""",
    700: """walker young allen king wright scott torres nguyen hill flores green adams nelson
        baker hall rivera campbell mitchell carter roberts gomez phillips evans turner diaz
        parker cruz edwards collins reyes stewart morris morales murphy""",
    1200: """cook rogers gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos
        kim cox ward richardson watson brooks chavez wood james bennett gray mendoza ruiz hughes
        price alvarez castillo sanders patel myers long ross foster jimenez powell jenkins perry
        russell sullivan bell coleman butler henderson barnes gonzales fisher vasquez simmons
        romero jordan patterson alexander hamilton graham reynolds griffin wallace moreno west
        cole hayes bryant herrera gibson ellis tran medina aguilar stevens murray ford castro
        marshall owens harrison fernandez mcdonald woods washington kennedy wells vargas henry
        chen freeman webb tucker guzman burns crawford olson simpson porter hunter gordon mendez
        silva shaw snyder mason dixon munoz hunt hicks holmes palmer wagner black robertson
        boyd rose stone salazar fox warren mills meyer rice schmidt garza daniels ferguson
        nichols stephens soto weaver ryan gardner payne grant dunn kelley spencer hawkins""",
}
OTHER_GIVEN = 900
OTHER_FAMILY = 4000
TYPED_ALIKE = 0.85  # two records of one person give the very same spelling this often


@cache
def _bits(kind: str) -> dict[str, float]:
    table = GIVEN if kind == "given" else FAMILY
    return {
        name: log2(TYPED_ALIKE * share) for share, names in table.items() for name in names.split()
    }


def given_bits(name: str) -> float:
    """What it says that two records share this given name."""
    return _bits("given").get(name, log2(TYPED_ALIKE * OTHER_GIVEN))


def family_bits(name: str) -> float:
    """What it says that two records share this family name."""
    return _bits("family").get(name, log2(TYPED_ALIKE * OTHER_FAMILY))


def is_common(name: str) -> bool:
    """Is it a well-known name as it stands, so less likely a slip of the keyboard?"""
    return name in _bits("given") or name in _bits("family")
