"""Every function with its own layers and what the runtime brings, and nothing else."""

import json
import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest

from benchmarks import layers
from collage.request.accepted import Accepted
from collage.request.parse import parse
from tests.infrastructure.shipped import ROOT, functions

RUNTIME = {"boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3"}
"""What Lambda's runtime for Python brings."""

ALONE = """
import json, sys
told = json.loads(sys.argv[1])
own = {*told["may"], *sys.stdlib_module_names}

class OnlyThese:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in own and not top.startswith("_sysconfigdata_"):
            raise ModuleNotFoundError(f"No module named {top!r}", name=top)

sys.path[:0] = told["path"]
sys.meta_path.insert(0, OnlyThese())
import app
"""

READ = """
from collage.request.accepted import Accepted
print(Accepted.model_validate(told["accepted"]).request.background)
"""

WRITE = """
from collage.sheet import lettering, typesetting
print(repr(typesetting.missing(["Größe, 浮世絵, العربية"])), lettering.length("浮世絵", 20))
"""

LIST = """
import openai
from collage import errors
from collage.engines.openai import style_list
nobody = openai.OpenAI(api_key="none", base_url="http://127.0.0.1:9/v1", max_retries=0)
try:
    style_list.ask(nobody, "a-model", 4, "the sea", ())
except errors.ProviderUnreachable as error:
    print(error.name)
"""


def canonical(distribution: str) -> str:
    return re.sub("[-_.]+", "-", distribution).lower()


def importable(given: list[str]) -> list[str]:
    """The top-level modules of the layers given, and of the runtime."""
    locks = [ROOT / "layers" / name.removesuffix("Layer").lower() for name in given]
    pinned = {
        canonical(name)
        for lock in locks
        for name in re.findall(r"^([\w.-]+)==", (lock / "requirements.txt").read_text(), re.M)
    }
    return ["collage"] + [
        module
        for module, distributions in packages_distributions().items()
        if (pinned | RUNTIME) & {canonical(name) for name in distributions}
    ]


def said(name: str, script: str, initialization: str = "on-demand") -> str:
    """What a script prints in the place of a function's process, once its app.py is imported."""
    code, given = layers.functions(layers.template())[name]
    asked = Accepted(id="a" * 20, source=None, request=parse({"background": "rebeccapurple"}))
    told = {
        "path": [str(code), str(ROOT / "layers" / "collage")],
        "may": importable(given) + [path.stem for path in code.iterdir()],
        "accepted": asked.model_dump(mode="json"),
    }
    done = subprocess.run(
        [sys.executable, "-c", ALONE + script, json.dumps(told)],
        env={
            **os.environ,
            "UPLOADS_BUCKET": "u",
            "COLLAGES_BUCKET": "c",
            "AWS_LAMBDA_INITIALIZATION_TYPE": initialization,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout


WRITERS = {
    "StartCollageFunction",
    "PlanTilesFunction",
    "AssembleCollageFunction",
    "ExportCollageFunction",
    "ApiFunction",
}
"""The functions that check or write texts, and so have letters for them."""


@pytest.mark.parametrize("name", functions())
def test_a_function_starts_reads_a_request_back_and_writes_with_its_layers_alone(name):
    read, *written = said(name, READ + (WRITE if name in WRITERS else "")).splitlines()

    assert read == "rebeccapurple"
    assert len(written) == (name in WRITERS)
    assert all(re.fullmatch(r"'' (5\d|60)", line) for line in written)


def test_styles_are_asked_for_without_what_handles_pictures():
    assert said("ListStylesFunction", LIST) == "ProviderUnreachable\n"


BROUGHT = """
from collage.request.request import Request
heavy = {"boto3", "numpy", "pyvips", "collage.painting"} & sys.modules.keys()
print(*sorted(heavy), Request.__pydantic_complete__)
"""


THREADS = """
import os
import numpy
print(len(os.listdir("/proc/self/task")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="says how many threads there are otherwise")
def test_numpy_is_imported_without_a_thread_for_each_processor(monkeypatch):
    variables = layers.template()["Globals"]["Function"]["Environment"]["Variables"]
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", variables["OPENBLAS_NUM_THREADS"])

    assert said("MakeMasksFunction", THREADS) == "1\n"


UNASKED = {
    "boto3",
    "collage.announcements",
    "collage.engines.bedrock.engine",
    "collage.engines.openai.engine",
    "collage.export.site",
    "collage.messages.webhook",
    "collage.painting",
    "collage.provenance",
    "collage.sheet.measures",
    "collage.steps.assemble_collage",
    "collage.steps.exports",
    "collage.steps.freeze_collage",
    "collage.steps.join",
    "description",
    "html",
    "http.client",
    "numpy",
    "openai",
    "PIL",
    "pyvips",
    "statistics",
}
"""What no route of the API needs until it is asked for, if ever."""

LOADED = """
print(*sorted(sys.modules))
"""


def test_the_api_starts_without_what_its_routes_may_never_need():
    assert not UNASKED.intersection(said("ApiFunction", LOADED).split())


@pytest.mark.parametrize(
    ("name", "ahead"),
    [
        ("StartCollageFunction", "boto3 pyvips"),
        ("ListStylesFunction", "boto3"),
        ("MakeMasksFunction", "boto3 numpy pyvips"),
        ("PlanTilesFunction", "boto3"),
        ("RenderTileFunction", "boto3 collage.painting numpy pyvips"),
        ("AssembleCollageFunction", "boto3 numpy pyvips"),
    ],
)
def test_a_function_brings_what_is_heavy_at_its_initialization_where_nobody_waits(name, ahead):
    assert said(name, BROUGHT) == "False\n"
    assert said(name, BROUGHT, "provisioned-concurrency") == f"{ahead} True\n"
