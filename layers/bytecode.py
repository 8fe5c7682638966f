"""``python -m layers.bytecode FOLDER``: compiles a built layer by the runtime's own Python.

That of a function takes ``/var/task`` after the folder, which is where it is unpacked.

Lambda unpacks both where nothing can be written, so what is not compiled here is compiled again
at every cold start. Byte code is of one version of Python, whatever the processor: that of the PATH
is taken, one that uv has, or Debian's where `make runtime` unpacked it. What has no byte code
works too. Nothing but the standard library is needed: `sam build` runs this.
"""

import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from layers import runtime

UNPACKED = "/opt/python"
"""Where Lambda has the modules of a layer; tracebacks name them so."""


def python() -> Path | None:
    """The runtime's Python on this machine."""
    name = f"python{runtime.VERSION}"
    found = [shutil.which(name), _of_uv()]
    with suppress(runtime.NotHereError):
        found.append(str(runtime.launcher(runtime.native())))
    return next((Path(path) for path in found if path and _is(path)), None)


def _of_uv() -> str | None:
    """The Python that uv has; none is fetched."""
    uv = shutil.which("uv")
    if uv is None:
        return None
    command = [uv, "python", "find", "--no-python-downloads", runtime.VERSION]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _is(path: str) -> bool:
    """Whether it starts, and writes the runtime's byte code."""
    command = [path, "-c", "import sys; print(sys.implementation.cache_tag)"]
    try:
        tag = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    return tag.strip() == f"cpython-{runtime.VERSION.replace('.', '')}"


def main(folder: Path, unpacked: str = UNPACKED) -> None:
    """Compile all modules below a folder, or say why not."""
    found = python()
    if found is None:
        print(
            f"no byte code: there is no Python {runtime.VERSION} here; cold starts take longer",
            file=sys.stderr,
        )
        return
    runtime.compile_all(found, folder, unpacked)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), *sys.argv[2:])
