"""Repositories on the Hugging Face Hub: which commit is meant, and what of it is brought.

The one part of the task that reaches the network, on a machine that prepares weights.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from collage.errors import NoModel
from collage.weights import SUFFIXES

PREFIX = "hub:"
PICKLES = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl"})


def bring(said: str, place: Path) -> str:
    """Bring what a family needs of ``REPOSITORY@REVISION`` to ``place``; the commit that it is of.

    Raises:
        NoModel: when no revision is named, or there are only pickles.
    """
    from huggingface_hub import HfApi

    name, _, revision = said.partition("@")
    if not revision:
        raise NoModel(
            f"{PREFIX}{said} names no revision: {PREFIX}{name}@COMMIT says which one is meant."
        )
    names = [one.rfilename for one in HfApi().model_info(name, revision=revision).siblings or []]
    wanted = needed(names)
    if pickled := [one for one in wanted if PurePosixPath(one).suffix in PICKLES]:
        raise NoModel(f"{name} has {pickled[0]}, a pickle: bring it yourself, and add the folder.")
    return snapshot(name, revision, wanted, place)


def published(origin: str, patterns: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The commit of a repository's main branch now, and the SHA-256 of its large files that match.

    Small ones, such as configurations, the Hub names by their commit alone.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.utils import filter_repo_objects

    info = HfApi().model_info(origin, files_metadata=True)
    large = {one.rfilename: one.lfs.sha256 for one in info.siblings or [] if one.lfs}
    wanted = filter_repo_objects(large, allow_patterns=list(patterns))
    return str(info.sha), {name: large[name] for name in wanted}


def snapshot(origin: str, revision: str, patterns: Sequence[str], folder: Path) -> str:
    """Bring the files of a repository on the Hub that match; the commit that they are of.

    ``revision`` is a commit, a branch or a tag; empty: its main branch, as it is now.
    """
    from huggingface_hub import HfApi, snapshot_download

    commit = str(HfApi().model_info(origin, revision=revision or None).sha)
    snapshot_download(origin, revision=commit, local_dir=folder, allow_patterns=list(patterns))
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    return commit


def needed(names: Sequence[str]) -> list[str]:
    """What of the files of a folder belongs to a family: its parts, each once.

    Beside model_index.json a part is a folder; a checkpoint of everything that lies there as well
    is not needed. Of numbers in full and in half precision it is the half; a pickle only where
    there are no safetensors.
    """
    parts = [name for name in names if "/" in name] if "model_index.json" in names else [*names]
    if not any(PurePosixPath(name).name == "model_index.json" for name in names):
        parts = [name for name in names if "/" not in name]
    chosen = [name for name in names if name == "model_index.json"]
    there = set(names)
    sound = {str(PurePosixPath(name).parent) for name in names if name.endswith(".safetensors")}
    for name in parts:
        path = PurePosixPath(name)
        half = str(path.with_name(f"{path.stem}.fp16.safetensors"))
        if path.suffix in PICKLES and str(path.parent) not in sound:
            chosen.append(name)
        if path.suffix in SUFFIXES and not (path.suffix == ".safetensors" and half in there):
            chosen.append(name)
    return sorted(set(chosen))
