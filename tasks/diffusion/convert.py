"""``python -m tasks.diffusion.convert FROM TO``: published weights as safetensors, once, offline.

What is a plain table of numbers is read without running anything. The files of OpenAI's discrete
VAE are whole modules: reading one runs whatever code it holds, so it is done only on request, by
somebody who trusts where the file is from, and never by the task.
"""

from __future__ import annotations

import argparse
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

WARNING = """\
{file} is a pickled module: reading it can run any code as you, on this machine.
If you trust where it is from, run this again with --i-trust-this-file, best in a container
without network or credentials. The digest of what you read is worth comparing first.
"""

TABLES = ("params_ema", "params", "state_dict")
"""Under which names checkpoints hold their numbers, the best first."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Convert the file that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tasks.diffusion.convert", description=__doc__)
    parser.add_argument("source", type=Path, metavar="FROM")
    parser.add_argument("target", type=Path, metavar="TO")
    parser.add_argument("--i-trust-this-file", action="store_true", dest="trusted")
    asked = parser.parse_args(arguments)
    convert(asked.source, asked.target, trusted=asked.trusted)


def convert(source: Path, target: Path, *, trusted: bool) -> None:
    """Write the numbers of ``source`` to ``target``, as safetensors.

    Raises:
        SystemExit: when reading it would run code and it is not ``trusted``.
    """
    try:
        found = torch.load(source, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        if not trusted:
            sys.stderr.write(WARNING.format(file=source))
            sys.exit(2)
        _stand_ins()
        found = torch.load(source, map_location="cpu", weights_only=False)
    save_file(_numbers(found), target, metadata={"format": "pt"})


def _numbers(found: Any) -> dict[str, torch.Tensor]:
    if isinstance(found, torch.nn.Module):
        found = found.state_dict()
    table = next((found[name] for name in TABLES if name in found), found)
    # Tensors that share memory are written apart; what is no tensor is a count of steps or so.
    return {
        name: value.detach().clone().contiguous()
        for name, value in table.items()
        if isinstance(value, torch.Tensor)
    }


def _stand_ins() -> None:
    """Modules under the names that the discrete VAE's pickles know their classes by."""
    import types

    names = ("dall_e", "dall_e.encoder", "dall_e.decoder", "dall_e.utils")
    for name in names:
        module = types.ModuleType(name)
        for known in ("Encoder", "EncoderBlock", "Decoder", "DecoderBlock", "Conv2d"):
            setattr(module, known, type(known, (torch.nn.Module,), {"__module__": name}))
        sys.modules.setdefault(name, module)


if __name__ == "__main__":
    main()
