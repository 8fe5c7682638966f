"""``python -m tasks.diffusion.prepare FOLDER NAME...``: real weights, made ready for the task.

Run it on a machine that reaches the network. It brings what models.toml names into FOLDER, turns
what is no safetensors file into one, and writes manifest.json with a digest of every file. Then

    aws s3 sync FOLDER s3://BUCKET/PREFIX

puts it where a stack looks for it; on a laptop ``collage run --models FOLDER`` uses it in place.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from collage.errors import NoModel
from tasks.diffusion import families, hub, manifest, repository
from tasks.diffusion.convert import convert
from tasks.diffusion.families import Published
from tasks.diffusion.weights import digest


def main(arguments: Sequence[str] | None = None) -> None:
    """Prepare the families that the command line names."""
    known = families.read()
    parser = argparse.ArgumentParser(
        prog="python -m tasks.diffusion.prepare",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(
            f"{name:<16} {one.gigabytes:>5.1f} GB  {one.licence:<22} {one.origin}"
            for name, one in known.items()
        ),
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("names", nargs="+", choices=known, metavar="NAME")
    parser.add_argument(
        "--i-trust-these-files",
        action="store_true",
        dest="trusted",
        help="convert pickled modules too, which can run any code on this machine",
    )
    parser.add_argument(
        "--unpinned",
        action="store_true",
        help="take what models.toml does not pin as it is on the day",
    )
    asked = parser.parse_args(arguments)
    for name in asked.names:
        try:
            given = known[name]
            prepare(asked.folder, name, given, trusted=asked.trusted, unpinned=asked.unpinned)
        except NoModel as error:
            sys.exit(f"{error.name}: {error}")


def prepare(
    folder: Path, name: str, published: Published, *, trusted: bool, unpinned: bool = False
) -> None:
    """Bring one family, convert it where that is needed, and write it into the manifest.

    What lies there under its name stays until all of the new one is there.

    Raises:
        NoModel: when models.toml does not say what it has to be and ``unpinned`` does not say that
            this is well, when it is not that, or not a family that can be run.
    """
    if not published.pinned and not unpinned:
        raise NoModel(
            f"models.toml does not say which {name} is meant: nothing was brought. `collage models "
            f"pin {name}` writes down what is published now; --unpinned takes it as it is."
        )
    with replacing(folder / name) as place:
        for target, url in published.urls.items():
            _file(url, place / target, published, trusted=trusted and published.pickled)
        revision = ""
        for below in published.repositories:
            revision = _repository(published, below, place)
        traits = repository.traits(published.kind, place, published.defaults)
        made = manifest.family(
            place,
            published.kind,
            published.origin,
            published.licence,
            revision="" if published.folders else revision,
            traits=traits,
        )
    manifest.write(folder, {name: made})


@contextmanager
def replacing(place: Path) -> Iterator[Path]:
    """A folder beside ``place``, which takes its place when all went well, and else is gone."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=f".{place.name}-") as beside:
        coming = Path(beside) / place.name
        coming.mkdir()
        yield coming
        if place.exists():
            place.rename(Path(beside) / "before")
        coming.rename(place)


def _file(url: str, target: Path, published: Published, *, trusted: bool) -> None:
    with tempfile.TemporaryDirectory() as there:
        file = Path(there) / "published"
        urllib.request.urlretrieve(url, file)  # noqa: S310 - models.toml holds https only
        _expect(target.name, file, published)
        convert(file, target, trusted=trusted)


def _repository(published: Published, below: str, place: Path) -> str:
    """Bring what is needed of the repository of a folder ``below``; the commit that it was."""
    origin, into = published.repositories[below], place / below
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".coming-") as there:
        commit = published.commit(below)
        revision = hub.snapshot(origin, commit, published.patterns, Path(there))
        shutil.copytree(Path(there) / published.subfolder, into, dirs_exist_ok=True)
    for name in published.sha256:
        if name.startswith(f"{below}/" if below else ""):
            _expect(name, place / name, published)
    for pickled in into.rglob("*.bin"):
        # Tables of numbers, which are read without running what a pickle may hold.
        name = pickled.stem if pickled.stem != "pytorch_model" else "model"
        convert(pickled, pickled.with_name(f"{name}.safetensors"), trusted=False)
        pickled.unlink()
    return revision


def _expect(name: str, file: Path, published: Published) -> None:
    expected = published.sha256.get(name)
    if expected is None:
        return
    if not file.is_file():
        raise NoModel(f"{published.origin} has no {name}, which models.toml expects.")
    if (found := digest(file)) != expected:
        raise NoModel(
            f"{published.origin}: {name} has the SHA-256 {found}, and models.toml expects "
            f"{expected}. Nothing of it was kept."
        )


if __name__ == "__main__":
    main()
