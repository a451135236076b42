"""Which columns can hold words or identity: of every table, and a test reads the schema.

A new text column is in `WORDS` or in `PLAIN`, or the test fails. Codes, days and times are neither.
"""

DEIDENTIFIED = "De-identified"  # the name of whoever's identity was taken out

# Columns that can say who somebody is, or hold people's own words. Not only texts: an age too.
WORDS: dict[str, tuple[str, ...]] = {
    "person": (
        *("given_name", "family_name", "description", "birth_date", "age_estimate"),
        *("age_estimated_on", "sex", "phone", "language", "email", "home", "postcode"),
    ),
    "person_alias": ("given_name", "family_name"),
    "person_own": ("value",),
    "person_different": ("reason",),
    "person_key": ("key",),
    "person_source": ("number",),
    "household": ("name",),
    "call": (
        *("incident", "digest", "address_id", "place_id", "narrative", "void_reason"),
        *("priority", "cad_nature_id", "cad_cleared_id", "cad_disposition_id"),
    ),
    "call_responder": ("unit", "reason"),
    "referral": ("handoff_parties",),
    "referral_event": ("note",),
    "follow_up": ("note",),
    "attempt": ("note",),
    "consult": ("note",),
    "plan": ("body",),
    "plan_suggestion": ("text", "answer"),
    "place": (
        *("number", "street", "unit", "cross_street", "name", "city", "state", "zip"),
        *("building_key", "unit_key", "loose_key", "exempt_reason"),
    ),
    "place_flag": ("note", "source", "ended_why"),
    "address": ("raw", "raw_unit", "raw_city", "raw_state", "raw_zip"),
    "frequent_override": ("reason",),
    "consent": ("purpose_words", "recipient", "scope", "purpose", "signed_by"),
    "disclosure": ("recipient", "what", "purpose"),
    "change": ("old_value", "new_value", "reason"),
    "audit_reason": ("reason",),
    "sealed": ("content",),
    "sealed_number": ("digest",),
    "archived": ("content",),
}

# Texts that are neither a code, a day, a time nor in WORDS, and why they name nobody.
PLAIN: dict[str, dict[str, tuple[str, ...]]] = {
    "of the program or the town, not of a person": {
        "setting": ("name", "value", "help"),
        "table_digest": ("name",),
        "source_system": ("name",),
        "import_batch": ("file_name", "sha256", "layout", "source"),
        "retention": ("class", "source"),
        "destruction": ("class", "source"),
        "call": ("beat",),
        "person_source": ("source",),
    },
    "of staff and providers, in their office": {
        "staff": ("login", "name", "phone"),
        "provider": ("name", "phone", "hours", "eligibility"),
    },
    "names of tables and fields, ids and counts": {
        "audit": ("action", "record", "detail"),
        "change": ("record", "field"),
        "legal_hold": ("record",),
        "sealed": ("record",),
        "archived": ("feature", "record"),
        "person_merge": ("taken",),
        "person_missing": ("field",),
        "person_own": ("field",),
    },
    "whose order it was, not whom it is about": {"legal_hold": ("authority",)},
    "a dispatch system's words for kinds of calls, shared by many": {"cad_text": ("text",)},
}

# What a call's own row says of the people on it; the rest of its WORDS says where and which it was.
SAID_ON_CALL = ("narrative", "void_reason")

# Changes of these fields hold words or identity; of every other field only the reason does.
WORDY_FIELDS = frozenset(
    {column for table in ("person", "call", "plan", "follow_up") for column in WORDS[table]}
    | {"aliases", "missing", "people", "responders", "address", "name", "household", "relations"}
    | {"members", "cad_nature", "cad_cleared", "cad_disposition"}
)
