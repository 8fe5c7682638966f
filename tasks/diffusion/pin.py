"""``python -m tasks.diffusion.pin NAME...``: write into models.toml what is published now.

That is the commit of each repository, and the SHA-256 of each large file of it that is needed, as
the Hub names them; what is published elsewhere is brought, to be digested. From then on nothing
else is taken for the family. Look at the change before you commit it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from collage.errors import NoModel
from tasks.diffusion import families, hub
from tasks.diffusion.families import Published
from tasks.diffusion.weights import digest


def main(arguments: Sequence[str] | None = None) -> None:
    """Pin the families that the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m tasks.diffusion.pin",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="+", choices=families.read(), metavar="NAME")
    asked = parser.parse_args(arguments)
    for name in asked.names:
        try:
            pinned = pin(name)
        except NoModel as error:
            sys.exit(f"{error.name}: {error}")
        commits = ", ".join(pinned.revisions.values()) or pinned.revision or "no repository"
        print(f"{name}: {commits}; {len(pinned.sha256)} files")  # noqa: T201 - a command


def pin(name: str, file: Path = families.FILE) -> Published:
    """Write what is published now of one family into ``file``; what stands there then of it.

    Raises:
        NoModel: when nothing of what it needs is published.
    """
    published = families.read(file)[name]
    commits: dict[str, str] = {}
    digests: dict[str, str] = {}
    for below, origin in published.repositories.items():
        commits[below], files = hub.published(origin, published.patterns)
        within = f"{published.subfolder}/" if published.subfolder else ""
        beside = f"{below}/" if below else ""
        digests |= {beside + path.removeprefix(within): one for path, one in files.items()}
    for target, url in published.urls.items():
        with tempfile.TemporaryDirectory() as folder:
            urllib.request.urlretrieve(url, Path(folder) / "file")  # noqa: S310 - https only
            digests[target] = digest(Path(folder) / "file")
    if not digests:
        raise NoModel(f"{published.origin} has no file that {name} needs.")
    text = rewritten(file.read_text(encoding="utf-8"), name, commits, digests)
    made = families.parse(text)[name]
    file.write_text(text, encoding="utf-8")
    return made


def rewritten(text: str, name: str, commits: Mapping[str, str], digests: Mapping[str, str]) -> str:
    """The text of models.toml with these commits and digests in the place of one family's own."""
    lines = text.splitlines()
    start = lines.index(f"[{name}]")
    own = f"[{name}."
    following = (
        at
        for at in range(start + 1, len(lines))
        if lines[at].startswith("[") and not lines[at].startswith(own)
    )
    end = next(following, len(lines))
    tables: list[list[str]] = []
    for line in lines[start:end]:
        if line.startswith("["):
            tables.append([])
        if line.strip():
            tables[-1].append(line)
    kept = [table for table in tables if table[0] not in (f"{own}sha256]", f"{own}revisions]")]
    head = [line for line in kept[0] if not line.startswith("revision ")]
    if "" in commits:
        at = next(i for i, line in enumerate(head) if line.startswith("repository "))
        head.insert(at + 1, f'revision = "{commits[""]}"')
    elif commits:
        kept.append([f"{own}revisions]", *(f'{at} = "{one}"' for at, one in commits.items())])
    named = (f'"{path}" = "{one}"' for path, one in sorted(digests.items()))
    section = "\n\n".join(
        "\n".join(table) for table in [head, *kept[1:], [f"{own}sha256]", *named]]
    )
    after = lines[end:]
    return "\n".join([*lines[:start], section, *([""] if after else []), *after]) + "\n"


if __name__ == "__main__":
    main()
