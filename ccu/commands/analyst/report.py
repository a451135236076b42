"""`ccu report`: the figures of a period."""

from ccu.options import Context
from ccu.options.shared import with_options
from ccu.output import say
from ccu.report.options import ReportOptions


@with_options(ReportOptions)
def command(ctx: Context, given: ReportOptions) -> None:
    """The figures of a month, quarter or year on one page; every section with --full.

    The page leads with calls, people served, connections and follow-up, then repeat callers,
    overdue follow-ups, referrals and data quality. No name of a person is in it. JSON, CSV, HTML
    and XLSX have every section; every figure has its numerator, its denominator and how many rows
    lacked the data.

    Examples:

      ccu report --month 2026-01

      ccu report --quarter 2026-Q1 --section repeat-callers --k 4 --window 180

      ccu report --year 2025 --format csv --output figures

      ccu report --year 2025 --by language

      ccu report --define share_of_all_calls

      ccu report --month 2026-01 --public --save

      ccu report --month 2026-01 --diff
    """
    from ccu.report import options, output

    session = ctx.obj
    options.check_public(given)
    if given.overview or given.define is not None:
        output.explain(given.define, given.format, given.output)
        return
    wanted = options.read(given, session)
    output.check(given, ["changes"] if given.diff else wanted.names, session.interactive)
    from ccu.report import build

    report = build.build(session, wanted)
    if report.public and wanted.period.kind in ("week", "days"):
        say("Publish these days once: pages of days that overlap can be subtracted.")
    if given.save or given.diff:
        from ccu.report import saved_store

        if given.diff:
            saved_store.compare(session, report)
        else:
            say(saved_store.save(session, report))
    output.show(report, given)
