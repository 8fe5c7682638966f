"""The template as it is shipped, and what AWS makes of it."""

import copy
import json
import re

import boto3
import pytest
import yaml
from cfnlint.api import ManualArgs, lint
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from tests.infrastructure.shipped import (
    LAMBDA,
    ROOT,
    TEMPLATE,
    definition,
    folder,
    functions,
    resources,
    tasks,
    template,
)

REGION = "us-east-1"
LOGS_AND_TRACES = {"AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess"}


@pytest.fixture(scope="module")
def translated():
    """The CloudFormation template that SAM makes, code in a bucket, the workflow inside."""
    sam = copy.deepcopy(template())
    for name, resource in sam["Resources"].items():
        properties = resource["Properties"]
        for code in ("CodeUri", "ContentUri"):
            if code in properties:
                properties[code] = {"Bucket": "artifacts", "Key": name}
        if resource["Type"] == "AWS::Serverless::StateMachine":
            del properties["DefinitionUri"]
            properties["Definition"] = copy.deepcopy(definition())
    session = boto3.Session(region_name=REGION)
    values = {"AWS::Region": REGION, "AWS::Partition": "aws"}
    made = Translator({}, Parser(), boto_session=session).translate(sam, values)
    return json.loads(json.dumps(made, default=str))


def roles(translated):
    return {
        name: resource["Properties"]
        for name, resource in translated["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
    }


def statements(role):
    """The statements of a role's own policies, actions and resources as lists."""
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            actions, on = statement["Action"], statement["Resource"]
            yield (
                statement["Effect"],
                actions if isinstance(actions, list) else [actions],
                on if isinstance(on, list) else [on],
            )


def complaints(document):
    found = lint(json.dumps(document, indent=1), config=ManualArgs(regions=[REGION]))
    return [f"{match.rule.id} {match.message} {match.path}" for match in found]


def test_cloudformation_has_nothing_to_complain_of(translated):
    assert complaints(translated) == []


def test_the_workflow_has_the_form_of_the_states_language(translated):
    document = copy.deepcopy(translated)
    (properties,) = (
        resource["Properties"]
        for resource in document["Resources"].values()
        if resource["Type"] == "AWS::StepFunctions::StateMachine"
    )
    # cfn-lint looks into a definition that is an object, and does not substitute.
    text = json.dumps(definition()).replace("${Partition}", "aws")
    properties["Definition"] = json.loads(text)
    del properties["DefinitionString"]
    # The language has an OutputPath in Succeed; cfn-lint's schema of it lacks that.
    for state in properties["Definition"]["States"].values():
        if state["Type"] == "Succeed":
            state.pop("OutputPath", None)

    assert complaints(document) == []


@pytest.mark.parametrize("name", functions())
def test_a_function_has_code_with_a_handler_and_a_sample_event(name):
    code = (folder(name) / "app.py").read_text()

    assert functions()[name]["Handler"] == "app.handler"
    assert re.search(r"^def handler\(event.*, context", code, re.MULTILINE)
    assert list((ROOT / "events").glob(f"{folder(name).name}*.json"))


def test_every_folder_of_code_is_deployed_once():
    deployed = sorted(folder(name).name for name in functions())

    assert deployed == sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))


@pytest.mark.parametrize("name", functions())
def test_a_function_is_named_after_its_folder(name):
    words = folder(name).name.split("_")

    assert name == "".join(word.capitalize() for word in words) + "Function"


@pytest.mark.parametrize("name", functions())
def test_a_function_has_a_role_of_its_own_with_policies_of_its_own(name, translated):
    role = translated["Resources"][name]["Properties"]["Role"]
    users = [
        user
        for user, resource in translated["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function" and resource["Properties"]["Role"] == role
    ]

    assert users == [name]
    assert list(statements(roles(translated)[role["Fn::GetAtt"][0]]))


def test_no_role_may_do_anything_or_touch_everything(translated):
    for name, role in roles(translated).items():
        for effect, actions, on in statements(role):
            assert effect == "Allow", name
            assert not [action for action in actions if "*" in action], name
            assert "*" not in on, name
            assert not [r for r in on if isinstance(r, dict) and r.get("Fn::Sub") == "*"], name


def test_managed_policies_are_for_logs_and_traces_only(translated):
    managed = {
        arn.rsplit("/", 1)[1]
        for role in roles(translated).values()
        for arn in role["ManagedPolicyArns"]
    }

    assert managed <= LOGS_AND_TRACES


def test_nothing_that_a_function_may_do_deletes(translated):
    for name, role in roles(translated).items():
        for _, actions, _ in statements(role):
            assert not [action for action in actions if "Delete" in action], name


def test_the_workflow_may_invoke_the_functions_that_it_invokes_and_no_others():
    (properties,) = resources("AWS::Serverless::StateMachine").values()
    made = properties["DefinitionSubstitutions"]
    invoked = {
        made[state.function]["Fn::GetAtt"][0]
        for state in tasks()
        if state.body["Resource"].endswith(LAMBDA)
    }
    allowed = {
        on["Fn::GetAtt"][0]
        for policy in properties["Policies"]
        for statement in policy["Statement"]
        if statement["Action"] == "lambda:InvokeFunction"
        for on in statement["Resource"]
    }

    assert invoked == allowed


def test_every_parameter_is_used_and_described():
    text = TEMPLATE.read_text()

    for name, parameter in template()["Parameters"].items():
        assert re.search(rf"!Ref {name}\b|\$\{{{name}\}}", text), name
        assert parameter["Description"], name
        assert "Default" in parameter, name


def test_every_bucket_is_private_and_encrypted_and_outlives_the_stack():
    buckets = [r for r in template()["Resources"].values() if r["Type"] == "AWS::S3::Bucket"]

    assert buckets
    for bucket in buckets:
        assert bucket["DeletionPolicy"] == "Retain"
        assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["Properties"]["BucketEncryption"]


def test_there_are_no_anchors():
    tokens = list(yaml.scan(TEMPLATE.read_text()))

    assert not [t for t in tokens if isinstance(t, yaml.AnchorToken | yaml.AliasToken)]
