"""A command whose options are the fields of a dataclass, declared once for all that share them."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any


def takes(form: type[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the fields of `form` as its options; it receives them whole, as `given`.

    Typer reads a function's signature, so this writes one. Without it 28 options would be declared
    in each command and handed on one by one.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(**said: Any) -> None:
            given = form(**{field.name: said.pop(field.name) for field in fields(form)})
            command(given=given, **said)

        own = [
            each for each in inspect.signature(command).parameters.values() if each.name != "given"
        ]
        theirs = [
            inspect.Parameter(
                field.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=field.default,
                annotation=field.type,
            )
            for field in fields(form)
        ]
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [
                *(
                    each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
                    for each in own
                    if not _last(each)
                ),
                *theirs,
                *(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own if _last(each)),
            ]
        )
        return run

    return decorate


def _last(parameter: inspect.Parameter) -> bool:
    """A command's own options stand behind the form's in --help, its arguments before them."""
    return parameter.default is not inspect.Parameter.empty
