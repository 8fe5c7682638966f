"""The rights to ask Bedrock, as CloudFormation makes them of a stack's parameters."""

import copy
import functools
import json

import boto3
import pytest
from moto import mock_aws

from collage.engines.bedrock.models import MODELS, REGIONS
from tests.infrastructure.roles import ACCOUNT, may
from tests.infrastructure.shipped import template
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


@pytest.mark.parametrize("model", MODELS)
def test_every_model_that_the_engine_asks_may_be_asked_wherever_a_call_is_taken_to(model):
    arn = f"arn:aws:bedrock:{{}}:{ACCOUNT}:inference-profile/{model}"
    asks = functools.partial(may, "RenderTileFunctionRole", "bedrock:InvokeModel")
    plain = "arn:aws:bedrock:{}::foundation-model/" + model.removeprefix("us.")

    if not MODELS[model].by_profile:
        assert asks(plain.format("us-west-2"), {})
        return
    # As roles.py has it, two Regions are asked; a call may be taken to all three.
    assert all(asks(arn.format(region), {}) for region in ("us-west-2", "us-east-2"))
    context = {"bedrock:InferenceProfileArn": arn.format("us-west-2")}
    assert all(asks(plain.format(region), context) for region in REGIONS)


def test_what_makes_pictures_from_text_is_what_the_stack_lets_choose():
    able = [name for name, known in MODELS.items() if "generate" in known.operations]
    chosen = template()["Parameters"]["BedrockImageModel"]

    assert sorted(chosen["AllowedValues"]) == sorted(able)
