"""The layers' check: it knows what each function gets, and what would not load."""

import pytest

from benchmarks import layers
from tests.infrastructure.shipped import functions, resources

ELF = b"\x7fELF" + bytes(14)
ARM, INTEL = (183).to_bytes(2, "little"), (62).to_bytes(2, "little")


def test_every_layer_is_given_to_a_function_and_every_function_has_the_library():
    found = layers.functions(layers.template())
    given = {layer for _, names in found.values() for layer in names}

    assert set(found) == set(functions())
    assert given == set(resources("AWS::Serverless::LayerVersion"))
    assert all("CollageLayer" in names for _, names in found.values())


def test_only_what_imports_a_library_is_given_its_layer():
    found = layers.functions(layers.template())
    users = {
        layer: {name for name, (_, names) in found.items() if layer in names}
        for layer in (
            "PaintingLayer",
            "ProviderLayer",
            "ImagingLayer",
            "LettersLayer",
            "SigningLayer",
        )
    }

    assert users["PaintingLayer"] == {"RenderTileFunction"}
    assert users["SigningLayer"] == {"ShareCollageFunction"}
    assert users["ProviderLayer"] == {"RenderTileFunction", "ListStylesFunction"}
    assert users["LettersLayer"] == {
        "StartCollageFunction",
        "PlanTilesFunction",
        "AssembleCollageFunction",
        "ExportCollageFunction",
        "ApiFunction",
    }
    assert not users["ImagingLayer"] & {"ListStylesFunction", "RecordFailureFunction"}


@pytest.fixture
def layer(tmp_path):
    """A layer with nothing wrong: a library for the template's processor and Python."""
    folder = tmp_path / "python" / "numpy"
    folder.mkdir(parents=True)
    (folder / "core.cpython-314-aarch64-linux-gnu.so").write_bytes(ELF + ARM)
    (folder / "any.abi3.so.1").write_bytes(ELF + ARM)
    (folder / "__init__.py").write_text("")
    return tmp_path


def found(layer):
    return list(layers.faults(layer, "arm64", "3.14"))


def test_a_good_layer_has_no_fault_and_a_size(layer):
    assert found(layer) == []
    assert layers.size(layer) == 40


@pytest.mark.parametrize(
    ("name", "data", "fault"),
    [
        ("python/a.so", ELF + INTEL, "python/a.so is not for arm64"),
        (
            "python/a.cpython-313-x.so",
            ELF + ARM,
            "python/a.cpython-313-x.so is not for Python 3.14",
        ),
        ("python/a.cpython-311.pyc", b"", "python/a.cpython-311.pyc is not for Python 3.14"),
        (
            "python/a.cpython-314.pyc",
            b"\x2b\x0e\r\n\x03\0\0\0",
            "python/a.cpython-314.pyc is held against its source at every start",
        ),
        (
            "python/openai/a.py",
            b"",
            "there is neither certifi/cacert.pem nor truststore, so no server would be trusted",
        ),
    ],
)
def test_what_would_not_load_is_named(layer, name, data, fault):
    path = layer / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)

    assert found(layer) == [fault]


def test_a_layer_that_was_not_built_is_named(tmp_path):
    assert found(tmp_path / "missing") == ["there is no folder python, where Lambda looks"]
