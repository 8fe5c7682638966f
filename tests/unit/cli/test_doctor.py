"""The checks of a stack and of an account: faults put in, and the sentences that mend them."""

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from pytest_socket import enable_socket
from typer.testing import CliRunner

from collage.errors import InvalidRequest
from collage.store.store import Store
from combinatoric_collage.cli import checks
from combinatoric_collage.cli.application import app
from combinatoric_collage.cli.checks.subject import Subject
from combinatoric_collage.cli.commands import doctor
from combinatoric_collage.cli.stacks.deployed import deployed

KEY = "sk-nobody-may-see"
TRUST = {"Version": "2012-10-17", "Statement": []}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
OUTPUTS = ("StateMachine", "StartFunction", "AssembleFunction")
TEMPLATE = {
    "Resources": {
        "Uploads": {"Type": "AWS::S3::Bucket"},
        "Collages": {"Type": "AWS::S3::Bucket"},
        "CollageStateMachineRole": ROLE,
        "RenderTileFunctionRole": ROLE,
        "ListStylesFunctionRole": ROLE,
    },
    "Outputs": {
        "UploadsBucket": {"Value": {"Ref": "Uploads"}},
        "CollagesBucket": {"Value": {"Ref": "Collages"}},
        **{name: {"Value": name} for name in OUTPUTS},
    },
}


@pytest.fixture
def aws_says(aws, monkeypatch):
    """What AWS answers of what moto has not, by operation; a code is an error."""
    real = BaseClient._make_api_call
    answers = {
        "GetAccountSettings": {"AccountLimit": {"ConcurrentExecutions": 1000}},
        "SimulatePrincipalPolicy": {"EvaluationResults": [{"EvalDecision": "allowed"}]},
        "GetServiceQuota": {"Quota": {"Value": 64.0}},
        "DescribeInstanceTypes": {"InstanceTypes": [{"VCpuInfo": {"DefaultVCpus": 8}}]},
        "ListLayers": {"Layers": []},
    }

    def call(client, operation, given):
        answer = answers.get(operation)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, str):
            error = {"Error": {"Code": answer, "Message": "AWS says no."}}
            raise ClientError(error, operation)
        return real(client, operation, given) if answer is None else answer

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    return answers


class _Bucket(BaseHTTPRequestHandler):
    status = 404

    def do_GET(self):
        self.send_response(self.status)
        if self.status == 307:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def served(kind):
    """A server on loopback with this handler; the handler and the server's address."""
    enable_socket()
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield kind, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def bucket(monkeypatch):
    """A server in the place of S3's host; what it answers can be set."""
    with served(type("Bucket", (_Bucket,), {})) as (kind, address):
        monkeypatch.setattr(Store, "link", lambda *_: f"{address}/link")
        yield kind


@pytest.fixture
def stack(aws_says, bucket):
    """Makes the stack `mine` with these parameters."""

    def make(**parameters):
        declared = {name: {"Type": "String"} for name in parameters}
        boto3.client("cloudformation").create_stack(
            StackName="mine",
            TemplateBody=json.dumps({**TEMPLATE, "Parameters": declared}),
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value}
                for name, value in parameters.items()
            ],
        )
        return deployed("mine")

    return make


def look(stack=None, parameters=None, **more):
    """What each check found."""
    given = stack.parameters if stack else parameters or {}
    subject = Subject(stack.client if stack else boto3.client, given, stack, **more)
    return {one.check: one for one in checks.findings(subject)}


def run(*arguments):
    return CliRunner().invoke(app, arguments)


GPU = {
    "EnableGpu": "true",
    "ModelsLocation": "s3://models/",
    "GpuImage": "image",
    "GpuVpc": "vpc-0a1b2c3d4e5f60718",
    "GpuSubnets": "subnet-0a1b2c3d4e5f60718",
}


def secret(text, name="openai"):
    boto3.client("secretsmanager").create_secret(Name=name, SecretString=text)


def test_all_is_well_with_a_stack_that_has_all_it_needs(stack):
    secret(json.dumps({"api_key": KEY}))
    stack(OpenAiSecret="openai", **GPU)

    result = run("doctor", "--stack", "mine")

    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert len(lines) == len(checks.CHECKS)
    assert {line.split()[0] for line in lines} == {"ok", "--"}
    assert [line.split()[1] for line in lines if line.startswith("--")] == ["models"]
    assert KEY not in result.output


def test_six_faults_of_one_stack_are_told_at_once_each_with_what_mends_it(stack, aws_says, bucket):
    secret(json.dumps({"user": "me", "password": KEY}))
    aws_says["GetAccountSettings"] = {"AccountLimit": {"ConcurrentExecutions": 10}}
    aws_says["SimulatePrincipalPolicy"] = {
        "EvaluationResults": [{"EvalDecision": "allowed"}, {"EvalDecision": "implicitDeny"}]
    }
    aws_says["GetServiceQuota"] = {"Quota": {"Value": 0.0}}
    bucket.status = 307
    stack(OpenAiSecret="openai", GpuTasks="2", **GPU)

    result = run("doctor", "--stack", "mine", "--json")

    assert result.exit_code == 1
    found = {one["check"]: one for one in json.loads(result.output)["checks"]}
    wrong = {name: one["said"] for name, one in found.items() if one["state"] == "wrong"}
    assert wrong.keys() == {
        "concurrency", "gpu", "secret", "secret-role", "managed-rule", "buckets"
    }  # fmt: skip
    assert "set MaxConcurrency=8, or ask Service Quotas" in wrong["concurrency"]
    assert "2 x g6.2xlarge need 16 vCPUs and the account may have 0" in wrong["gpu"]
    assert "put-secret-value --secret-id openai" in wrong["secret"]
    assert "events:PutRule" in wrong["managed-rule"]
    assert "leads elsewhere" in wrong["buckets"]
    assert KEY not in result.output


def test_without_credentials_nothing_else_is_asked(aws_says):
    aws_says["GetCallerIdentity"] = "InvalidClientTokenId"

    found = look()

    assert list(found) == ["credentials"]
    assert found["credentials"].said.startswith("AWS does not take these credentials")


THEN = {"HTTPHeaders": {"date": "Thu, 26 Nov 2026 10:00:00 GMT"}}
TEN = datetime(2026, 11, 26, 10, tzinfo=UTC)
ME = {"Account": "1", "Arn": "arn:aws:iam::1:user/me", "ResponseMetadata": THEN}


@pytest.mark.parametrize(
    ("hours", "said"), [(2, "120 minutes ahead of"), (-1, "60 minutes behind")]
)
def test_a_wrong_clock_is_told(aws_says, hours, said):
    aws_says["GetCallerIdentity"] = ME

    found = look(now=lambda: TEN + timedelta(hours=hours))["clock"]

    assert found.state == "wrong"
    assert said in found.said
    assert "NTP" in found.said


def test_a_wrong_clock_is_told_where_it_is_why_nobody_is_let_in(aws_says):
    error = {"Code": "SignatureDoesNotMatch", "Message": "Signature expired."}
    aws_says["GetCallerIdentity"] = ClientError(
        {"Error": error, "ResponseMetadata": THEN}, "GetCallerIdentity"
    )

    found = look(now=lambda: TEN - timedelta(hours=1))

    assert "60 minutes behind" in found["credentials"].said


def test_a_clock_that_is_a_little_off_is_well(aws_says):
    aws_says["GetCallerIdentity"] = ME

    assert look(now=lambda: TEN + timedelta(minutes=4))["clock"].state == "ok"


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"MaxConcurrency": "0"}, "MaxConcurrency: '0' is not allowed; it must be "),
        ({"MaxConcurency": "4"}, "MaxConcurency is no parameter"),
        ({**GPU, "GpuSubnets": ""}, "EnableGpu needs GpuSubnets"),
        ({"JwtIssuer": "https://issuer.example"}, "JwtIssuer needs JwtAudience"),
    ],
)
def test_parameters_are_held_to_the_template_before_a_deploy(aws_says, parameters, said):
    found = look(parameters=parameters)

    assert found["parameters"].state == "wrong"
    assert said in found["parameters"].said


def test_a_region_without_the_runtime_is_named(aws_says):
    aws_says["ListLayers"] = "ValidationException"

    found = look()["runtime"]

    assert found.state == "wrong"
    assert "python3.14 on arm64 in us-east-1" in found.said


def test_a_kind_of_instance_that_the_region_has_not_is_named(aws_says):
    aws_says["DescribeInstanceTypes"] = "InvalidInstanceType"

    assert "EC2 has no g6.2xlarge in us-east-1" in look(parameters=GPU)["gpu"].said


@pytest.mark.parametrize(
    ("operation", "check"),
    [
        ("GetAccountSettings", "concurrency"),
        ("ListLayers", "runtime"),
        ("GetServiceQuota", "gpu"),
    ],
)
def test_what_may_not_be_asked_is_not_checked_and_no_fault(aws_says, operation, check):
    aws_says[operation] = "AccessDeniedException"

    found = look(parameters=GPU)[check]

    assert found.state == "not checked"
    assert operation in found.said


@pytest.mark.parametrize(("status", "state"), [(404, "ok"), (403, "not checked"), (500, "wrong")])
def test_a_link_is_followed_to_the_buckets_host(stack, bucket, status, state):
    bucket.status = status

    assert look(stack())["buckets"].state == state


def test_a_secret_that_is_not_there_is_told_with_how_to_make_it(aws_says):
    found = look(parameters={"OpenAiSecret": "openai"})["secret"]

    assert found.state == "wrong"
    assert "create-secret --name openai" in found.said


class _Provider(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self):
        self.asked.append(self.path)
        given = self.headers["api-key"] or self.headers["Authorization"]
        known = given in {KEY, f"Bearer {KEY}"}
        models = [{"id": name, "object": "model"} for name in ("gpt-image-2.5-flare", "gpt-6-luna")]
        answer = {"object": "list", "data": models} if known else {"error": {"message": KEY}}
        self.send_response(200 if known else 401)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_):
        pass


@pytest.mark.parametrize(
    ("model", "key", "said"),
    [
        ("gpt-image-2.5-flare", KEY, None),
        ("gpt-image-none", KEY, "the provider does not list gpt-image-none"),
        ("gpt-image-2.5-flare", "sk-other", "The provider refused the API key"),
    ],
)
def test_the_provider_is_asked_for_its_models_when_that_is_wanted(aws_says, model, key, said):
    secret(key)
    with served(type("Provider", (_Provider,), {"asked": []})) as (kind, address):
        parameters = {
            "OpenAiSecret": "openai", "OpenAiBaseUrl": f"{address}/v1", "OpenAiModel": model
        }  # fmt: skip

        assert look(parameters=parameters)["models"].state == "not checked"
        assert not kind.asked
        found = look(parameters=parameters, ask_provider=True)["models"]

    assert kind.asked == ["/v1/models"]
    assert found.state == ("ok" if said is None else "wrong")
    assert (said or "lists gpt-image-2.5-flare and gpt-6-luna") in found.said
    assert KEY not in found.said


@pytest.mark.parametrize(
    ("server", "path", "state"),
    [
        ("compatible", "/v1/models", "ok"),
        ("azure", "/openai/v1/models?api-version=preview", "not checked"),
    ],
)
def test_another_server_is_asked_as_the_functions_ask_it(aws_says, server, path, state):
    secret(KEY)
    version = "preview" if server == "azure" else ""
    with served(type("Provider", (_Provider,), {"asked": []})) as (kind, address):
        parameters = {
            "OpenAiSecret": "openai",
            "OpenAiBaseUrl": address,
            "OpenAiServer": server,
            "OpenAiApiVersion": version,
        }
        found = look(parameters=parameters, ask_provider=True)["models"]

    assert kind.asked == [path]
    assert found.state == state, found.said


def test_preflight_goes_by_samconfig_and_what_is_given_in_its_place(aws_says):
    aws_says["GetAccountSettings"] = {"AccountLimit": {"ConcurrentExecutions": 20}}

    by_file, by_hand = run("preflight"), run("preflight", "--parameter", "MaxConcurrency=10")

    assert (by_file.exit_code, by_hand.exit_code) == (1, 0)
    assert "MaxConcurrency is 40" in by_file.output
    assert "1 given, all of them as the template takes them" in by_hand.output
    assert "buckets" not in by_file.output


def test_an_environment_that_samconfig_has_not_is_refused():
    with pytest.raises(InvalidRequest, match="has no qa; there are: dev, prod"):
        doctor.deployment(doctor.SAMCONFIG, "qa")


def test_every_environment_of_samconfig_is_as_the_template_takes_it(aws_says):
    for env in ("dev", "prod"):
        assert "ok     parameters" in run("preflight", "--env", env).output
