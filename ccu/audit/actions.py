"""What each action of the audit is: a look, a list, a write, a denial, an export, an override.

READ: somebody chose a person or a place and looked. LIST: the program chose whom to show (the
brief, what is late, likely duplicates); of each person named there is an event all the same.
"""

READ, LIST, WRITE, DENIAL, EXPORT, OVERRIDE = (
    "read",
    "list",
    "write",
    "denial",
    "export",
    "override",
)
ALL = (READ, LIST, WRITE, DENIAL, EXPORT, OVERRIDE)

_BY_KIND = {
    READ: """
        call-show care-note-list consent-list consult-show disclosures follow-up-show history
        history-full household-show needs-show person-compare person-find person-merge-look
        person-show place-show plan-show provider-show referral-show seal-list seal-show""",
    LIST: """
        audit-review brief consult-list deidentify-look flag-show follow-up-list frequent-people
        frequent-places frequent-review holds-list household-list list overdue person-alike
        person-duplicates person-import-show purge-dry-run referral-list report""",
    WRITE: """
        amend audit-rekey care-init care-note-add consent-disclose consent-grant consent-revoke
        consult-add deidentify destroy flag-add flag-end flag-verify follow-up-add follow-up-close
        follow-up-done follow-up-move follow-up-schedule follow-up-sign hold household-add
        household-join household-leave household-name import log-call needs-record needs-refer
        person-add person-change person-distinct person-distinct-undo person-import person-link
        person-merge person-returned person-unlink person-unmerge place-category plan-answer
        plan-approve plan-expire plan-review plan-suggest plan-write provider-add provider-change
        purge reasons-purged refer referral-update release retention-set seal seal-lift setting
        staff-add staff-change staff-retire void worker-assign worker-end""",
    DENIAL: "denied",
    EXPORT: "backup care-backup export",
    OVERRIDE: "frequent-end frequent-keep frequent-override",
}

KINDS = {action: kind for kind, actions in _BY_KIND.items() for action in actions.split()}


def of_kind(*kinds: str) -> list[str]:
    """The actions of these kinds."""
    return [action for action, kind in KINDS.items() if kind in kinds]
