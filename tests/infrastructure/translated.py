"""What SAM makes of the template: ``python -m tests.infrastructure.translated`` prints it."""

import copy
import json
from functools import cache
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from tests.infrastructure.shipped import definition, template

REGION = "us-east-1"


@cache
def translated() -> dict[str, Any]:
    """The CloudFormation template that SAM makes, code in a bucket, the workflow inside."""
    sam = copy.deepcopy(template())
    for name, resource in sam["Resources"].items():
        properties = resource["Properties"]
        for code in ("CodeUri", "ContentUri"):
            if code in properties:
                properties[code] = {"Bucket": "artifacts", "Key": name}
        if resource["Type"] == "AWS::Serverless::StateMachine":
            del properties["DefinitionUri"]
            properties["Definition"] = copy.deepcopy(definition(name))
    session = boto3.Session(region_name=REGION)
    values = {"AWS::Region": REGION, "AWS::Partition": "aws"}
    made = Translator({}, Parser(), boto_session=session).translate(sam, values)
    document = dict(json.loads(json.dumps(made, default=str)))
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::StepFunctions::StateMachine":
            # A thousand lines to be joined are too deep for cfn-lint; deployed, they are a file.
            separator, lines = resource["Properties"]["DefinitionString"]["Fn::Join"]
            parts = [separator.join(lines[i : i + 100]) for i in range(0, len(lines), 100)]
            resource["Properties"]["DefinitionString"] = {"Fn::Join": [separator, parts]}
    return document


if __name__ == "__main__":
    print(json.dumps(translated(), indent=1))  # noqa: T201
