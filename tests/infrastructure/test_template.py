"""The template as it is shipped, and what AWS makes of it."""

import copy
import json
import re
import tomllib

import boto3
import pytest
import yaml
from cfnlint.api import ManualArgs, lint
from moto import mock_aws

from combinatoric_collage.local.parameters import check
from tests.infrastructure.shipped import (
    DEFINITIONS,
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
from tests.infrastructure.translated import REGION, translated

LOGS_AND_TRACES = {"AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess"}
CONTAINERS = {"AmazonEC2ContainerServiceforEC2Role", "AmazonECSTaskExecutionRolePolicy"}
"""What ECS's agent on an instance needs, and ECS to pull an image and deliver logs."""
# Step Functions needs these to deliver a workflow's logs, and IAM knows no resource for them.
LOG_DELIVERY = {
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
}


DELETES = {
    "AssembleCollageFunctionRole": {"s3:DeleteObject"},
    "DeleteCollageFunctionRole": {"s3:DeleteObject"},
    "ShareCollageFunctionRole": {"s3:DeleteObject"},
}
"""What a function may delete; where, its reasons and what is forbidden say."""


@pytest.fixture(scope="module", name="translated")
def translated_template():
    return translated()


def roles(translated):
    return {
        name: resource["Properties"]
        for name, resource in translated["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
    }


def statements(role):
    """The statements of a role's own policies, actions and resources as lists."""
    for policy in role.get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            actions, on = statement["Action"], statement["Resource"]
            yield (
                statement["Effect"],
                actions if isinstance(actions, list) else [actions],
                on if isinstance(on, list) else [on],
            )


def _listed(value):
    return value if isinstance(value, list) else [value]


MACHINES_ROLES = {f"{name}Role" for name in DEFINITIONS}


def complaints(document):
    found = lint(json.dumps(document, indent=1), config=ManualArgs(regions=[REGION]))
    return [f"{match.rule.id} {match.message} {match.path}" for match in found]


def test_cloudformation_has_nothing_to_complain_of(translated):
    assert complaints(translated) == []


def test_the_state_machines_have_the_form_of_the_states_language(translated):
    document = copy.deepcopy(translated)
    for name in DEFINITIONS:
        properties = document["Resources"][name]["Properties"]
        # cfn-lint looks into a definition that is an object, and does not substitute.
        text = json.dumps(definition(name)).replace("${Partition}", "aws")
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
            if name in MACHINES_ROLES and set(actions) == LOG_DELIVERY:
                continue
            assert "*" not in on, name
            assert not [r for r in on if isinstance(r, dict) and r.get("Fn::Sub") == "*"], name


def test_managed_policies_are_for_logs_traces_and_containers_only(translated):
    managed = {
        (arn["Fn::Sub"] if isinstance(arn, dict) else arn).rsplit("/", 1)[1]
        for role in roles(translated).values()
        for arn in role.get("ManagedPolicyArns", [])
    }

    assert managed <= LOGS_AND_TRACES | CONTAINERS


def test_nothing_that_a_function_may_do_deletes_but_what_is_shared(translated):
    for name, role in roles(translated).items():
        for _, actions, _ in statements(role):
            taken = set(actions) - LOG_DELIVERY - DELETES.get(name, set())
            assert not [action for action in taken if "Delete" in action], name


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_state_machine_may_invoke_the_functions_that_it_invokes_and_no_others(name):
    properties = resources("AWS::Serverless::StateMachine")[name]
    made = properties["DefinitionSubstitutions"]
    invoked = {
        made[state.function]["Fn::GetAtt"][0]
        for state in tasks(name)
        if state.body["Resource"].endswith(LAMBDA)
    }
    allowed = {
        on["Fn::GetAtt"][0]
        for policy in properties["Policies"]
        for statement in policy["Statement"]
        if statement["Action"] == "lambda:InvokeFunction"
        for on in _listed(statement["Resource"])
    }

    assert invoked == allowed


AT_CREATION = {
    "events:PutRule",
    "events:PutTargets",
    "events:DescribeRule",
    "states:StartExecution",
    "states:DescribeExecution",
    "states:StopExecution",
    *LOG_DELIVERY,
}
"""What Step Functions looks for in the role of such a workflow while it makes it, and what its
distributed Map cannot do without."""


def test_the_role_has_from_the_start_what_the_workflow_is_refused_without(translated):
    """A policy of its own, which has a condition or comes later, would be too late."""
    role = roles(translated)["CollageStateMachineRole"]
    kinds = {state.body["Resource"].rpartition(":::")[2] for state in tasks()}
    inline = [one for one in statements(role) if one[0] == "Allow"]

    assert "ecs:runTask.sync" in kinds
    assert {action for _, actions, _ in inline for action in actions} >= AT_CREATION
    (rule,) = (on for _, actions, on in inline if "events:PutRule" in actions)
    assert [on["Fn::Sub"].rpartition(":")[2] for on in rule] == [
        "rule/StepFunctionsGetEventsForECSTaskRule"
    ]
    managed = [
        arn["Fn::Sub"] if isinstance(arn, dict) else arn for arn in role["ManagedPolicyArns"]
    ]
    assert any(arn.endswith("/AWSXrayWriteOnlyAccess") for arn in managed)


def test_the_workflow_may_tag_the_tasks_that_it_runs(translated):
    """ECS asks for it when tags are passed on to a task, and every stack here has tags."""
    (run,) = (s.body for s in tasks() if s.body["Resource"].endswith("ecs:runTask.sync"))
    policy = translated["Resources"]["RunTasksPolicy"]["Properties"]["PolicyDocument"]
    (tag,) = (s for s in policy["Statement"] if s["Action"] == "ecs:TagResource")

    assert run["Parameters"]["PropagateTags"] == "TASK_DEFINITION"
    assert tag["Resource"]["Fn::Sub"].endswith(":task/${GpuCluster}/*")
    assert tag["Condition"] == {"StringEquals": {"ecs:CreateAction": "RunTask"}}


def test_a_container_is_told_its_region():
    """Unlike on Fargate, nobody else does on an instance, and S3 would be asked elsewhere."""
    (task,) = resources("AWS::ECS::TaskDefinition").values()

    assert task["RequiresCompatibilities"] == ["EC2"]
    for container in task["ContainerDefinitions"]:
        assert {"Name": "AWS_DEFAULT_REGION", "Value": {"Ref": "AWS::Region"}} in container[
            "Environment"
        ]


def test_a_run_under_way_can_start_tasks_of_the_revision_it_began_with(translated):
    task = translated["Resources"]["DiffusionTask"]
    policy = translated["Resources"]["RunTasksPolicy"]["Properties"]["PolicyDocument"]
    (run,) = (s for s in policy["Statement"] if s["Action"] == "ecs:RunTask")
    family = task["Properties"]["Family"]["Fn::Sub"]

    assert task["UpdateReplacePolicy"] == "Retain"
    assert run["Resource"]["Fn::Sub"].endswith(f":task-definition/{family}:*")


@pytest.mark.parametrize("name", ["ModelsLocation", "GpuImage", "GpuVpc", "GpuSubnets"])
def test_a_gpu_is_refused_without_what_it_needs(name):
    wanted = [rule["Assert"] for rule in template()["Rules"]["Gpu"]["Assertions"]]

    assert {"Fn::Not": [{"Fn::Equals": [{"Ref": name}, ""]}]} in wanted


def test_every_parameter_is_used_and_described():
    text = TEMPLATE.read_text()

    for name, parameter in template()["Parameters"].items():
        assert re.search(rf"!Ref {name}\b|\$\{{{name}\}}", text), name
        assert parameter["Description"], name
        assert "Default" in parameter, name


def test_every_parameter_stands_in_one_group_and_refuses_nonsense_in_words():
    groups = template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    listed = [name for group in groups for name in group["Parameters"]]

    assert sorted(listed) == sorted(template()["Parameters"])
    assert all(group["Label"]["default"] for group in groups)
    for name, parameter in template()["Parameters"].items():
        if "AllowedValues" in parameter:
            assert parameter["Default"] in parameter["AllowedValues"], name
        else:
            assert re.fullmatch(parameter["AllowedPattern"], parameter["Default"]), name
            assert parameter["ConstraintDescription"], name


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("OpenAiSecret", ["prod/openai", "a+b=c@d.e"], ["two words", "a;b"]),
        ("OpenAiBaseUrl", ["https://api.example/v1", "http://127.0.0.1:8080"], ["api.example"]),
        ("OpenAiOrganization", ["org-abc123"], ["org abc"]),
        ("OpenAiModel", ["gpt-image-2.5-flare", "owner/model:tag"], ["", "-x", "a b"]),
        ("AlarmEmail", ["ops@example.org"], ["ops", "ops@example", "a@b@c.d", "a b@c.d"]),
        ("AccessLogsBucket", ["my-logs.example"], ["My-Logs", "ab", "a_b"]),
    ],
)
def test_a_pattern_takes_what_is_meant_and_nothing_else(name, good, bad):
    pattern = template()["Parameters"][name]["AllowedPattern"]

    assert all(re.fullmatch(pattern, value) for value in good)
    assert not [value for value in bad if re.fullmatch(pattern, value)]


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_the_settings_of_a_stage_are_ones_that_the_template_takes(stage):
    settings = tomllib.loads((ROOT / "samconfig.toml").read_text())[stage]["deploy"]["parameters"]
    given = dict(pair.split("=", 1) for pair in settings["parameter_overrides"].split())

    check(template()["Parameters"], given)
    assert settings["stack_name"]
    assert settings["confirm_changeset"] is True


def test_every_output_is_described():
    assert all(output["Description"] for output in template()["Outputs"].values())


def test_there_are_no_anchors():
    tokens = list(yaml.scan(TEMPLATE.read_text()))

    assert not [t for t in tokens if isinstance(t, yaml.AnchorToken | yaml.AliasToken)]


def test_a_variable_of_a_function_is_text_as_lambda_takes_it():
    shared = template()["Globals"]["Function"]["Environment"]["Variables"]
    for name, function in functions().items():
        for variable, value in {**shared, **function.get("Environment", {})["Variables"]}.items():
            assert isinstance(value, str | dict), f"{name}: {variable}"


def test_conditions_and_rules_compare_parameters_and_compute_nothing():
    def used(node):
        if isinstance(node, dict):
            return set(node).union(*map(used, node.values()))
        return set().union(*map(used, node)) if isinstance(node, list) else set()

    simple = {"Ref", "Condition", "Fn::Equals", "Fn::Not", "Fn::And", "Fn::Or"}

    for name, condition in template()["Conditions"].items():
        assert used(condition) <= simple, name
    for name, rule in template()["Rules"].items():
        asserted = [one["Assert"] for one in rule["Assertions"]]
        assert used([rule["RuleCondition"], *asserted]) <= simple - {"Condition"}, name


@mock_aws
@pytest.mark.parametrize(
    ("place", "objects", "bucket"),
    [
        ("s3://weights/", "weights/*", "weights"),
        ("s3://my.weights/of/2026/", "my.weights/of/2026/*", "my.weights"),
        ("s3://weights/open", "weights/open*", "weights"),
        ("/srv/weights", "-/*", "-"),
        ("", "-/*", "-"),
    ],
)
def test_weights_are_read_where_they_lie_and_nowhere_else(place, objects, bucket, translated):
    policy = copy.deepcopy(translated["Resources"]["ReadModelsPolicy"])
    del policy["Condition"]
    policy["Properties"]["Roles"] = ["reader"]
    document = {
        "Parameters": {"ModelsLocation": {"Type": "String"}},
        "Resources": {"ReadModelsPolicy": policy},
    }
    iam = boto3.client("iam", REGION)
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument="{}")
    boto3.client("cloudformation", REGION).create_stack(
        StackName="models",
        TemplateBody=json.dumps(document),
        Parameters=[{"ParameterKey": "ModelsLocation", "ParameterValue": place}],
    )

    made = iam.get_role_policy(RoleName="reader", PolicyName="read-models")["PolicyDocument"]

    assert [statement["Resource"] for statement in made["Statement"]] == [
        f"arn:aws:s3:::{objects}",
        f"arn:aws:s3:::{bucket}",
    ]
