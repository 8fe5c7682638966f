"""``python -m tests.emulated LAYERS``; LAYERS is the folder with the built layers."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from layers import runtime
from tests.emulated import steps, styles
from tests.emulated.functions import Emulated, StepError
from tests.emulated.services import HOLDS, Services, services
from tests.infrastructure import shipped

FOLDER = shipped.ROOT / "out" / "emulated"


def main(built: Path) -> None:
    """Run every function's step and paint every style; print what was seen."""
    (architecture,) = shipped.template()["Globals"]["Function"]["Architectures"]
    begun = time.monotonic()
    with services() as on:
        python = runtime.make(runtime.MACHINES[architecture])
        functions = Emulated(python, built, FOLDER, on.references, HOLDS, on.environment)
        # Neither waits for the other, and each keeps one processor busy.
        with ThreadPoolExecutor(2) as pool:
            for lines in pool.map(list, (answered(functions, on), styles.compare(functions))):
                print("\n".join(lines), flush=True)
    steps.expect(functions.invoked == set(shipped.functions()), functions.invoked)
    print(f"All of it took {time.monotonic() - begun:.0f} s.")


def answered(functions: Emulated, on: Services) -> Iterator[str]:
    """Invoke every function; a line for each."""
    try:
        yield from steps.run(functions, on)
        yield from steps.fail(functions, on)
        yield from steps.tell(functions, on)
    finally:
        functions.end()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]).resolve())
    except (runtime.NotHereError, StepError, subprocess.CalledProcessError) as error:
        sys.exit(str(error))
