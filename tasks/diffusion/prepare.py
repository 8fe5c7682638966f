"""``python -m tasks.diffusion.prepare FOLDER NAME...``: real weights, made ready for the task.

Run it on a machine that reaches the network. It brings what models.toml names into FOLDER, turns
what is no safetensors file into one, and writes manifest.json with a digest of every file. Then

    aws s3 sync FOLDER s3://BUCKET/PREFIX

puts it where a stack looks for it; on a laptop ``collage run --models FOLDER`` uses it in place.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from tasks.diffusion import families, manifest
from tasks.diffusion.convert import convert
from tasks.diffusion.families import Published


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
    asked = parser.parse_args(arguments)
    for name in asked.names:
        prepare(asked.folder, name, known[name], trusted=asked.trusted)


def prepare(folder: Path, name: str, published: Published, *, trusted: bool) -> None:
    """Bring one family, convert it where that is needed, and write it into the manifest."""
    place = folder / name
    if place.exists():
        shutil.rmtree(place)
    place.mkdir(parents=True)
    for target, url in published.urls.items():
        with tempfile.TemporaryDirectory() as there:
            file = Path(there) / "published"
            urllib.request.urlretrieve(url, file)  # noqa: S310 - models.toml holds https only
            convert(file, place / target, trusted=trusted and published.pickled)
    repositories = published.folders or ({"": published.repository} if published.files else {})
    for below, repository in repositories.items():
        _repository(repository, published, place / below)
    made = manifest.family(place, published.kind, published.origin, published.licence)
    manifest.write(folder, {name: made})


def _repository(repository: str, published: Published, place: Path) -> None:
    from huggingface_hub import snapshot_download

    prefix = f"{published.subfolder}/" if published.subfolder else ""
    patterns = [prefix + pattern for pattern in published.files]
    with tempfile.TemporaryDirectory() as there:
        snapshot_download(repository, local_dir=there, allow_patterns=patterns)
        shutil.rmtree(Path(there) / ".cache", ignore_errors=True)
        shutil.copytree(Path(there) / published.subfolder, place, dirs_exist_ok=True)
    for pickled in place.rglob("*.bin"):
        # Tables of numbers, which are read without running what a pickle may hold.
        name = pickled.stem if pickled.stem != "pytorch_model" else "model"
        convert(pickled, pickled.with_name(f"{name}.safetensors"), trusted=False)
        pickled.unlink()


if __name__ == "__main__":
    main()
