"""`medixain demo`: the whole platform in one program, on embedded parts."""

from pathlib import Path

import click

from medixain.demo.run import run_demo


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port of the portal on 127.0.0.1; 0 takes a free one.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".demo"),
    show_default=True,
    help="Folder of everything it keeps.",
)
@click.option("--empty", is_flag=True, help="Only the consortium, no synthetic people.")
def demo(port: int, data: Path, empty: bool) -> None:
    """Start the platform in the foreground; prints `ready URL` when it is. Ctrl-C stops it, and the data stays."""
    run_demo(port=port, data=data.resolve(), people=not empty)
