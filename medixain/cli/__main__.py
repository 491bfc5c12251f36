"""``python -m medixain.cli``: the same as ``medixain``."""

from medixain.cli.main import main

main()
