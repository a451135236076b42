"""`ccu provider add`, `list`, `show`, `change`, `retire`: who can help with what."""

from typing import Annotated, Any

import typer

from ccu import complete, typed
from ccu.errors import InvalidInput
from ccu.output import (
    Document,
    FormatOption,
    OutputOption,
    Section,
    Table,
    emit,
    emit_document,
    emit_line,
    say,
)
from ccu.session import Session

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Who can help with what: add, list, show, change, retire.",
)

COLUMNS = ("id", "name", "needs", "capacity", "phone", "hours", "verified", "old")

ProviderArgument = Annotated[
    str,
    typer.Argument(
        metavar="PROVIDER",
        help="Its number, or how its name begins.",
        autocompletion=complete.provider,
    ),
]
NeedOption = Annotated[
    list[str] | None,
    typer.Option(
        "--need",
        help="What it helps with; replaces the whole list. Repeatable.",
        autocompletion=complete.code("need"),
    ),
]
AgencyOption = Annotated[
    str | None,
    typer.Option(
        "--agency",
        help="What kind of agency it is; else a contracted provider.",
        autocompletion=complete.code("agency"),
    ),
]
PhoneOption = Annotated[str | None, typer.Option("--phone", help="How to reach it.")]
HoursOption = Annotated[str | None, typer.Option("--hours", help="When it is open, in words.")]
EligibilityOption = Annotated[
    str | None, typer.Option("--eligibility", help="Whom it takes, in words.")
]
CapacityOption = Annotated[
    str | None,
    typer.Option(
        "--capacity",
        help="Whether it takes people now: open, waitlist, full, ask_first.",
        autocompletion=complete.code("capacity"),
    ),
]
VerifiedOption = Annotated[
    str | None,
    typer.Option("--verified", metavar="DAY", help="When this was last checked with it."),
]


@app.command()
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="What it is called.")],
    need: NeedOption = None,
    agency: AgencyOption = None,
    phone: PhoneOption = None,
    hours: HoursOption = None,
    eligibility: EligibilityOption = None,
    capacity: CapacityOption = None,
    verified: VerifiedOption = "today",
) -> None:
    """Add a provider; one of that name that was retired comes back.

    Example:

      ccu provider add "Homes with Hope" --need housing --need shelter --phone 203-555-0110
      --hours "mon-fri 9-17" --eligibility "adults of the town" --capacity waitlist
    """
    from ccu import dates
    from ccu.store import providers

    session: Session = ctx.obj
    by = session.staff_id
    fields = _fields(session, name, need, agency, phone, hours, eligibility, capacity, verified)
    if "needs" not in fields:
        raise InvalidInput("--need is missing")
    with session.writing() as connection:
        provider_id, back = providers.add(
            connection, by, fields, at=dates.to_iso(session.now)
        )
    emit_line(f"Provider {provider_id} is {'back' if back else 'added'}.")


@app.command("list")
def list_(
    ctx: typer.Context,
    need: Annotated[
        str | None,
        typer.Option(
            "--need",
            help="Only those that help with it; who takes people now comes first.",
            autocompletion=complete.code("need"),
        ),
    ] = None,
    search: Annotated[
        str | None, typer.Option("--search", metavar="WORDS", help="Only those with these words.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="The retired ones too.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the providers; old: not verified for longer than the setting verified_days.

    JSON and CSV have the columns of the table; needs are codes.

    Examples:

      ccu provider list --need detox

      ccu provider list --search "veterans evening"
    """
    from ccu.store import codes, providers

    session: Session = ctx.obj
    need = codes.code(session.db, "need", need, "--need") if need is not None else None
    days = session.settings.number("verified_days")
    rows = [
        {
            **each,
            "needs": ", ".join(each["needs"]),
            "verified": each["verified_on"],
            "old": providers.is_old(each, session.today, days),
        }
        for each in providers.rows(session.db, need=need, words=search or "", retired=every)
    ]
    columns = (*COLUMNS, "active") if every else COLUMNS
    emit(Table(columns, rows, title="Providers"), format, output)


@app.command()
def show(
    ctx: typer.Context,
    provider: ProviderArgument,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show one provider whole, and what was changed.

    JSON: id, name, needs, agency, phone, hours, eligibility, capacity, verified_on, active, old,
    open_referrals (numbers), changes (at, by, field, old, new).

    Example:

      ccu provider show homes
    """
    from ccu.store import changes, providers

    session: Session = ctx.obj
    found = providers.find(session.db, provider, "PROVIDER")
    days = session.settings.number("verified_days")
    data = {
        **found,
        "old": providers.is_old(found, session.today, days),
        "open_referrals": providers.open_referrals(session.db, found["id"]),
        "changes": changes.of(session.db, "provider", found["id"]),
    }
    for each in data["changes"]:
        del each["reason"]
    seen = providers.verified(found, session.today, days)
    emit_document(_page(session, data, seen), format, output)


@app.command()
def change(
    ctx: typer.Context,
    provider: ProviderArgument,
    name: Annotated[str | None, typer.Option("--name", help="What it is called now.")] = None,
    need: NeedOption = None,
    agency: AgencyOption = None,
    phone: PhoneOption = None,
    hours: HoursOption = None,
    eligibility: EligibilityOption = None,
    capacity: CapacityOption = None,
    verified: VerifiedOption = None,
) -> None:
    """Change what is known of a provider; what it said before is kept.

    Example:

      ccu provider change homes --capacity full --verified today
    """
    from ccu import dates
    from ccu.store import providers

    session: Session = ctx.obj
    by = session.staff_id
    fields = _fields(session, name, need, agency, phone, hours, eligibility, capacity, verified)
    if not fields:
        raise InvalidInput("nothing to change was given")
    with session.writing() as connection:
        provider_id = providers.find(connection, provider, "PROVIDER")["id"]
        changed = providers.change(
            connection, by, provider_id, fields, at=dates.to_iso(session.now)
        )
    if changed:
        words = ", ".join(field.removesuffix("_on") for field in changed)
        emit_line(f"Changed provider {provider_id}: {words}.")
    else:
        emit_line(f"Provider {provider_id} says that already; nothing was changed.")


@app.command()
def retire(ctx: typer.Context, provider: ProviderArgument) -> None:
    """Take no more referrals to a provider; it is kept, with its referrals.

    Example:

      ccu provider retire homes
    """
    from ccu import dates
    from ccu.store import providers

    session: Session = ctx.obj
    by = session.staff_id
    with session.writing() as connection:
        found = providers.find(connection, provider, "PROVIDER")
        if not found["active"]:
            raise InvalidInput(f"provider {found['id']} is retired already")
        at = dates.to_iso(session.now)
        providers.change(connection, by, found["id"], {"active": False}, at=at)
        left = providers.open_referrals(connection, found["id"])
    emit_line(f"Retired provider {found['id']}.")
    if left:
        numbers = ", ".join(map(str, left))
        say(f"Referrals still open there: {numbers}. End them, or refer again elsewhere.")


def _fields(
    session: Session,
    name: str | None,
    need: list[str] | None,
    agency: str | None,
    phone: str | None,
    hours: str | None,
    eligibility: str | None,
    capacity: str | None,
    verified: str | None,
) -> dict[str, Any]:
    """The fields given, checked; an empty text clears a field that may be empty."""
    from ccu import dates
    from ccu.store import codes

    fields: dict[str, Any] = {}
    if name is not None:
        fields["name"] = typed.line(name, "the name", 100)
        if fields["name"] is None:
            raise InvalidInput("the name is empty")
    if need:
        words = [word for text in need for word in text.split(",") if word.strip()]
        fields["needs"] = [codes.code(session.db, "need", word, "--need") for word in words]
        if not words:
            raise InvalidInput("--need is empty")
    for table, code in (("agency", agency), ("capacity", capacity)):
        if code is not None:
            fields[table] = codes.code(session.db, table, code, f"--{table}")
    for field, text, longest in (
        ("phone", phone, 60),
        ("hours", hours, 200),
        ("eligibility", eligibility, 1_000),
    ):
        if text is not None:
            fields[field] = typed.line(text, f"--{field}", longest) or ""
    if verified is not None:
        day = dates.parse_day(verified, session.today, field="--verified", future=False)
        fields["verified_on"] = day.isoformat()
    return fields


def _page(session: Session, data: dict[str, Any], verified: str) -> Document:
    from ccu.store import codes

    needs = codes.labels(session.db, "need")
    pairs = [
        ("helps with", ", ".join(needs[need] for need in data["needs"])),
        ("agency", codes.labels(session.db, "agency")[data["agency"]]),
        *((field, data[field]) for field in ("phone", "hours", "eligibility") if data[field]),
        ("capacity", codes.labels(session.db, "capacity")[data["capacity"]]),
        ("verified", verified),
        ("open referrals", ", ".join(map(str, data["open_referrals"])) or "none"),
    ]
    rows = [
        (each["at"][:16].replace("T", " "), each["by"], each["field"], *map(_words, _both(each)))
        for each in data["changes"]
    ]
    sections = [Section(pairs=pairs, main=True)]
    if rows:
        sections.append(Section("Changes", table=Table(("when", "by", "field", "old", "new"), rows)))
    retired = "" if data["active"] else ", retired"
    return Document(f"Provider {data['id']}: {data['name']}{retired}", sections, data)


def _both(change: dict[str, Any]) -> tuple[Any, Any]:
    return change["old"], change["new"]


def _words(value: Any) -> Any:
    return ", ".join(value) if isinstance(value, list) else value
