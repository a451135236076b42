"""Cron at night: `ccu follow-up overdue` beside one equivalent indexed SELECT."""

from collections.abc import Iterator

from tests.benchmarks.common import CCU, SQLITE_UTILS, TODAY, Bench, Line, run

# Late at the end of TODAY: follow-ups, and care calls that nobody decided on in time (decide_days
# of the settings). unixepoch() has no index: the few follow-ups that are open have, and so have the
# calls since the day from which calls need a decision.
SELECT = f"""
WITH rule AS (
  SELECT unixepoch('{TODAY}T23:59:59-05:00') AS now,
         (SELECT value FROM setting WHERE name = 'decide_since') AS since,
         ',' || (SELECT value FROM setting WHERE name = 'urgent_natures') || ',' AS urgent,
         (SELECT value FROM setting WHERE name = 'decide_urgent_days') AS urgent_days,
         (SELECT value FROM setting WHERE name = 'decide_days') AS days)
SELECT follow_up.id, follow_up.due_at, staff.login, follow_up.kind, follow_up.referral_id,
       follow_up.call_id, follow_up.person_id, place.number, place.street, place.unit
FROM rule CROSS JOIN follow_up
JOIN staff ON staff.id = follow_up.owner_id
LEFT JOIN call ON call.id = follow_up.call_id
LEFT JOIN place ON place.id = call.place_id
WHERE follow_up.closed_at IS NULL AND unixepoch(follow_up.due_at) < now
UNION ALL
SELECT NULL, call.occurred_at, NULL, call.nature, NULL, call.id, NULL, place.number, place.street,
       place.unit
FROM rule CROSS JOIN call
LEFT JOIN place ON place.id = call.place_id
WHERE call.occurred_at >= since AND call.care AND call.voided_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM call_decision WHERE call_id = call.id)
  AND NOT EXISTS (SELECT 1 FROM referral
                  WHERE call_id = call.id AND status <> 'entered_in_error')
  AND NOT EXISTS (SELECT 1 FROM follow_up
                  WHERE call_id = call.id AND referral_id IS NULL AND cancelled IS NOT 1)
  AND unixepoch(call.occurred_at)
      + 86400 * iif(instr(urgent, ',' || coalesce(nature_cleared, nature) || ','),
                    urgent_days, days)
      < now
ORDER BY 2
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
        "The list that cron mails each morning.",
    )
