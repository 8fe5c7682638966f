"""Byte code of the layers: by the runtime's own Python, or none and a word of it."""

import marshal
import shutil
import subprocess
import sys

import pytest

from layers import bytecode, runtime
from tests.infrastructure.shipped import ROOT, folder, functions, resources, template

HERE = ".".join(map(str, sys.version_info[:2]))


@pytest.fixture
def layer(tmp_path):
    """Modules in a folder whose own path has a `tests` in it, and one that is no Python."""
    made = tmp_path / "tests" / "python"
    for name, text in {
        "library/__init__.py": "def fail():\n    raise ValueError\n",
        "library/tests/test_library.py": "assert True\n",
        "library/template.py": "def {{ }}\n",
    }.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text)
    return made


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A machine that has no Python of the runtime's version."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(runtime, "ROOT", tmp_path / "none")
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


def compiled(layer):
    return sorted(str(path.relative_to(layer)) for path in layer.rglob("*.pyc"))


def test_a_layer_is_compiled_by_the_runtimes_python_and_is_believed(layer, bare, monkeypatch):
    monkeypatch.setattr(runtime, "VERSION", HERE)
    (bare / f"python{HERE}").symlink_to(sys.executable)

    bytecode.main(layer)

    tag = sys.implementation.cache_tag
    assert compiled(layer) == [f"library/__pycache__/__init__.{tag}.pyc"]
    data = (layer / compiled(layer)[0]).read_bytes()
    assert data[4:8] == b"\x01\0\0\0"
    assert marshal.loads(data[16:]).co_filename == "/opt/python/library/__init__.py"


def test_compiled_twice_it_is_the_same(layer, bare, monkeypatch):
    monkeypatch.setattr(runtime, "VERSION", HERE)
    (bare / f"python{HERE}").symlink_to(sys.executable)

    bytecode.main(layer)
    first = (layer / compiled(layer)[0]).read_bytes()
    shutil.rmtree(layer / "library" / "__pycache__")
    bytecode.main(layer)

    assert (layer / compiled(layer)[0]).read_bytes() == first


@pytest.mark.parametrize("there", [None, "broken", "other"])
def test_without_that_python_it_is_said(layer, bare, capsys, there):
    if there == "broken":
        (bare / f"python{runtime.VERSION}").write_text("")
        (bare / f"python{runtime.VERSION}").chmod(0o755)
    if there == "other":
        (bare / f"python{runtime.VERSION}").write_text("#!/bin/sh\necho cpython-27\n")
        (bare / f"python{runtime.VERSION}").chmod(0o755)

    bytecode.main(layer)

    assert compiled(layer) == []
    assert capsys.readouterr().err.startswith("no byte code: there is no Python 3.")


def test_it_is_the_templates_python():
    assert template()["Globals"]["Function"]["Runtime"] == f"python{runtime.VERSION}"


def test_every_layer_is_compiled_last():
    for layer in resources("AWS::Serverless::LayerVersion").values():
        recipe = (ROOT / layer["ContentUri"] / "Makefile").read_text().splitlines()

        assert "BYTECODE ?= python3 -m layers.bytecode" in recipe
        assert recipe[-1].strip() == 'cd "$(ROOT)" && $(BYTECODE) "$(ARTIFACTS_DIR)/python"'


def test_a_function_that_is_built_is_compiled_and_every_other_is_deployed_as_it_lies(tmp_path):
    how = {name: template()["Resources"][name]["Metadata"] for name in functions()}
    assert how.pop("ApiFunction") == {"BuildMethod": "makefile"}
    assert all(one == {"SkipBuild": True} for one in how.values())

    code = folder("ApiFunction")
    target = ["-f", str(code / "Makefile"), "build-ApiFunction"]
    given = [f"ARTIFACTS_DIR={tmp_path}", "BYTECODE=echo compiled"]
    # The tests may have been begun by make, whose children say where they are.
    made = ["make", "--no-print-directory", *target, *given]
    done = subprocess.run(made, cwd=code, check=True, capture_output=True, text=True)

    def files(under, ending):
        return {str(path.relative_to(under)) for path in under.rglob(f"*{ending}")}

    assert files(tmp_path, ".py") == files(code, ".py")
    assert not files(tmp_path, ".pyc")
    assert done.stdout.splitlines()[-1] == f"compiled {tmp_path} /var/task"


def test_who_may_not_install_is_told_what_is_missing(bare, monkeypatch):
    monkeypatch.setattr(runtime, "native", lambda: "amd64")

    with pytest.raises(runtime.NotHereError, match="needs root, apt and mmdebstrap and qemu-user"):
        runtime.make("arm64")
