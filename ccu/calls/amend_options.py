"""What `ccu call amend` takes beside the options of a call."""

from dataclasses import dataclass
from typing import Annotated

from typer import Option

from ccu.calls.options import CallOptions
from ccu.complete import code


@dataclass(eq=False, repr=False)
class AmendOptions(CallOptions):
    """The same, and what only an amendment can say."""

    add_responder: Annotated[
        list[str] | None, Option("--add-responder", help="One more; --responder replaces all.")
    ] = None
    add_danger: Annotated[
        list[str] | None,
        Option(
            "--add-danger", help="One more; --danger replaces all.", autocompletion=code("danger")
        ),
    ] = None
    add_intervention: Annotated[
        list[str] | None,
        Option(
            "--add-intervention",
            help="One more; --intervention replaces all.",
            autocompletion=code("intervention"),
        ),
    ] = None
    add_disposition: Annotated[
        list[str] | None,
        Option(
            "--add-disposition",
            help="One more; --disposition replaces all.",
            autocompletion=code("disposition"),
        ),
    ] = None
    clear: Annotated[
        list[str] | None,
        Option("--clear", metavar="OPTION", help="Empty a field, named as its option. Repeatable."),
    ] = None
