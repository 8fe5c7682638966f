"""``python -m benchmarks.layers FOLDER``: what each function unpacks to, and what is wrong with it.

FOLDER holds the built layers, one folder each, as `make layers` and `sam build` leave them. Lambda
takes 250 MB for a function's code and all of its layers, unpacked.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from combinatoric_collage.local.template import parse

ROOT = Path(__file__).resolve().parents[1]
LIMIT_BYTES = 250 * 2**20
MACHINES = {"arm64": 183, "x86_64": 62}
"""What a shared library's header calls the processor, by what the template calls it."""
UNCHECKED = (1).to_bytes(4, "little")
"""What byte code says of itself that is believed without a look at its source (PEP 552)."""
TRUST = ("certifi/cacert.pem", "truststore")
"""Where the SDK's HTTP client finds whom to trust: its own list, or that of Lambda's system."""


def template() -> dict[str, Any]:
    """template.yaml as data."""
    path = ROOT / "template.yaml"
    return parse(path.read_text(encoding="utf-8"), path)


def functions(sam: dict[str, Any]) -> dict[str, tuple[Path, list[str]]]:
    """Each function's folder of code and its layers, those of all functions first."""
    shared = sam["Globals"]["Function"].get("Layers", [])
    return {
        name: (
            ROOT / resource["Properties"]["CodeUri"],
            [layer["Ref"] for layer in shared + resource["Properties"].get("Layers", [])],
        )
        for name, resource in sam["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def size(folder: Path) -> int:
    """Bytes of all files below ``folder``."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def faults(layer: Path, architecture: str, version: str) -> Iterator[str]:
    """What of a built layer would not load, or should not be there.

    ``version`` is Python's as the runtime names it, such as 3.14.
    """
    tag = f"cpython-{version.replace('.', '')}"
    for path in sorted(layer.rglob("*")):
        name = path.relative_to(layer)
        if path.suffix == ".pyc" and tag not in path.name:
            yield f"{name} is not for Python {version}"
        elif path.suffix == ".pyc" and path.read_bytes()[4:8] != UNCHECKED:
            yield f"{name} is held against its source at every start"
        if ".so" in path.suffixes and path.is_file():
            header = path.read_bytes()[:20]
            machine = int.from_bytes(header[18:20], "little")
            if header[:4] == b"\x7fELF" and machine != MACHINES[architecture]:
                yield f"{name} is not for {architecture}"
            if "cpython-" in path.name and tag not in path.name:
                yield f"{name} is not for Python {version}"
    if not (layer / "python").is_dir():
        yield "there is no folder python, where Lambda looks"
    python = layer / "python"
    if (python / "openai").is_dir() and not any((python / name).exists() for name in TRUST):
        yield f"there is neither {' nor '.join(TRUST)}, so no server would be trusted"


def main(folder: Path) -> int:
    """Print sizes and faults; the exit code."""
    sam = template()
    shared = sam["Globals"]["Function"]
    (architecture,) = shared["Architectures"]
    version = shared["Runtime"].removeprefix("python")
    wanted = functions(sam)
    names = sorted({layer for _, layers in wanted.values() for layer in layers})
    sizes = {name: size(folder / name) for name in names}
    wrong = [f"{n}: {fault}" for n in names for fault in faults(folder / n, architecture, version)]
    for name in names:
        compiled = any((folder / name).rglob("*.pyc"))
        print(f"{name:<26}{sizes[name] / 2**20:>8.1f} MB{'' if compiled else '  no byte code'}")
    for function, (code, layers) in wanted.items():
        total = size(code) + sum(sizes[layer] for layer in layers)
        print(f"{function:<26}{total / 2**20:>8.1f} MB  {' '.join(layers)}")
        if total > LIMIT_BYTES:
            wrong.append(f"{function} unpacks to more than {LIMIT_BYTES // 2**20} MB")
    for fault in wrong:
        print(fault, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
