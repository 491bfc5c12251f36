"""Run slither over the contracts and fail on medium and high findings.

Run as ``python -m contracts.slither``. slither needs an older web3 than medixain, so it lives in an environment of its
own, ``contracts/.slither``, which is made from ``requirements-slither.lock`` on the first run.
"""

import subprocess
import sys
import venv
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ENVIRONMENT = FOLDER / ".slither"
LOCK = FOLDER / "requirements-slither.lock"
STAMP = ENVIRONMENT / "installed.lock"

OPTIONS = ("--exclude-low", "--exclude-informational", "--exclude-optimization", "--filter-paths", "node_modules|test")


def ensure_environment() -> Path:
    """Return slither's executable, installing what the lock names if it is not what is installed."""
    binaries = ENVIRONMENT / "bin"
    if not STAMP.exists() or STAMP.read_text(encoding="utf-8") != LOCK.read_text(encoding="utf-8"):
        venv.create(ENVIRONMENT, clear=True, with_pip=True)
        python = str(binaries / "python")
        install = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", str(LOCK)]
        subprocess.run(install, check=True)
        STAMP.write_text(LOCK.read_text(encoding="utf-8"), encoding="utf-8")
    return binaries / "slither"


def main() -> int:
    """Run slither on the forge project; returns its exit code, not 0 where it found something."""
    slither = ensure_environment()
    # slither finds forge, and forge its compiler's node, on PATH; the shell puts npm's folder first.
    shell = 'PATH="$1:$PATH" exec "$2" . "${@:3}"'
    tools = FOLDER / "node_modules" / ".bin"
    return subprocess.run(
        ["bash", "-c", shell, "slither", str(tools), str(slither), *OPTIONS], cwd=FOLDER, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
