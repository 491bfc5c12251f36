"""``python -m medixain.programs.chain_loop``: drains the outbox and indexes the chain, every second and when woken.

Tasks only wake this work; without the program a lost wake-up would wait for the next one (ADR 0061).
"""

import argparse

from medixain.programs.lifetime import announce, end_event
from medixain.startup import set_up


def main(arguments: list[str] | None = None) -> None:
    """Pass until SIGINT or SIGTERM. The profile comes from ``MEDIXAIN_PROFILE``."""
    argparse.ArgumentParser(
        prog="python -m medixain.programs.chain_loop", description="Relay and index of the platform."
    ).parse_args(arguments)
    ended = end_event()
    set_up()

    from medixain.chainindex.loop import ChainLoop  # noqa: PLC0415 — needs the app registry

    loop = ChainLoop()
    loop.start()
    announce()
    ended.wait()
    loop.stop()


if __name__ == "__main__":
    main()
