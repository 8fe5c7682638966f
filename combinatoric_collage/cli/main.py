"""Where the process of a command begins: with what it waits for longest, and then the rest."""

from __future__ import annotations

import sys

from combinatoric_collage.cli.stacks import ahead


def main() -> None:
    """Run the command; the process ends with its exit code."""
    with ahead.begun(sys.argv[1:]):
        from combinatoric_collage.cli import application

        application.run()


if __name__ == "__main__":
    main()
