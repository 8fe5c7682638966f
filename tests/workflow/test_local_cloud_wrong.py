"""What a laptop cloud cannot run is said in a sentence."""

import socket
from pathlib import Path
from typing import Any

import pytest

from combinatoric_collage.local import Cloud, CloudError
from combinatoric_collage.local.errors import (
    CodeMissingError,
    DefinitionError,
    ParameterError,
    PortError,
    StackError,
    TemplateError,
)
from tests.workflow.left_over import left_over
from tests.workflow.pack_in_use import FUNCTION, PACK


def test_a_template_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"nowhere\.yaml cannot be read: No such file"):
        Cloud(tmp_path / "nowhere.yaml").start()


def test_a_parameter_that_is_not_there() -> None:
    with pytest.raises(ParameterError, match="Colour is no parameter"):
        Cloud(PACK, {"Colour": "red"}).start()


def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortError, match=f"Port {port}"):
            Cloud(PACK, port=port).start()


MACHINE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: machine.json
      Role: arn:aws:iam::123456789012:role/one
"""

TABLES = """
Resources:
  Bucket: { Type: AWS::S3::Bucket }
  Table: { Type: AWS::DynamoDB::Table, Properties: { BillingMode: PAY_PER_REQUEST } }
"""


@pytest.mark.parametrize(
    ("template", "files", "error", "message"),
    [
        ("Resources: [", {}, TemplateError, "is not valid YAML"),
        (FUNCTION.replace("Runtime", "Speed"), {}, TemplateError, "not a valid SAM template"),
        (FUNCTION, {}, CodeMissingError, "code does not exist"),
        (FUNCTION, {"code/app.txt": ""}, CodeMissingError, "no app.py for the handler"),
        (MACHINE, {}, DefinitionError, "machine.json cannot be read"),
        (MACHINE, {"machine.json": '{"A": "${B}"}'}, DefinitionError, "no substitution for B"),
        (MACHINE, {"machine.json": '{"States": {}}'}, StackError, "Machine .* could not be made"),
        (TABLES, {}, StackError, r"Table \(AWS::DynamoDB::Table\) could not be made: "),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    tmp_path: Path,
    template: str,
    files: dict[str, str],
    error: type[CloudError],
    message: str,
    before: tuple[Any, ...],
) -> None:
    (tmp_path / "template.yaml").write_text(template)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    with pytest.raises(error, match=message):
        Cloud(tmp_path / "template.yaml").start()

    assert not any(left_over(before))
