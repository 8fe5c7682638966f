"""Functions whose processes are forked off one that has imported what all of them begin with."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from combinatoric_collage.local import Cloud

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere none is forked")

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.13
    Handler: app.handler
    Timeout: 600
    Layers: [!Ref Shared]
    Environment: { Variables: { COMMON: everywhere } }
Resources:
  Shared:
    Type: AWS::Serverless::LayerVersion
    Properties: { ContentUri: layer }
  Usual:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: usual, Environment: { Variables: { OWN: usual } } }
  Reader:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: usual, Environment: { Variables: { LOOKED_AT: late } } }
  Allocator:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: usual, Environment: { Variables: { MALLOC_ARENA_MAX: "1" } } }
  Interpreter:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: usual, Environment: { Variables: { PYTHONHASHSEED: "7" } } }
  Shadow:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: shadow }
Outputs:
  Usual: { Value: !Ref Usual }
  Reader: { Value: !Ref Reader }
  Allocator: { Value: !Ref Allocator }
  Interpreter: { Value: !Ref Interpreter }
  Shadow: { Value: !Ref Shadow }
"""
LAYER = """
import os

COMMON = os.environ["COMMON"]
LOOKED_AT = os.environ.get("LOOKED_AT", "nothing")
"""
HANDLER = """
import os, random, sys, tempfile

import words

def handler(event, context):
    return {
        "parent": os.getppid(),
        "pid": os.getpid(),
        "session": os.getsid(0),
        "own": os.environ.get("OWN"),
        "home": os.environ["HOME"],
        "name": os.environ["AWS_LAMBDA_FUNCTION_NAME"],
        "temporary": tempfile.gettempdir(),
        "random": random.random(),
        "path": sys.path[0],
        "folder": os.getcwd(),
        "hash": hash("a word"),
        "words": [words.COMMON, getattr(words, "LOOKED_AT", None)],
    }
"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    folder = tmp_path_factory.mktemp("forked")
    for name, text in {
        "template.yaml": TEMPLATE,
        "layer/python/words.py": LAYER,
        "usual/app.py": HANDLER,
        "shadow/app.py": HANDLER,
        "shadow/words.py": "COMMON = 'its own'\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    with Cloud(folder / "template.yaml", preload=("words", "tempfile", "not_there")) as cloud:
        yield cloud


def asked(cloud: Cloud, function: str) -> dict[str, Any]:
    answer = cloud.client("lambda").invoke(FunctionName=cloud.outputs[function], Payload=b"{}")
    return dict(json.load(answer["Payload"]))


def is_forked(told: dict[str, Any]) -> bool:
    return bool(told["parent"] != psutil.Process().pid)


def test_a_function_is_forked_and_has_all_that_is_its_own(cloud: Cloud) -> None:
    told = asked(cloud, "Usual")
    other = asked(cloud, "Allocator")

    assert is_forked(told)
    assert is_forked(other)
    assert told["parent"] == other["parent"]
    assert (told["own"], other["own"]) == ("usual", None)
    assert told["words"] == ["everywhere", "nothing"]
    assert told["session"] == told["pid"] != other["pid"]
    assert told["path"] == told["folder"]
    assert told["name"] == cloud.outputs["Usual"]
    for process in (told, other):
        assert process["home"] == process["temporary"]
    assert told["home"] != other["home"]
    assert told["random"] != other["random"]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        ("Reader", ["everywhere", "late"]),
        ("Shadow", ["its own", None]),
        ("Interpreter", ["everywhere", "nothing"]),
    ],
)
def test_a_function_that_would_import_something_else_is_not(
    cloud: Cloud, function: str, words: list[str]
) -> None:
    told = asked(cloud, function)

    assert not is_forked(told)
    assert told["words"] == words
