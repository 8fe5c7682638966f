"""Where the process of a command begins: with what it waits for longest, and then the rest."""

from __future__ import annotations

import gc
import sys

from combinatoric_collage.cli import endings
from combinatoric_collage.cli.stacks import ahead


def main() -> None:
    """Run the command; the process ends with its exit code, whenever it is interrupted."""
    endings.as_interrupts()
    try:
        with ahead.begun(sys.argv[1:]):
            from combinatoric_collage.cli import application

            application.run()
    except KeyboardInterrupt:
        sys.exit(endings.INTERRUPTED)
    finally:
        # Of an interrupt that came while a text was executed, as when a dataclass is made, Python
        # remembers that nobody caught it, and ends a module by SIGINT, until the next text.
        exec("")  # noqa: S102 - it is empty
        # All that is there ends with the process: the collector would first go through it again.
        gc.freeze()


if __name__ == "__main__":
    main()
