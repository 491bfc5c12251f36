"""Entry point of ``medixain``: the command tree and the one place where errors become sentences and exit codes."""

import sys
from collections.abc import Sequence

import click

from medixain.cli.exit_codes import exit_code
from medixain.cli.lazy import LazyGroup
from medixain.cli.output import Printer
from medixain.core.errors import InvalidInput, MedixainError

_COMMANDS = "medixain.cli.commands"
COMMANDS = {
    "wallet": (f"{_COMMANDS}.wallet", "wallet", "Make, show or restore your wallet."),
    "record": (f"{_COMMANDS}.record", "record", "Add, list, open and delete records."),
    "identity": (f"{_COMMANDS}.identity", "identity", "Name, address, birth, numbers: written and shown by you."),
    "profile": (f"{_COMMANDS}.profile", "profile", "Signed entries of the medical profile."),
    "activity": (f"{_COMMANDS}.activity", "activity", "Visits planned and cancelled."),
    "access": (f"{_COMMANDS}.access", "access", "Ask, share, stop, restrict; see who looked."),
    "verify": (
        f"{_COMMANDS}.verify",
        "verify",
        "Check a file, a wallet or the browser vault against signatures and the chain.",
    ),
    "professional": (f"{_COMMANDS}.professional", "professional", "Apply for, give and suspend authorisation."),
    "kyc": (f"{_COMMANDS}.kyc", "kyc", "Attest a person's wallet."),
    "institution": (f"{_COMMANDS}.institution", "institution", "Found, admit and list institutions."),
    "optimise": ("engines.optimiser.cli", "optimise", "Solve the mining calculus, with certificates."),
    "demo": (f"{_COMMANDS}.demo", "demo", "Start the whole platform on this machine."),
}


@click.group(
    cls=LazyGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(package_name="medixain")
def cli() -> None:
    """Your medical record, encrypted on your device, shared and withdrawn by you alone.

    Every command takes --home (whose wallet), --server (which platform) and --json.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with the documented code (docs/spec/cli.md)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    printer = Printer(as_json="--json" in given)
    try:
        result = cli.main(args=given, prog_name="medixain", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        hint = f" Try `{error.ctx.command_path} --help`." if isinstance(error, click.UsageError) and error.ctx else ""
        printer.fail(InvalidInput(error.format_message() + hint))
        sys.exit(2)
    except MedixainError as error:
        printer.fail(error)
        sys.exit(exit_code(error))
    except OSError as error:
        printer.fail(InvalidInput(f"The system refused: {error.strerror or error} ({error.filename or 'no file'})."))
        sys.exit(1)
    sys.exit(result if isinstance(result, int) else 0)
