"""The rights to ask Bedrock, as CloudFormation makes them of a stack's parameters."""

import copy
import json

import boto3
import pytest
from moto import mock_aws

from tests.infrastructure.translated import REGION, translated


def test_nothing_of_bedrock_is_allowed_where_it_is_off():
    with_rights = {
        name: resource["Condition"]
        for name, resource in translated()["Resources"].items()
        if "bedrock:" in json.dumps(resource)
    }

    assert with_rights == {
        "AskBedrockPolicy": "HasBedrock",
        "ListStylesByBedrockPolicy": "HasBedrockText",
    }


@mock_aws
@pytest.mark.parametrize(
    ("regions", "asked"),
    [
        ("us-east-2", {"us-east-2"}),
        ("us-west-2,us-east-1", {"us-west-2", "us-east-1"}),
        ("us-west-2,us-east-1,us-east-2", {"us-west-2", "us-east-1", "us-east-2"}),
    ],
)
def test_bedrock_is_asked_in_the_regions_of_the_list_and_works_in_all_three(regions, asked):
    pictures, styles = made_policies(
        BedrockRegion=regions, BedrockTextModel="us.amazon.nova-2-lite-v1:0"
    )

    plain, profiles, models = (statement["Resource"] for statement in pictures)
    assert {arn.split(":")[3] for arn in plain} == {"us-west-2"}
    everywhere = {"us-east-1", "us-east-2", "us-west-2"}
    prefix, suffix = "arn:aws:bedrock", "123456789012:inference-profile/us.stability.*"
    assert set(profiles) == {f"{prefix}:{region}:{suffix}" for region in asked}
    assert set(models) == {
        f"{prefix}:{region}::foundation-model/stability.*" for region in everywhere
    }
    profile, models = (statement["Resource"] for statement in styles)
    name = "amazon.nova-2-lite-v1:0"
    first = regions.split(",")[0]
    assert profile == f"{prefix}:{first}:123456789012:inference-profile/us.{name}"
    assert set(models) == {f"{prefix}:{region}::foundation-model/{name}" for region in everywhere}


def made_policies(**parameters):
    """The statements of both of Bedrock's policies in a stack with these parameters."""
    names = ("AskBedrockPolicy", "ListStylesByBedrockPolicy")
    policies = {name: copy.deepcopy(translated()["Resources"][name]) for name in names}
    for policy in policies.values():
        del policy["Condition"]
        policy["Properties"]["Roles"] = ["asker"]
    iam = boto3.client("iam", REGION)
    iam.create_role(RoleName="asker", AssumeRolePolicyDocument="{}")
    boto3.client("cloudformation", REGION).create_stack(
        StackName="bedrock",
        TemplateBody=json.dumps(
            {
                "Parameters": {name: {"Type": "String"} for name in parameters},
                "Resources": policies,
            }
        ),
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
    )
    return [
        iam.get_role_policy(
            RoleName="asker", PolicyName=translated()["Resources"][name]["Properties"]["PolicyName"]
        )["PolicyDocument"]["Statement"]
        for name in names
    ]
