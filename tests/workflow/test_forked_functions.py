"""Functions whose processes are forked off one that has imported what all of them begin with."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from combinatoric_collage.local import Cloud
from combinatoric_collage.local.runtime import Preload
from tests.workflow.running import eventually

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
  More:
    Type: AWS::Serverless::LayerVersion
    Properties: { ContentUri: more }
  Most:
    Type: AWS::Serverless::LayerVersion
    Properties: { ContentUri: most }
  Usual:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: usual, Environment: { Variables: { OWN: usual } } }
  Richer:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: usual, Layers: [!Ref More], Environment: { Variables: { OWN: rich } } }
  Richest:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: usual, Layers: [!Ref More, !Ref Most] }
  RicherReader:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: usual, Layers: [!Ref More], Environment: { Variables: { NEXT: it } } }
  Keyed:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: usual, Layers: [!Ref More], Environment: { Variables: { KEY: mine } } }
  Keyless:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: usual, Layers: [!Ref More], Environment: { Variables: { KEY: "" } } }
  KeyedAlone:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: usual, Environment: { Variables: { KEY: mine } } }
  Ready:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: ready }
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
  Richer: { Value: !Ref Richer }
  Richest: { Value: !Ref Richest }
  RicherReader: { Value: !Ref RicherReader }
  Keyed: { Value: !Ref Keyed }
  Keyless: { Value: !Ref Keyless }
  KeyedAlone: { Value: !Ref KeyedAlone }
  Ready: { Value: !Ref Ready }
  Interpreter: { Value: !Ref Interpreter }
  Shadow: { Value: !Ref Shadow }
"""
LAYER = """
import os

COMMON = os.environ["COMMON"]
LOOKED_AT = os.environ.get("LOOKED_AT", "nothing")
"""
MORE = """
import os

CALLED = []
NEXT = os.environ.get("NEXT")

def call():
    CALLED.append(os.getpid())
"""
HANDLER = """
import os, random, re, sys, tempfile

import words

def is_read(service):
    import boto3

    opened = []
    sys.addaudithook(lambda event, given: event == "open" and opened.append(str(given[0])))
    boto3.client(service)
    return any(f"/{service}/" in path for path in opened)

def handler(event, context):
    if "service" in event:
        return {"parent": os.getppid(), "read": is_read(event["service"])}
    return {
        "parent": os.getppid(),
        "pid": os.getpid(),
        "session": os.getsid(0),
        "own": os.environ.get("OWN"),
        "type": os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"],
        "home": os.environ["HOME"],
        "name": os.environ["AWS_LAMBDA_FUNCTION_NAME"],
        "temporary": tempfile.gettempdir(),
        "random": random.random(),
        "path": sys.path[0],
        "folder": os.getcwd(),
        "hash": hash("a word"),
        "words": [words.COMMON, getattr(words, "LOOKED_AT", None)],
        "more": getattr(sys.modules.get("more"), "CALLED", None),
        "most": getattr(sys.modules.get("most"), "PARENT", None),
        "asking": getattr(sys.modules.get("asking"), "PARENT", None),
        "tunables": os.environ.get("GLIBC_TUNABLES"),
        "large_pages": large_pages() if "pages" in event else None,
    }

def large_pages():
    # Whether the kernel is asked for them, for what the C library allocates.
    parts = re.findall(r"\\[heap\\][^-]*VmFlags:(.*)", open("/proc/self/smaps").read())
    return any("hg" in flags.split() for flags in parts)
"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    folder = tmp_path_factory.mktemp("forked")
    for name, text in {
        "template.yaml": TEMPLATE,
        "layer/python/words.py": LAYER,
        "more/python/more.py": MORE,
        "more/python/asking.py": "import os\n\nPARENT = os.getppid()\n",
        "most/python/most.py": "import os\n\nPARENT = os.getppid()\n",
        "ready/app.py": HANDLER,
        "usual/app.py": HANDLER,
        "shadow/app.py": HANDLER,
        "shadow/words.py": "COMMON = 'its own'\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    with Cloud(
        folder / "template.yaml",
        preload=Preload(
            ("words", "tempfile", "not_there"),
            {"More": ("more:call", "more"), "Absent": ("more",), "Most": ("most",)},
            {("More", "KEY"): ("asking", "boto3/sqs")},
        ),
        provisioned=("Ready", "Ready"),
    ) as cloud:
        yield cloud


def asked(cloud: Cloud, function: str, **event: str) -> dict[str, Any]:
    answer = cloud.client("lambda").invoke(
        FunctionName=cloud.outputs[function], Payload=json.dumps(event)
    )
    return dict(json.load(answer["Payload"]))


def in_folder(name: str) -> set[int]:
    """The processes that work in the folder of a function's code."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if process.cwd().endswith(f"/{name}"):
                found.add(process.pid)
    return found


def has_large_pages() -> bool:
    """Whether a C library can ask for large pages by its tunable, and has to."""
    try:
        name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
        enabled = Path("/sys/kernel/mm/transparent_hugepage/enabled").read_text()
    except (AttributeError, ValueError, OSError):
        return False
    return (
        name == "glibc"
        and tuple(map(int, version.split("."))) >= (2, 35)
        and "[madvise]" in enabled
    )


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


@pytest.mark.skipif(
    not has_large_pages(), reason="glibc from 2.35 asks for them, where the kernel waits for that"
)
def test_a_forked_function_has_large_pages_and_no_variable_that_says_so(cloud: Cloud) -> None:
    told = asked(cloud, "Usual", pages="looked at")

    assert is_forked(told)
    assert told["large_pages"]
    assert told["tunables"] is None


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


def test_what_comes_of_a_layer_is_had_by_those_that_have_it_alone(cloud: Cloud) -> None:
    usual, richer = asked(cloud, "Usual"), asked(cloud, "Richer")
    around = {process.pid for process in psutil.Process().children(recursive=True)}

    assert is_forked(richer)
    assert usual["more"] is None
    # Called once, where it was imported: in the process that this one is forked off.
    assert richer["more"] == [richer["parent"]]
    assert richer["parent"] != usual["parent"]
    assert {richer["parent"], usual["parent"]} <= around
    assert (richer["own"], richer["words"]) == ("rich", usual["words"])


def test_what_comes_of_two_layers_is_had_beside_that_of_one(cloud: Cloud) -> None:
    richer, richest = asked(cloud, "Richer"), asked(cloud, "Richest")

    assert is_forked(richest)
    assert richest["parent"] != richer["parent"]
    assert richest["more"] == [richest["most"]] == [richer["parent"]]


def test_what_is_wanted_with_a_value_is_had_by_the_function_that_has_it(cloud: Cloud) -> None:
    keyed, keyless = asked(cloud, "Keyed"), asked(cloud, "Keyless")
    alone, richer = asked(cloud, "KeyedAlone"), asked(cloud, "Richer")

    assert is_forked(keyed)
    # Forked off one of its own, which was grown from that of its layer.
    assert keyed["asking"] == keyless["parent"] == richer["parent"] != keyed["parent"]
    assert keyed["more"] == keyless["more"] == [keyed["asking"]]
    assert (keyless["asking"], alone["asking"], richer["asking"]) == (None, None, None)
    assert alone["parent"] == asked(cloud, "Usual")["parent"]
    assert keyed["name"] == cloud.outputs["Keyed"]


def test_what_a_service_is_like_is_read_once_for_all_processes(cloud: Cloud) -> None:
    known = asked(cloud, "Keyed", service="sqs")

    assert is_forked(known)
    assert not known["read"]
    assert asked(cloud, "Keyed", service="sns")["read"]
    assert asked(cloud, "Keyless", service="sqs")["read"]


def test_one_that_would_import_something_else_of_its_layer_is_forked_off_that_of_all(
    cloud: Cloud,
) -> None:
    reader = asked(cloud, "RicherReader")

    assert reader["parent"] == asked(cloud, "Usual")["parent"]
    assert reader["more"] is None


def test_a_provisioned_function_is_there_before_it_is_asked(cloud: Cloud) -> None:
    there = eventually(lambda: len(found := in_folder("ready")) == 2 and found)
    told = asked(cloud, "Ready")

    assert told["pid"] in there
    assert told["type"] == "provisioned-concurrency"
    assert in_folder("ready") == there
    assert asked(cloud, "Usual")["type"] == "on-demand"
