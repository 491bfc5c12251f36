"""A program for the supervisor's tests: says that it is ready, and notes its name when it ends."""

import sys
from pathlib import Path

from medixain.demo.programs.child import serve_until_the_end

if __name__ == "__main__":
    name, notes = sys.argv[1], Path(sys.argv[2])
    serve_until_the_end(name)
    with notes.open("a") as sink:
        sink.write(name + "\n")
