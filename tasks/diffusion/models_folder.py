"""``python -m tasks.diffusion.models_folder FOLDER add|list|check|remove``: models of one's own.

A family is a pipeline that diffusers saved, in a folder or a repository, or a single file: a
network that enlarges, or a checkpoint of the form of a family that is there. Weights are
safetensors. What may hold code is taken only from somebody who trusts it, and converted once.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from collage.errors import NoModel
from collage.weights import ControlKind, Family, Kind, Traits, Weights
from tasks.diffusion import additions, hub, manifest
from tasks.diffusion.additions import Additions
from tasks.diffusion.hub import PICKLES
from tasks.diffusion.weights import digest

LARGEST_SHARE = 0.5
"""Of this machine's memory: a family that takes more is not loaded to try it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the command line says."""
    asked = _parser().parse_args(arguments)
    try:
        {"add": _add, "list": _list, "check": _check, "remove": _remove}[asked.command](asked)
    except NoModel as error:
        sys.exit(f"{error.name}: {error}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tasks.diffusion.models_folder",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list")
    for name in ("check", "remove"):
        commands.add_parser(name).add_argument("name", nargs="?" if name == "check" else None)
    add = commands.add_parser("add")
    add.add_argument("name")
    add.add_argument("origin", help="FOLDER, FILE.safetensors or hub:REPOSITORY@REVISION")
    add.add_argument("--lora", action="append", default=[], metavar="FILE[:STRENGTH]")
    add.add_argument("--controlnet", metavar="FOLDER|hub:REPOSITORY@REVISION[:STRENGTH]")
    add.add_argument("--controlnet-kind", choices=get_args(ControlKind), default="canny")
    add.add_argument("--ip-adapter", metavar="FILE[:STRENGTH]")
    add.add_argument("--like", metavar="NAME", help="the family whose form a single file has")
    add.add_argument("--default", action="append", default=[], metavar="OPTION=VALUE")
    add.add_argument("--native", type=int, metavar="PIXELS", help="side it was trained on")
    add.add_argument("--licence", default="unknown")
    add.add_argument("--i-trust-these-files", action="store_true", dest="trusted")
    return parser


def _add(asked: argparse.Namespace) -> None:
    made, tried = add(
        asked.folder,
        asked.name,
        asked.origin,
        beside=_beside(asked),
        like=asked.like,
        defaults=dict(default(said) for said in asked.default),
        native=asked.native,
        licence=asked.licence,
        trusted=asked.trusted,
    )
    does = ", ".join(sorted(_traits(made).operations))
    print(f"{asked.name}@{made.digest} can {does}")  # noqa: T201 - a command
    if not tried:
        print("It was not loaded to try it: it is large for this machine's memory.")  # noqa: T201


def _beside(asked: argparse.Namespace) -> Additions:
    controlnet, adapter = asked.controlnet, asked.ip_adapter
    return Additions(
        loras=[additions.lora(said) for said in asked.lora],
        controlnet=controlnet and additions.weighed("--controlnet", controlnet),
        control_kind=asked.controlnet_kind,
        ip_adapter=adapter and additions.weighed_file("--ip-adapter", adapter),
    )


def _list(asked: argparse.Namespace) -> None:
    for name, one in sorted(manifest.read(asked.folder).items()):
        size = sum(file.size for file in one.files.values()) / 1e9
        does = ", ".join([*sorted(_traits(one).operations), *_with(one)])
        said = f"{name}@{one.digest}  {size:.1f} GB  {one.licence}  {one.repository}  {does}"
        print(said)  # noqa: T201 - a command


def _with(family: Family) -> list[str]:
    """What lies beside a family's own networks, in words."""
    said = []
    if family.controlnet:
        said.append(f"by ControlNet ({family.controlnet.kind}, {family.controlnet.scale:g})")
    if family.ip_adapter:
        said.append(f"styles from pictures ({family.ip_adapter.scale:g})")
    return said


def _check(asked: argparse.Namespace) -> None:
    there = Weights(families=manifest.read(asked.folder))
    for name in [asked.name] if asked.name else sorted(there.families):
        check(asked.folder, name, there.family(name))
        print(f"{there.pinned(name)} is what the manifest says")  # noqa: T201 - a command


def _remove(asked: argparse.Namespace) -> None:
    Weights(families=manifest.read(asked.folder)).family(asked.name)
    manifest.write(asked.folder, {}, without=asked.name)
    shutil.rmtree(asked.folder / asked.name, ignore_errors=True)


def check(folder: Path, name: str, family: Family) -> None:
    """Hold every file of a family against the manifest.

    Raises:
        NoModel: naming the first that is missing, changed or not named.
    """
    for path, file in family.files.items():
        here = folder / name / path
        if not here.is_file():
            raise NoModel(f"{name}/{path} is missing, though the weights' manifest names it.")
        if here.stat().st_size != file.size or digest(here) != file.sha256:
            raise NoModel(f"{name}/{path} is not the file that the weights' manifest names.")
    there = {p.relative_to(folder / name).as_posix() for p in (folder / name).rglob("*.*")}
    if extra := sorted(
        path for path in there - set(family.files) if (folder / name / path).is_file()
    ):
        raise NoModel(f"{name} holds {extra[0]}, which the weights' manifest does not name.")


def add(
    folder: Path,
    name: str,
    origin: str,
    *,
    beside: Additions | None = None,
    like: str | None = None,
    defaults: dict[str, int | float | str] | None = None,
    native: int | None = None,
    licence: str = "unknown",
    trusted: bool = False,
) -> tuple[Family, bool]:
    """Make a family of ``folder`` of what lies at ``origin``; and whether it was loaded to try it.

    Raises:
        NoModel: when it cannot be one; what was there under its name is there still.
    """
    from collage.engines.diffusion import operations
    from tasks.diffusion import repository
    from tasks.diffusion.prepare import replacing

    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,62}", name):
        raise NoModel(f"{name!r} is no name for a model: small letters, digits, dots and dashes.")
    with replacing(folder / name) as place:
        revision = _bring(origin, place, folder, like, trusted=trusted)
        kind = repository.kind_of(place)
        traits = _told(kind, repository.traits(kind, place, defaults), native)
        asked = beside or Additions()
        adapters = additions.bring_loras(asked, place)
        ip_adapter = additions.bring_ip_adapter(asked, place)
        controlnet = additions.bring_controlnet(asked, place)
        if controlnet is not None:
            traits = operations.conditioned(traits or operations.usual_traits()[kind], name)
        made = manifest.family(
            place,
            kind,
            origin,
            licence,
            revision=revision,
            traits=traits,
            adapters=adapters,
            ip_adapter=ip_adapter,
            controlnet=controlnet,
        )
        tried = _try(made, place)
    manifest.write(folder, {name: made})
    return made, tried


def _told(kind: Kind, traits: Traits | None, native: int | None) -> Traits | None:
    if native is None:
        return traits
    if traits is None:
        raise NoModel(f"--native: a family of the kind {kind} works at any size.")
    return traits.model_copy(update={"native": native})


def _traits(family: Family) -> Traits:
    from collage.engines.diffusion import operations

    return operations.traits_of(family)


def _bring(origin: str, place: Path, folder: Path, like: str | None, *, trusted: bool) -> str:
    """Bring what is at ``origin`` to ``place``; the commit that it is of, if it is of one."""
    if origin.startswith(hub.PREFIX):
        return hub.bring(origin.removeprefix(hub.PREFIX), place)
    there = Path(origin).expanduser()
    if there.is_dir():
        paths = [path for path in sorted(there.rglob("*")) if path.is_file()]
        for name in hub.needed([path.relative_to(there).as_posix() for path in paths]):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            _copied(there / name, place / name, trusted=trusted)
    elif there.is_file():
        _single(there, place, None if like is None else folder / like, trusted=trusted)
    else:
        raise NoModel(
            f"There is no {origin}: give a folder, a file, or {hub.PREFIX}REPOSITORY@REVISION."
        )
    return ""


def _copied(file: Path, target: Path, *, trusted: bool) -> None:
    if file.suffix not in PICKLES:
        shutil.copyfile(file, target)
        return
    if not trusted:
        raise NoModel(
            f"{file.name} is a pickle, which may hold code. Safetensors are taken as they are; if "
            "you trust where this is from, say --i-trust-these-files."
        )
    from tasks.diffusion.convert import convert

    stem = "model" if file.stem == "pytorch_model" else file.stem
    convert(file, target.with_name(f"{stem}.safetensors"), trusted=True)


def _single(file: Path, place: Path, like: Path | None, *, trusted: bool) -> None:
    """A family of one file: of a network that enlarges, or with the parts of a pipeline in it."""
    if file.suffix not in {".safetensors", *PICKLES}:
        raise NoModel(f"{file.name} holds no weights: they end in .safetensors.")
    if like is None:
        _copied(file, place / f"model{file.suffix}", trusted=trusted)
        (weights,) = place.glob("*.safetensors")
        weights.rename(place / "model.safetensors")
        return
    import diffusers

    from tasks.diffusion import repository

    if not (like / "model_index.json").is_file():
        raise NoModel(f"--like: there is no pipeline named {like.name} beside it.")
    if file.suffix in PICKLES and not trusted:
        _copied(file, place, trusted=False)
    pipeline: Any = getattr(diffusers, repository.index(like))
    if not hasattr(pipeline, "from_single_file"):
        raise NoModel(f"--like: {like.name} is of a form that single files do not have.")
    try:
        made = pipeline.from_single_file(str(file), config=str(like), local_files_only=True)
    except Exception as error:
        raise NoModel(f"{file.name} is not of the form of {like.name}: {error}") from error
    made.save_pretrained(place)


def default(said: str) -> tuple[str, int | float | str]:
    """An option and its default, as OPTION=VALUE.

    Raises:
        NoModel: when there is no such option, or no value.
    """
    from tasks.diffusion.repository import OPTIONS

    name, equals, value = said.partition("=")
    if name not in OPTIONS or not equals:
        raise NoModel(
            f"--default: {said!r} is none of OPTION=VALUE; options: {', '.join(OPTIONS)}."
        )
    if name == "negative_prompt":
        return name, value
    try:
        return name, int(value) if name == "num_inference_steps" else float(value)
    except ValueError:
        raise NoModel(f"--default: {value!r} is no number for {name}.") from None


def _try(family: Family, place: Path) -> bool:
    """Load a family, as the task would: what cannot be loaded is not added."""
    size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if size > LARGEST_SHARE * memory:
        return False
    from tasks.diffusion import renderers
    from tasks.diffusion.machine import machine

    try:
        renderers.load(
            family.kind,
            place,
            machine(),
            adapters=family.adapters,
            controlnet=family.controlnet,
            ip_adapter=family.ip_adapter,
        )
    except NoModel:
        raise
    except Exception as error:
        said = " ".join(str(error).split())[:300]
        raise NoModel(f"It cannot be loaded as {family.kind}: {said}") from error
    return True


if __name__ == "__main__":
    main()
