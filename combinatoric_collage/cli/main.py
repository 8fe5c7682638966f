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
        # All that is there ends with the process: the collector would first go through it again.
        gc.freeze()


if __name__ == "__main__":
    main()
