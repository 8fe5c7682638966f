"""Calls that few roles or none may make: what each does, and who is allowed to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.infrastructure.roles import ACCOUNT, ARNS, REGION, S3, STATES, place

START, STYLES, MASKS, PLAN, RENDER, ASSEMBLE, EXPORT, DELETE, SHARE, RECORD, API, DELIVER = (
    f"{name}FunctionRole"
    for name in (
        "StartCollage",
        "ListStyles",
        "MakeMasks",
        "PlanTiles",
        "RenderTile",
        "AssembleCollage",
        "ExportCollage",
        "DeleteCollage",
        "ShareCollage",
        "RecordFailure",
        "Api",
        "DeliverMessage",
    )
)
WORKFLOW, TASK = "CollageStateMachineRole", "DiffusionRole"
MESSAGES, RULE = "MessagesStateMachineRole", "MessagesStateMachineEndsRole"
AGENT, EXECUTION = "GpuInstanceRole", "DiffusionExecutionRole"
NOBODY: frozenset[str] = frozenset()
FUNCTIONS = frozenset(
    {START, STYLES, MASKS, PLAN, RENDER, ASSEMBLE, EXPORT, DELETE, SHARE, RECORD, API, DELIVER}
)


def _arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


def _profile(region: str, name: str) -> str:
    return f"arn:aws:bedrock:{region}:{ACCOUNT}:inference-profile/{name}"


def _model(region: str, name: str) -> str:
    return f"arn:aws:bedrock:{region}::foundation-model/{name}"


@dataclass(frozen=True)
class Call:
    """A call of an action on a resource, and the roles that may make it."""

    action: str
    resource: str
    allowed: frozenset[str] = NOBODY
    context: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def place(self) -> str:
        """The resource as a reader knows it, with what the call says besides."""
        said = "".join(f" ({place(value)})" for value in self.context.values())
        return place(self.resource) + said


def _calls(actions: str, resource: str, *allowed: str, **context: str) -> list[Call]:
    """The same for several actions of one service, as in ``s3:GetObject PutObject``."""
    service, _, names = actions.partition(":")
    keys = {
        "leading": "dynamodb:LeadingKeys",
        "passed": "iam:PassedToService",
        "profile": "bedrock:InferenceProfileArn",
    }
    known = {keys.get(name, "ecs:CreateAction"): value for name, value in context.items()}
    return [Call(f"{service}:{n}", resource, frozenset(allowed), known) for n in names.split()]


CORE, INPAINT = "stability.stable-image-core-v1:1", "stability.stable-image-inpaint-v1:0"
LISTER = "words.lister-1:0"
UPLOADS, COLLAGES = ARNS["UploadsBucket"], ARNS["CollagesBucket"]
LIMITS, MACHINE = ARNS["LimitsTable"], ARNS["CollageStateMachine"]
ONE = f"{COLLAGES}/collages/0123456789abcdef0123"
RUN = f"{STATES}execution:stack-collage:0123456789abcdef0123"
OTHER_STACK = f"{S3}another-stack-collages/collages/0123456789abcdef0123"

CALLS: tuple[Call, ...] = (
    # What people put in.
    *_calls("s3:GetObject", f"{UPLOADS}/uploads/photo.png", START, MASKS, API),
    *_calls("s3:GetObject", f"{UPLOADS}/private/photo.png"),
    *_calls("s3:PutObject", f"{UPLOADS}/uploads/photo.png"),
    *_calls("s3:PutObject", f"{UPLOADS}/uploads/photo.png.failure.json", START),
    *_calls("s3:PutObject", f"{UPLOADS}/sources/photo", API),
    *_calls("s3:ListBucket", UPLOADS, START, MASKS, DELETE, API),
    # What is made of it: each step writes its own and nothing of the others.
    *_calls("s3:GetObject", f"{COLLAGES}/private/notes", *NOBODY),
    *_calls("s3:GetObject", f"{ONE}/request.json", STYLES, MASKS, PLAN, RENDER, DELETE, API, TASK),
    *_calls("s3:PutObject", f"{ONE}/request.json", START, API),
    *_calls("s3:PutObject", f"{ONE}/styles.json", START, STYLES, API),
    *_calls("s3:PutObject", f"{ONE}/source.png", MASKS),
    *_calls("s3:PutObject", f"{ONE}/sources/0123.png", MASKS),
    *_calls("s3:PutObject", f"{ONE}/masks/left.png", MASKS),
    *_calls("s3:PutObject", f"{ONE}/plan.json", PLAN),
    *_calls("s3:PutObject", f"{ONE}/calls.json", PLAN),
    *_calls("s3:GetObject", f"{ONE}/calls.json", WORKFLOW, API),
    *_calls("s3:PutObject", f"{COLLAGES}/tiles/0123.png", RENDER, TASK),
    *_calls("s3:PutObject", f"{COLLAGES}/tiles/0123.json", RENDER, TASK),
    *_calls("s3:PutObject", f"{ONE}/refused/0123.json", RENDER),
    *_calls("s3:PutObject", f"{ONE}/collage.png", ASSEMBLE),
    *_calls("s3:PutObject", f"{ONE}/manifest.json", ASSEMBLE),
    *_calls("s3:PutObject", f"{ONE}/failure.json", START, RECORD),
    *_calls("s3:PutObject", f"{ONE}/choices.json", API),
    *_calls("s3:PutObject", f"{ONE}/anything.else"),
    *_calls("s3:PutObject", f"{COLLAGES}/index/9-0123", START, API),
    *_calls("s3:PutObject", f"{COLLAGES}/owned/0123/9-0123", START, API),
    *_calls("s3:AbortMultipartUpload", f"{ONE}/collage.png", ASSEMBLE),
    *_calls("s3:AbortMultipartUpload", f"{ONE}/manifest.json", ASSEMBLE),
    *_calls("s3:AbortMultipartUpload", f"{ONE}/plan.json", PLAN),
    *_calls("s3:AbortMultipartUpload", f"{ONE}/calls-2.json", PLAN),
    *_calls("s3:AbortMultipartUpload", f"{ONE}/request.json"),
    *_calls("s3:PutObject", f"{ONE}/exports/0123/zip.zip", EXPORT),
    *_calls("s3:PutObject", f"{ONE}/exports/0123/export.json", EXPORT),
    *_calls("s3:PutObject", f"{ONE}/exports/0123/asked.json", EXPORT, API),
    *_calls("s3:AbortMultipartUpload", f"{ONE}/exports/0123/zip.zip", EXPORT),
    # What is shared: one role makes copies, and takes them away; no other sees them.
    *_calls("s3:PutObject", f"{ONE}/shares/abc/share.json", API, DELETE),
    *_calls("s3:PutObject", f"{ONE}/shares/abc/copy.json", SHARE),
    *_calls("s3:GetObject", f"{ONE}/shares/abc/copy.json", SHARE, API),
    *_calls("s3:DeleteObject", f"{ONE}/shares/abc/share.json", SHARE, DELETE),
    *_calls("s3:PutObject", f"{COLLAGES}/shares/abc/site/index.html", SHARE),
    *_calls("s3:DeleteObject", f"{COLLAGES}/shares/abc/site/index.html", SHARE, DELETE),
    *_calls("s3:GetObject", f"{COLLAGES}/shares/abc/site/index.html"),
    *_calls("s3:PutObject DeleteObject", f"{COLLAGES}/shares/abc/other.json"),
    *_calls("lambda:InvokeFunction", _arn("lambda", "function:ShareCollageFunction"), API),
    *_calls(
        "secretsmanager:GetSecretValue", _arn("secretsmanager", "secret:sharing-key-a1B2c3"), SHARE
    ),
    *_calls(
        "secretsmanager:PutSecretValue DescribeSecret",
        _arn("secretsmanager", "secret:sharing-key-a1B2c3"),
    ),
    *_calls("cloudfront:UpdateDistribution UpdateKeyGroup CreateInvalidation", "*"),
    # What the steps of a large assembly hand to one another is nobody else's.
    *_calls("s3:GetObject PutObject", f"{COLLAGES}/bands/0123/0/0.rgb", ASSEMBLE),
    *_calls("s3:DeleteObject", f"{COLLAGES}/bands/0123/0/0.rgb", ASSEMBLE, DELETE),
    *_calls("s3:DeleteObject", f"{ONE}/slices/0.json", ASSEMBLE, DELETE),
    # One role deletes collages, and can be undone: no version is deleted by anybody.
    *_calls("s3:DeleteObject", f"{ONE}/manifest.json", DELETE),
    *_calls("s3:DeleteObject", f"{COLLAGES}/index/8215-0123456789abcdef0123", DELETE),
    *_calls("s3:DeleteObject", f"{COLLAGES}/tiles/0123.png", DELETE),
    *_calls("s3:DeleteObject", f"{UPLOADS}/uploads/photo.png", DELETE),
    *_calls("s3:DeleteObject", f"{COLLAGES}/else"),
    *_calls("s3:DeleteObject", f"{UPLOADS}/else"),
    *_calls("s3:PutObject DeleteObject", f"{COLLAGES}/deletions/0123456789abcdef0123.json", DELETE),
    *_calls(
        "s3:GetObject",
        f"{COLLAGES}/deletions/0123456789abcdef0123.json",
        *(START, PLAN, DELETE, API),
    ),
    *_calls("lambda:InvokeFunction", _arn("lambda", "function:DeleteCollageFunction"), API),
    *_calls("s3:DeleteObjectVersion PutObjectAcl", f"{COLLAGES}/tiles/0123.png"),
    *_calls("s3:DeleteObjectVersion PutObjectAcl", f"{UPLOADS}/uploads/photo.png"),
    *_calls("s3:DeleteBucket PutBucketPolicy PutBucketAcl PutLifecycleConfiguration", COLLAGES),
    *_calls("s3:ListAllMyBuckets CreateBucket", "*"),
    # What is another's.
    *_calls("s3:GetObject PutObject", f"{OTHER_STACK}/manifest.json"),
    *_calls("s3:ListBucket", f"{S3}another-stack-collages"),
    *_calls("s3:GetObject", f"{S3}WEIGHTS/models/a", START, MASKS, PLAN, API, TASK),
    *_calls("s3:GetObject", f"{S3}WEIGHTS/letters/a"),
    *_calls("s3:PutObject", f"{S3}WEIGHTS/models/a"),
    # The provider's key.
    *_calls(
        "secretsmanager:GetSecretValue",
        _arn("secretsmanager", "secret:openai-key-a1B2c3"),
        STYLES,
        RENDER,
    ),
    *_calls(
        "secretsmanager:GetSecretValue",
        _arn("secretsmanager", "secret:openai-key-of-another-a1B2c3"),
    ),
    *_calls("secretsmanager:GetSecretValue", _arn("secretsmanager", "secret:database-a1B2c3")),
    *_calls(
        "secretsmanager:PutSecretValue UpdateSecret DeleteSecret DescribeSecret",
        _arn("secretsmanager", "secret:openai-key-a1B2c3"),
    ),
    *_calls("secretsmanager:ListSecrets", "*"),
    *_calls("ssm:GetParameter", _arn("ssm", "parameter/anything")),
    *_calls("kms:Decrypt", _arn("kms", "key/0123")),
    # The books.
    *_calls("dynamodb:UpdateItem", LIMITS, STYLES, RENDER, leading="spent#2026-01-01"),
    *_calls("dynamodb:UpdateItem", LIMITS, STYLES, RENDER, API, leading="repeat#0123"),
    *_calls("dynamodb:PutItem", LIMITS, API, leading="repeat#0123"),
    *_calls("dynamodb:PutItem", LIMITS, leading="spent#2026-01-01"),
    *_calls("dynamodb:GetItem", LIMITS, RENDER, leading="single#a"),
    *_calls("dynamodb:GetItem", LIMITS, leading="spent#2026-01-01"),
    *_calls("dynamodb:DeleteItem", LIMITS, leading="spent#2026-01-01"),
    *_calls("dynamodb:Scan Query BatchWriteItem DeleteTable UpdateTable", LIMITS),
    *_calls(
        "dynamodb:GetItem PutItem UpdateItem",
        _arn("dynamodb", "table/another-stack"),
        leading="repeat#0123",
    ),
    # Runs.
    *_calls("states:StartExecution", MACHINE, START, API, WORKFLOW),
    *_calls("states:StartExecution", f"{STATES}stateMachine:stack-collage-2"),
    *_calls("states:StopExecution", RUN, API, WORKFLOW),
    *_calls("states:DescribeExecution", RUN, START, DELETE, API, WORKFLOW),
    *_calls("states:StopExecution DescribeExecution", f"{STATES}execution:stack-collage-2:0123"),
    *_calls("states:UpdateStateMachine DeleteStateMachine", MACHINE),
    *_calls("lambda:InvokeFunction", _arn("lambda", "function:RenderTileFunction"), WORKFLOW),
    *_calls(
        "lambda:InvokeFunction", _arn("lambda", "function:AssembleCollageFunction"), WORKFLOW, API
    ),
    *_calls("lambda:InvokeFunction", _arn("lambda", "function:ExportCollageFunction"), API),
    *_calls("lambda:InvokeFunction", _arn("lambda", "function:StartCollageFunction")),
    *_calls("lambda:InvokeFunction", _arn("lambda", "function:ApiFunction")),
    *_calls("lambda:InvokeFunction", _arn("lambda", "function:another")),
    *_calls(
        "lambda:UpdateFunctionCode UpdateFunctionConfiguration GetFunction",
        _arn("lambda", "function:RenderTileFunction"),
    ),
    # Tasks.
    *_calls("ecs:RunTask", _arn("ecs", "task-definition/stack-diffusion:1"), WORKFLOW),
    *_calls("ecs:RunTask", _arn("ecs", "task-definition/another:1")),
    *_calls("ecs:StopTask", _arn("ecs", "task/stack-gpu/0123"), WORKFLOW),
    *_calls("ecs:StopTask", _arn("ecs", "task/another/0123")),
    *_calls("ecs:TagResource", _arn("ecs", "task/stack-gpu/0123"), WORKFLOW, created="RunTask"),
    *_calls("ecs:TagResource", _arn("ecs", "task/stack-gpu/0123"), created="CreateService"),
    *_calls("ecs:RegisterTaskDefinition DeleteCluster UpdateService ExecuteCommand", "*"),
    *_calls("ecs:RegisterContainerInstance", "*", AGENT),
    *_calls("ecr:BatchGetImage", "*", AGENT, EXECUTION),
    *_calls("ecr:PutImage", "*"),
    *_calls("ec2:RunInstances TerminateInstances", "*"),
    # Who is who.
    *_calls(
        "iam:PassRole",
        f"arn:aws:iam::{ACCOUNT}:role/DiffusionRole",
        WORKFLOW,
        passed="ecs-tasks.amazonaws.com",
    ),
    *_calls(
        "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/DiffusionRole", passed="lambda.amazonaws.com"
    ),
    *_calls(
        "iam:PassRole",
        f"arn:aws:iam::{ACCOUNT}:role/RenderTileFunctionRole",
        passed="ecs-tasks.amazonaws.com",
    ),
    *_calls(
        "iam:PassRole",
        f"arn:aws:iam::{ACCOUNT}:role/Administrator",
        passed="ecs-tasks.amazonaws.com",
    ),
    *_calls("iam:CreateUser CreateAccessKey PutRolePolicy AttachRolePolicy CreateRole", "*"),
    *_calls("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/Administrator"),
    # What others are told.
    *_calls("events:PutEvents", _arn("events", "event-bus/default"), WORKFLOW, START, RECORD),
    *_calls("events:PutEvents", _arn("events", "event-bus/another")),
    *_calls("events:PutRule", _arn("events", "rule/another")),
    *_calls(
        "sqs:SendMessage",
        ARNS["DeadLetterQueue"],
        *(START, ASSEMBLE, EXPORT, DELETE, SHARE, RECORD, MESSAGES),
    ),
    *_calls("sqs:ReceiveMessage DeleteMessage PurgeQueue", ARNS["DeadLetterQueue"]),
    *_calls("sqs:SendMessage", _arn("sqs", "another")),
    *_calls("sns:Publish", ARNS["MessagesTopic"], DELIVER),
    *_calls("sns:Publish", _arn("sns", "own-topic"), DELIVER),
    *_calls("sns:Publish", _arn("sns", "another")),
    *_calls("sns:Subscribe SetTopicAttributes", ARNS["MessagesTopic"]),
    *_calls("secretsmanager:GetSecretValue", ARNS["WebhookSecret"], DELIVER),
    *_calls("secretsmanager:PutSecretValue UpdateSecret", ARNS["WebhookSecret"]),
    *_calls("states:StartExecution", ARNS["MessagesStateMachine"], RULE, START, API),
    *_calls("lambda:InvokeFunction", _arn("lambda", "function:DeliverMessageFunction"), MESSAGES),
    *_calls("s3:GetObject", f"{ONE}/notify/0123456789abcdef0123.json", DELIVER, API),
    *_calls("s3:PutObject", f"{ONE}/notify/0123456789abcdef0123.json", START, API),
    *_calls(
        "logs:PutLogEvents", _arn("logs", "log-group:g:log-stream:s"), *FUNCTIONS, AGENT, EXECUTION
    ),
    *_calls("logs:GetLogEvents DeleteLogGroup FilterLogEvents", _arn("logs", "log-group:g:*")),
    *_calls("xray:PutTraceSegments", "*", *FUNCTIONS, WORKFLOW, MESSAGES),
    *_calls("cloudformation:DeleteStack UpdateStack", _arn("cloudformation", "stack/stack/1")),
    # Bedrock: models by way of a profile alone, where they are not of one Region alone.
    *_calls("bedrock:InvokeModel", _model("us-west-2", CORE), RENDER),
    *_calls("bedrock:InvokeModel", _model("us-east-1", CORE)),
    *_calls("bedrock:InvokeModel", _profile("us-west-2", f"us.{INPAINT}"), RENDER),
    *_calls("bedrock:InvokeModel", _profile("us-east-2", f"us.{INPAINT}"), RENDER),
    *_calls("bedrock:InvokeModel", _profile("us-east-1", f"us.{INPAINT}")),
    *(
        call
        for region in ("us-east-1", "us-east-2", "us-west-2")
        for call in (
            *_calls(
                "bedrock:InvokeModel",
                _model(region, INPAINT),
                RENDER,
                profile=_profile("us-west-2", f"us.{INPAINT}"),
            ),
            *_calls("bedrock:InvokeModel", _model(region, INPAINT)),
            *_calls(
                "bedrock:InvokeModel",
                _model(region, LISTER),
                STYLES,
                profile=_profile("us-west-2", f"us.{LISTER}"),
            ),
        )
    ),
    *_calls("bedrock:InvokeModel", _profile("us-west-2", f"us.{LISTER}"), STYLES),
    *_calls("bedrock:InvokeModel", _profile("us-east-2", f"us.{LISTER}")),
    *_calls("bedrock:InvokeModel", _model("us-west-2", LISTER)),
    *_calls(
        "bedrock:InvokeModel",
        _model("us-west-2", LISTER),
        profile=_profile("us-west-2", f"us.{INPAINT}"),
    ),
    *_calls("bedrock:InvokeModel", _profile("us-west-2", "us.words.another-1:0")),
    *_calls("bedrock:InvokeModel", _model("us-west-2", "any")),
    *_calls("bedrock:InvokeModelWithResponseStream", _model("us-west-2", CORE)),
    *_calls("bedrock:CreateFoundationModelAgreement GetFoundationModel", "*"),
    *_calls("aws-marketplace:Subscribe Unsubscribe ViewSubscriptions", "*"),
)
"""Every service that the stack has to do with is among them, and some that it has not."""
