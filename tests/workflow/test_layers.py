"""Functions find what their layers hold and nothing else, though all of it is installed here."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from combinatoric_collage.cli.stacks.stack import RunFailed, Stack
from combinatoric_collage.local import Cloud
from combinatoric_collage.local.processes import layers
from tests.infrastructure.shipped import ROOT
from tests.workflow.running import photo, run

SECRET = "collage-openai"


def without(text: str, layer: str, function: str | None) -> str:
    """The template with a layer taken away from a function, or from the Globals."""
    if function is None:
        changed = text.replace(f"    Layers: [!Ref {layer}]\n", "", 1)
    else:
        start = text.index(f"  {function}:\n")
        end = re.compile(r"^  \w", re.MULTILINE).search(text, start + 3)
        assert end
        block = text[start : end.start()]
        less = re.sub(rf"(, )?!Ref {layer}(?=[],])", "", block).replace("[, ", "[")
        changed = text[:start] + less + text[end.start() :]
    assert changed != text
    return changed


@contextmanager
def stack_of(text: str, folder: Path) -> Iterator[Stack]:
    """The pack with another template."""
    for part in ("functions", "layers", "state_machine"):
        (folder / part).symlink_to(ROOT / part)
    (folder / "template.yaml").write_text(text)
    with Cloud(folder / "template.yaml", {"OpenAiSecret": SECRET}, "collage") as cloud:
        cloud.client("secretsmanager").create_secret(Name=SECRET, SecretString="none")
        yield Stack(cloud.client, "collage")


def why(stack: Stack, **options: Any) -> str:
    """What is said of a run that fails, and of its calls."""
    with pytest.raises(RunFailed) as failed:
        run(stack, photo(), **options)
    s3, bucket = stack.client("s3"), stack.store.collages
    found = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    keys = [item["Key"] for item in found if "/failures/" in item["Key"]]
    calls = [s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys]
    return "\n".join([str(failed.value), *calls])


@pytest.mark.parametrize(
    ("layer", "function", "where", "module", "left", "options"),
    [
        (
            "CollageLayer",
            None,
            "StartCollage",
            "aws_lambda_powertools",
            "ImagingLayer, LettersLayer",
            {},
        ),
        ("ImagingLayer", "MakeMasksFunction", "MakeMasks", "pyvips", "CollageLayer", {}),
        (
            "PaintingLayer",
            "RenderTileFunction",
            "RenderTile",
            "cv2",
            "CollageLayer, ImagingLayer, ProviderLayer",
            {},
        ),
        (
            "ProviderLayer",
            "ListStylesFunction",
            "ListStyles",
            "httpx2",
            "CollageLayer",
            {"styles": None, "theme": "of the sea"},
        ),
    ],
)
def test_a_layer_that_is_taken_away_is_missed(
    tmp_path: Path,
    layer: str,
    function: str | None,
    where: str,
    module: str,
    left: str,
    options: dict[str, Any],
) -> None:
    text = (ROOT / "template.yaml").read_text()
    with stack_of(without(text, layer, function), tmp_path) as stack:
        said = why(stack, **options)

    pattern = rf"No module named '{module}'.* \(collage-{where}Function-\w+; its layers: {left}\)"
    assert re.search(pattern, said), said


PROBE = """
import importlib

def handler(event, context):
    found = {}
    for name in event:
        try:
            found[name] = importlib.import_module(name).__name__
        except ModuleNotFoundError as error:
            found[name] = str(error)
    return found
"""
PROBED = """
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Timeout: 600 } }
Resources:
  Words:
    Type: AWS::Serverless::LayerVersion
    Properties: { ContentUri: words }
  Bare:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: code, Handler: app.handler, Runtime: python3.13 }
  Layered:
    Type: AWS::Serverless::Function
    Properties:
      { CodeUri: code, Handler: app.handler, Runtime: python3.13, Layers: [!Ref Words] }
Outputs: { Bare: { Value: !Ref Bare }, Layered: { Value: !Ref Layered } }
"""


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., dict[str, str]]]:
    """Asks a function which modules it can import."""
    folder = tmp_path_factory.mktemp("probe")
    (folder / "code").mkdir()
    (folder / "code" / "app.py").write_text(PROBE)
    (folder / "words" / "python").mkdir(parents=True)
    (folder / "words" / "python" / "words.py").write_text("")
    (folder / "words" / "requirements.txt").write_text(
        "# Locked.\nPyYAML==6.0 \\\n    --hash=sha256:00\nnot-installed-anywhere==1\n"
    )
    (folder / "template.yaml").write_text(PROBED)
    with Cloud(folder / "template.yaml") as cloud:

        def ask(function: str, *names: str) -> dict[str, str]:
            answer = cloud.client("lambda").invoke(
                FunctionName=cloud.outputs[function], Payload=json.dumps(names)
            )
            found: dict[str, str] = json.load(answer["Payload"])
            return found

        yield ask


def test_the_runtime_brings_the_sdk_and_what_that_needs(
    probe: Callable[..., dict[str, str]],
) -> None:
    names = (
        "boto3",
        "botocore",
        "s3transfer",
        "urllib3",
        "dateutil",
        "six",
        "awslambdaric",
        "json",
    )
    assert probe("Bare", *names) == {name: name for name in names}


def test_nothing_else_is_found(probe: Callable[..., dict[str, str]]) -> None:
    names = (
        "PIL",
        "numpy",
        "pydantic",
        "moto",
        "local",
        "cli",
        "collage",
        "yaml",
        "words",
        "pytest",
    )
    assert probe("Bare", *names) == {name: f"No module named '{name}'" for name in names}


def test_a_layer_brings_its_own_modules_and_what_it_requires(
    probe: Callable[..., dict[str, str]],
) -> None:
    assert probe("Layered", "words", "yaml") == {"words": "words", "yaml": "yaml"}
    assert probe("Layered", "PIL") == {"PIL": "No module named 'PIL'"}


def test_what_a_layer_requires_and_is_not_here_is_named(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("not-installed-anywhere==1\nsix==1\n")

    found = layers.unpacked(tmp_path, tmp_path / "links")

    assert found.folders == (tmp_path, tmp_path / "links")
    assert found.missing == ("not-installed-anywhere",)
    assert (tmp_path / "links" / "six.py").is_file()


def test_what_a_laptop_may_have_beside_that_is_there_if_it_is_installed(tmp_path: Path) -> None:
    (tmp_path / "optional.txt").write_text("not-installed-anywhere\nsix\n")

    found = layers.unpacked(tmp_path, tmp_path / "links")

    assert found == layers.Contents((tmp_path, tmp_path / "links"))
    assert (tmp_path / "links" / "six.py").is_file()


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (
            {"errorType": "ModuleNotFoundError", "errorMessage": "No module named 'x'"},
            "No module named 'x' (work; its layers: A, B)",
        ),
        ({"errorType": "KeyError", "errorMessage": "'x'"}, "'x'"),
    ],
)
def test_a_failure_for_want_of_a_module_says_where(failure: dict[str, str], said: str) -> None:
    payload = layers.say_where(json.dumps(failure).encode(), "work", ["A", "B"])
    assert json.loads(payload)["errorMessage"] == said
    assert layers.say_where(b"no json", "work", []) == b"no json"
