"""``python -m keymgmt.node --config FILE``: one re-encryption node as a program."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from keymgmt.node.server.config import NodeConfig
from keymgmt.node.server.logs import log_to
from keymgmt.node.server.runner import NodeServer
from medixain.core.errors import MedixainError


def main(arguments: list[str] | None = None) -> int:
    """Run a node until SIGINT or SIGTERM; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m keymgmt.node", description="A medixain re-encryption node.")
    parser.add_argument("--config", type=Path, required=True, help="JSON file (docs/spec/nodes.md)")
    parser.add_argument(
        "--accept-log-loss",
        action="store_true",
        help="go on although log entries that stand on chain are lost (after restoring an old backup)",
    )
    options = parser.parse_args(arguments)
    log_to(sys.stderr)
    try:
        config = NodeConfig.load(options.config, accept_log_loss=options.accept_log_loss)
        server = NodeServer(config)
        url = server.start()
    except MedixainError as error:
        sys.stderr.write(error.message + "\n")
        return error.exit_code
    except OSError as error:
        sys.stderr.write(f"The node cannot listen at its address ({error.strerror}); choose another port.\n")
        return 1

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    sys.stdout.write(f"ready {url}\n")
    sys.stdout.flush()
    try:
        server.wait()
    finally:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
