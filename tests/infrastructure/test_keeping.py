"""What the stack keeps, how it is guarded, and for how long."""

import pytest

from tests.infrastructure.shipped import functions, resources, template

BUCKETS = resources("AWS::S3::Bucket")


def policy_of(kind, key, name):
    """The statements of the resource policy of the resource ``name``."""
    (found,) = (
        policy
        for policy in resources(kind).values()
        if policy[key] in ({"Ref": name}, [{"Ref": name}])
    )
    return found["PolicyDocument"]["Statement"]


def test_uploads_and_results_have_a_bucket_each():
    assert set(BUCKETS) == {"UploadsBucket", "CollagesBucket"}


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_is_private_encrypted_and_outlives_the_stack(name):
    bucket = BUCKETS[name]
    access = bucket["PublicAccessBlockConfiguration"]

    assert template()["Resources"][name]["DeletionPolicy"] == "Retain"
    assert template()["Resources"][name]["UpdateReplacePolicy"] == "Retain"
    assert len(access) == 4
    assert set(access.values()) == {True}
    assert bucket["BucketEncryption"]
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert bucket["VersioningConfiguration"] == {"Status": {"Ref": "Versioning"}}


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_is_reached_by_tls_only_and_opened_to_nobody(name):
    statement, *others = policy_of("AWS::S3::BucketPolicy", "Bucket", name)

    assert statement["Effect"] == "Deny"
    assert statement["Principal"] == "*"
    assert statement["Action"] == "s3:*"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [
        {"Fn::GetAtt": [name, "Arn"]},
        {"Fn::Sub": f"${{{name}.Arn}}/*"},
    ]
    # Where shares are shown, to the distribution; see test_sharing.py.
    assert [one["Fn::If"][0] for one in others] == ["HasSharing"] * (name == "CollagesBucket")


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_is_tidied(name):
    first, *_ = BUCKETS[name]["LifecycleConfiguration"]["Rules"]

    assert first["Status"] == "Enabled"
    assert "Prefix" not in first
    assert first["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert first["NoncurrentVersionExpiration"] == {"NoncurrentDays": {"Ref": "OldVersionDays"}}


def test_uploads_expire_and_collages_do_not():
    (uploads,) = BUCKETS["UploadsBucket"]["LifecycleConfiguration"]["Rules"]
    tidy, shares, bands, tiles = BUCKETS["CollagesBucket"]["LifecycleConfiguration"]["Rules"]

    assert uploads["ExpirationInDays"] == {"Ref": "UploadRetentionDays"}
    assert "ExpirationInDays" not in tidy
    assert (shares["Prefix"], shares["ExpirationInDays"]) == ("shares/", {"Ref": "SharingMaxDays"})
    assert (bands["Prefix"], bands["ExpirationInDays"]) == ("bands/", 2)
    condition, rule, otherwise = tiles["Fn::If"]
    assert condition == "ExpireTiles"
    assert (rule["Prefix"], rule["ExpirationInDays"]) == ("tiles/", {"Ref": "TileRetentionDays"})
    assert otherwise == {"Ref": "AWS::NoValue"}
    assert template()["Parameters"]["TileRetentionDays"]["Default"] == "0"


def test_every_log_group_forgets():
    groups = resources("AWS::Logs::LogGroup")

    assert groups
    for group in groups.values():
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("name", functions())
def test_a_function_writes_to_a_log_group_of_its_own(name):
    group = functions()[name]["LoggingConfig"]["LogGroup"]["Ref"]
    users = [n for n, f in functions().items() if f["LoggingConfig"]["LogGroup"]["Ref"] == group]

    assert group == name.removesuffix("Function") + "Logs"
    assert group in resources("AWS::Logs::LogGroup")
    assert users == [name]


@pytest.mark.parametrize(
    ("name", "logs"),
    [("CollageStateMachine", "WorkflowLogs"), ("MessagesStateMachine", "MessagesLogs")],
)
def test_a_state_machine_logs_no_inputs_and_outputs_and_is_traced(name, logs):
    machine = resources("AWS::Serverless::StateMachine")[name]
    (group,) = machine["Logging"]["Destinations"]
    arn = group["CloudWatchLogsLogGroup"]["LogGroupArn"]

    assert machine["Logging"]["IncludeExecutionData"] is False
    assert machine["Logging"]["Level"] == {"Ref": "WorkflowLogLevel"}
    assert arn == {"Fn::GetAtt": [logs, "Arn"]}
    assert machine["Tracing"] == {"Enabled": True}


def test_a_log_that_a_service_delivers_has_a_name_that_no_full_policy_of_the_account_refuses():
    """Others are written one by one into a policy of 5,120 characters, which all stacks share."""
    machines = resources("AWS::Serverless::StateMachine").values()
    (api,) = resources("AWS::Serverless::HttpApi").values()
    arns = [
        api["AccessLogSettings"]["DestinationArn"],
        *(
            one["CloudWatchLogsLogGroup"]["LogGroupArn"]
            for machine in machines
            for one in machine["Logging"]["Destinations"]
        ),
    ]
    groups = resources("AWS::Logs::LogGroup")
    names = [groups[arn["Fn::GetAtt"][0]]["LogGroupName"]["Fn::Sub"] for arn in arns]

    assert [name for name in names if not name.startswith("/aws/vendedlogs/")] == []


def rules():
    """Every rule that invokes a function: (function, rule's name, its properties)."""
    for name, function in functions().items():
        for event, one in function.get("Events", {}).items():
            if one["Type"] == "EventBridgeRule":
                yield name, event, one["Properties"]


def test_an_event_that_cannot_be_delivered_or_dealt_with_is_kept():
    queue = {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
    (kept,) = resources("AWS::SQS::Queue").values()
    allowed, denied = policy_of("AWS::SQS::QueuePolicy", "Queues", "DeadLetterQueue")
    senders = allowed["Condition"]["ArnEquals"]["aws:SourceArn"]

    messages = resources("AWS::Serverless::StateMachine")["MessagesStateMachine"]["Events"]["Ends"]
    assert messages["Properties"]["DeadLetterConfig"] == {"Arn": queue}
    assert {"Fn::GetAtt": ["MessagesStateMachineEnds", "Arn"]} in senders
    assert len(list(rules())) + 1 == len(senders)
    for function, event, rule in rules():
        assert rule["DeadLetterConfig"] == {"Arn": queue}
        assert {"Fn::GetAtt": [f"{function}{event}", "Arn"]} in senders
        assert functions()[function]["DeadLetterQueue"] == {"Type": "SQS", "TargetArn": queue}
    # The API invokes these by an event, as the rules do the others.
    for name in ("AssembleCollageFunction", "ExportCollageFunction", "DeleteCollageFunction"):
        assert functions()[name]["DeadLetterQueue"] == {"Type": "SQS", "TargetArn": queue}
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
    assert denied["Effect"] == "Deny"
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert kept["SqsManagedSseEnabled"] is True
    assert kept["MessageRetentionPeriod"] == 14 * 86_400
