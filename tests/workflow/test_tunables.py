"""What the C library of functions is told before they begin."""

import json
import sys
from pathlib import Path

import psutil
import pytest

from combinatoric_collage.local import Cloud
from combinatoric_collage.local.runtime import Preload

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.13
    Handler: app.handler
    CodeUri: app
    Environment: { Variables: { GLIBC_TUNABLES: glibc.malloc.arena_max=1 } }
Resources:
  One: { Type: AWS::Serverless::Function }
  Other: { Type: AWS::Serverless::Function }
Outputs:
  One: { Value: !Ref One }
"""
HANDLER = """
import os

def handler(event, context):
    return [os.getppid(), os.environ["GLIBC_TUNABLES"]]
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere none is forked")
def test_what_all_functions_have_is_in_force_in_the_process_that_they_are_forked_off(
    tmp_path: Path,
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "app.py").write_text(HANDLER)
    (tmp_path / "template.yaml").write_text(TEMPLATE)

    with Cloud(tmp_path / "template.yaml", preload=Preload(("tempfile",))) as cloud:
        answer = cloud.client("lambda").invoke(FunctionName=cloud.outputs["One"])
        parent, told = json.load(answer["Payload"])
        began_with = psutil.Process(parent).environ()["GLIBC_TUNABLES"]

    assert parent != psutil.Process().pid
    assert told == began_with == "glibc.malloc.arena_max=1"
