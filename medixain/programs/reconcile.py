"""``python -m medixain.programs.reconcile``: pin what rows name and drop what a crash left behind in the record store.

It runs to its end before the web program takes uploads: one under way is not named by a row yet.
"""

import argparse
import sys

from medixain.startup import set_up


def main(arguments: list[str] | None = None) -> None:
    """Reconcile once. The profile comes from ``MEDIXAIN_PROFILE``."""
    argparse.ArgumentParser(
        prog="python -m medixain.programs.reconcile", description="Make the record store hold what the rows name."
    ).parse_args(arguments)
    set_up()

    from records.anchors.uploads import store_reconcile  # noqa: PLC0415 — needs the app registry

    sys.stdout.write(f"dropped {store_reconcile()} blocks\n")


if __name__ == "__main__":
    main()
