"""Cron at night: `ccu follow-up overdue` beside one equivalent indexed SELECT."""

from collections.abc import Iterator

from tests.benchmarks.common import CCU, SQLITE_UTILS, TODAY, Bench, Line, run

# Late at the end of TODAY. unixepoch() has no index: the few that are open have.
SELECT = f"""
SELECT follow_up.id, follow_up.due_at, staff.login, follow_up.kind, follow_up.referral_id,
       follow_up.call_id, follow_up.person_id, place.number, place.street, place.unit
FROM follow_up
JOIN staff ON staff.id = follow_up.owner_id
LEFT JOIN call ON call.id = follow_up.call_id
LEFT JOIN place ON place.id = call.place_id
WHERE follow_up.closed_at IS NULL
  AND unixepoch(follow_up.due_at) < unixepoch('{TODAY}T23:59:59-05:00')
ORDER BY follow_up.due_at
"""
COUNTS = "SELECT count(*) AS every, sum(closed_at IS NULL) AS open FROM follow_up"


def measure(bench: Bench) -> Iterator[Line]:
    """One line: nothing is kept, so that every run finds the same."""
    town = bench.town()
    ours = [CCU, "--db", town, "--today", TODAY, "follow-up", "overdue", "--no-record"]
    select = [SQLITE_UTILS, "query", town, SELECT]
    every, is_open = run([SQLITE_UTILS, "query", town, COUNTS, "--csv", "--no-headers"]).split(",")
    late, theirs = len(run(ours).splitlines()) - 1, run(select).count('"due_at"')
    if late < 1 or late != theirs:
        raise RuntimeError(f"overdue finds {late}, the SELECT {theirs}")
    yield bench.line(
        f"follow-up overdue, {late} late of {int(is_open)} open of {int(every):,}",
        "sqlite-utils query",
        lambda: run(ours),
        lambda: run(select),
        0.9,
        0.7,
        "What cron mails each morning.",
    )
