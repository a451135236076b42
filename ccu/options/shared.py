"""The options that several commands share: a dataclass, taken with `@with_options(Form)`."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any


def with_options(form: type[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the fields of a dataclass as its options; it receives them as `given`.

    Typer reads a function's signature, so this builds one. Otherwise each command would declare the
    28 options of a call and pass them on one by one.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(**values: Any) -> None:
            given = form(**{field.name: values.pop(field.name) for field in fields(form)})
            command(given=given, **values)

        own = [
            each for each in inspect.signature(command).parameters.values() if each.name != "given"
        ]
        shared = [
            inspect.Parameter(
                field.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=field.default,
                annotation=field.type,
            )
            for field in fields(form)
        ]
        parameters = [
            *(each for each in own if each.default is inspect.Parameter.empty),
            *shared,  # in --help, after the command's arguments and before its own options
            *(each for each in own if each.default is not inspect.Parameter.empty),
        ]
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in parameters]
        )
        return run

    return decorate
