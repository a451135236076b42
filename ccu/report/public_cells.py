"""What a public report prints, and which of its numbers are sums of others: the tables.

A figure that is not in FIGURES is not printed, so a new one has to be thought about first. A
number that is not in SUMS is protected by itself alone: whoever adds a figure says here what it is
part of.
"""

# figure -> its numerator, denominator and missing as cells; `:*` stands for the figure's group,
# and is left away for the group `all`.
FIGURES: dict[str, tuple[str, str, str]] = {
    "calls": ("calls", "", ""),
    "care_calls": ("care", "", ""),
    "share_of_all_calls": ("care", "calls", ""),
    "calls_by_month": ("month calls:*", "", ""),
    "care_calls_by_month": ("month care:*", "", ""),
    "people_served": ("served", "", ""),
    "unknown_people": ("unknown", "", ""),
    "new_people": ("new", "", ""),
    "interventions": ("interventions", "", ""),
    "referrals_accepted": ("accepted", "", ""),
    "connections": ("connections", "", ""),
    "connections_per_person": ("connections", "served", ""),
    "repeat_contact_30": ("again 30", "index 30", ""),
    "repeat_contact_90": ("again 90", "index 90", ""),
    "repeat_addresses": ("addresses", "", ""),
    "repeat_people": ("people", "", ""),
    "referrals_made": ("offered", "", ""),
    "referral_acceptance": ("ever accepted", "offered", ""),
    "referral_success": ("outcome:Service received", "offered", ""),
    "referral_outcome": ("outcome:*", "", ""),
    "referrals_by_need": ("need:*", "offered", ""),
    "follow_through": ("engaged:*", "over:*", ""),
    "attempts_made": ("attempts", "", ""),
    "contact_rate": ("reached", "attempts", ""),
    "first_attempt_within_24h": ("tried 24h", "planned", ""),
    "first_attempt_within_72h": ("tried 72h", "planned", ""),
    "first_attempt_within_7d": ("tried 7d", "planned", ""),
    "first_reached_within_24h": ("reached 24h", "planned", ""),
    "first_reached_within_72h": ("reached 72h", "planned", ""),
    "first_reached_within_7d": ("reached 7d", "planned", ""),
    "greensboro_24h_and_7d": ("tried twice", "planned", ""),
    "never_attempted": ("never tried", "planned", ""),
    "people_compared": ("compared:*", "", ""),
    "reduction": ("after:*", "before:*", ""),
    "overdue_now": ("overdue", "open follow-ups", ""),
    "due_soon": ("due soon", "open follow-ups", ""),
    "stalled_now": ("stalled", "open referrals", ""),
    "associated_of_calls": ("associated", "calls", ""),
    "dispatched_of_calls": ("dispatched", "calls", ""),
    "arrived_of_calls": ("arrived", "calls", ""),
    "arrived_alone_of_calls": ("alone", "calls", ""),
    "associated_of_care_calls": ("associated care", "care", ""),
    "dispatched_of_care_calls": ("dispatched care", "care", ""),
    "arrived_of_care_calls": ("arrived care", "care", ""),
    "arrived_alone_of_care_calls": ("alone care", "care", ""),
    "backup_rate": ("backup asked", "backup asked known", ""),
    "backup_arrived": ("backup came", "backup came known", ""),
    "civilian_eligible": ("eligible", "screened", "not screened"),
    "civilian_covered": ("covered", "eligible", ""),
    "lead_agency": ("led by:*", "led", "not led"),
    "disposition_mix": ("ended:*", "ended", "not ended"),
    "intervention_mix": ("done:*", "done", "not done"),
    "emergency_examination": ("examination", "care ended", "care not ended"),
    "hospital_transport": ("transport", "care ended", "care not ended"),
    "arrest": ("arrest", "care ended", "care not ended"),
    "citation": ("citation", "care ended", "care not ended"),
    "arrest_diverted": ("diverted", "care ended", "care not ended"),
    "force": ("force", "force known", "force not known"),
    "injury": ("injury", "injury known", "injury not known"),
    "hours_per_contact": ("", "contacts", ""),
    "cost_per_contact": ("", "contacts", ""),
}

# Hours and what they cost -> what they are made of. One kind of hours alone can be a few people's.
EFFORT = {
    "scene_hours": ("scene",),
    "cost_scene": ("scene",),
    "cost_follow_up": ("later",),
    "hours_per_contact": ("scene", "later", "contacts"),
    "cost_per_contact": ("scene", "later", "contacts"),
}

# Counted only when all windows are over: else the same figure a week later tells the difference.
WINDOWS = ("first_", "greensboro_", "never_attempted", "repeat_contact_")

# A middle value -> the cells that must be printed with it: all those that it says something about.
MIDDLES = {
    "days_to_acceptance": ("ever accepted",),
    "median_hours_to_first_attempt": ("planned", "tried 24h", "tried 72h", "tried 7d"),
    "p90_hours_to_first_attempt": ("planned", "tried 24h", "tried 72h", "tried 7d"),
    "median_hours_to_first_reached": ("planned", "reached 24h", "reached 72h", "reached 7d"),
    "p90_hours_to_first_reached": ("planned", "reached 24h", "reached 72h", "reached 7d"),
}

EXAMINATION = (
    "ended:Police emergency examination request (CGS 17a-503)",
    "ended:Physician emergency certificate (CGS 17a-502)",
)
# Cells of a kind that SUMS names; a group that did not occur is 0, and everybody knows it.
NAMED = (
    *("ended:Arrest", "ended:Citation", "ended:Arrest diverted", *EXAMINATION),
    *("ended:Voluntary transport to hospital", "led by:Police", "compared:engaged"),
    *("outcome:Accepted", "outcome:In progress", "outcome:Service received"),
    *("compared:engaged",),
)

# `a = b + c`: a sum. `a > b > c`: each is part of those before it. A name that no figure prints is
# worked out, and protected like the others. `kind:*`: every one of a kind. See suppression.read.
SUMS = """
calls = care + other
month calls:* > month care:*
connections = interventions + accepted
served > new
served > compared:engaged
attempts > reached
contacts > reached
index 30 > index 90
index 30 > again 30
index 90 > again 90

offered = outcome:*
offered > outcome:*
offered = need:*
offered > need:*
offered > ever accepted
ever accepted = outcome:Accepted + outcome:In progress + outcome:Service received + left again
offered > over > engaged
over = over:*
over > over:*
engaged = engaged:*
engaged > engaged:*
over:* > engaged:*

care > planned
planned > tried 7d > tried 72h > tried 24h > tried twice
planned > reached 7d > reached 72h > reached 24h
tried 7d > reached 7d
tried 72h > reached 72h
tried 24h > reached 24h
planned = never tried + ever tried
ever tried > tried 7d

open follow-ups = overdue + due soon + due later
open follow-ups > overdue
open follow-ups > due soon
open referrals > stalled

calls > associated > dispatched > arrived > alone
care > associated care > dispatched care > arrived care > alone care
associated = associated care + associated other
dispatched = dispatched care + dispatched other
arrived = arrived care + arrived other
alone = alone care + alone other
other > associated other > dispatched other > arrived other > alone other
care = screened + not screened
screened > eligible > covered
calls = led + not led
led = led by:*
led > led by:*
led without led by:Police > backup asked known > backup asked
led without led by:Police > backup came known > backup came

calls = ended + not ended
ended > ended:*
endings = ended:*
endings > ended
care = care ended + care not ended
ended > care ended
not ended > care not ended
other > ended without care ended
care ended > examination
care ended > transport
care ended > arrest
care ended > citation
care ended > diverted
ended:Voluntary transport to hospital > transport
ended:Arrest > arrest
ended:Citation > citation
ended:Arrest diverted > diverted
ended without care ended > ended:Arrest without arrest
ended without care ended > ended:Citation without citation
ended without care ended > ended:Arrest diverted without diverted
ended without care ended > ended:Voluntary transport to hospital without transport
calls = done + not done
done > done:*
interventions = done:*
interventions > done
care = force known + force not known
force known > force
care = injury known + injury not known
injury known > injury

care = area care:*
care > area care:*
ended:Arrest = area arrest:*
ended:Arrest > area arrest:*
ended:Citation = area citation:*
ended:Citation > area citation:*
care = hours care:*
care > hours care:*

addresses = addresses with:*
people = people with:*
calls > logged > with:cleared
logged > with:minutes
recorded > with:birth date or age
recorded > with:phone
recorded > with:language
recorded > with:housing
"""
SUMS += f"examinations = {' + '.join(EXAMINATION)}\nexaminations > examination\n"

# What is withheld last, where several would do: the figures that people come for.
KEPT = {"calls": 9, "care": 8, "served": 7, "offered": 7, "connections": 6, "attempts": 6}


def cost(cell: str) -> int:
    """How much is lost when a cell is withheld: one of a kind least, a month, a part, a whole."""
    if cell in KEPT:
        return KEPT[cell]
    if cell.startswith("month "):
        return 3 if cell.startswith("month care") else 4
    if ":" in cell:
        return 1
    return 5 if cell in WHOLES else 2


WHOLES = {denominator for _, denominator, _ in FIGURES.values()} - {""}
