"""Options and argument types every command shares."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from medixain.cli.session import Session
from medixain.core.addresses import to_address
from medixain.core.errors import InvalidInput

DURATION = re.compile(r"^(\d{1,6})(s|m|h|d)$")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class AddressType(click.ParamType):
    """A wallet, professional or institution id: 20 bytes as 0x and 40 hexadecimal digits."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return to_address(value)
        except InvalidInput:
            self.fail(
                f"{value!r} is no address: it is 0x and 40 hexadecimal digits, as `wallet show` prints it.", param, ctx
            )


class MomentType(click.ParamType):
    """A moment in the future as ISO 8601 (2027-02-24, 2027-02-24T10:00) or a duration from now (90m, 30d)."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        now = datetime.now(UTC)
        if found := DURATION.match(value):
            moment = int(now.timestamp()) + int(found[1]) * SECONDS[found[2]]
        else:
            try:
                parsed = datetime.fromisoformat(value)
            except ValueError:
                self.fail(
                    f"{value!r} is no date: write 2027-02-24, 2027-02-24T10:00 or a duration such as 90m or 30d.",
                    param,
                    ctx,
                )
            moment = int((parsed if parsed.tzinfo else parsed.astimezone()).timestamp())
        if moment <= now.timestamp():
            self.fail(f"{value!r} is not in the future: choose a later date.", param, ctx)
        return moment


ADDRESS = AddressType()
MOMENT = MomentType()
EXISTING_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


def session_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --home, --server, --json and --password-file, and pass it the opened :class:`Session` first."""

    @click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder of the wallet or institution (default ~/.medixain).",
    )
    @click.option(
        "--server",
        help="Address of the platform (default: the one the home was made with, else http://localhost:8000).",
    )
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    @click.option("--password-file", type=EXISTING_FILE, help="File whose first line opens the home's keystore.")
    @click.pass_context
    def wrapped(
        ctx: click.Context,
        /,
        home: Path | None,
        server: str | None,
        as_json: bool,
        password_file: Path | None,
        **arguments: Any,
    ) -> Any:
        session = Session(home=home, server=server, as_json=as_json, password_file=password_file)
        with session:
            return ctx.invoke(command, session, **arguments)

    wrapped.__name__, wrapped.__doc__ = command.__name__, command.__doc__
    wrapped.__click_params__ = getattr(command, "__click_params__", []) + wrapped.__click_params__  # type: ignore[attr-defined]
    return wrapped


def waiting(default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add --wait and --timeout to a command that writes; ``default`` is the state it waits for unasked."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        command = click.option(
            "--timeout", type=click.IntRange(1, 3600), default=60, show_default=True, help="Seconds to wait at most."
        )(command)
        return click.option(
            "--wait",
            type=click.Choice(["received", "anchored", "final"]),
            default=default,
            show_default=True,
            help="Return when the platform has received it, the chain has it, or nothing can undo it.",
        )(command)

    return decorate
