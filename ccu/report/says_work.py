"""The sentences of the sections about responders, outcomes, areas, effort and records."""

from collections.abc import Mapping

from ccu.report.words import Says

EXPLAINS: Mapping[str, tuple[str, ...]] = {
    "responders": (
        "Eight rates of the same calls, because one bare diversion rate says what its maker wants:"
        " Eugene's police found 2% to 20% in one year's records.",
        "None of them says what would have happened without the team.",
    ),
    "dispositions": ("A call may end in several ways: shares add up to more than 100%.",),
    "areas": (
        "Areas differ in size and in how many people pass through: compare each with itself.",
    ),
    "effort": ("Minutes as written down, at stated rates: not the town's accounts.",),
    "caseload": ("As of the as-of moment. It says how much, not how hard.",),
    "completeness": (
        "`does_not_know`, `prefers_not` and `not_collected` are answers; `empty` is none.",
        "For mending records, not for comparing officers.",
    ),
    "hours": ("By the town's own clock.",),
}
SAYS: Mapping[str, Says] = {}
