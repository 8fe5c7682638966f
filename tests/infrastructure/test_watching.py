"""Alarms and the dashboard speak of what is there, by the names that it has."""

import json
import re

import pytest

from tests.infrastructure.shipped import ROOT, definition, folder, functions, resources, template

ALARMS = resources("AWS::CloudWatch::Alarm")
NAMESPACE = "${AWS::StackName}"
DIMENSIONS = {
    "AWS/ApiGateway": {"ApiId"},
    "AWS/Lambda": {"FunctionName"},
    "AWS/States": {"StateMachineArn"},
    "AWS/SQS": {"QueueName"},
}


def text(value):
    """A reference as it is written in a Sub."""
    if isinstance(value, dict):
        ((kind, what),) = value.items()
        if kind == "Fn::Sub":
            return what
        return f"${{{what if kind == 'Ref' else '.'.join(what)}}}"
    return value


def function_of(value):
    """The logical id of the function that a dimension names."""
    named = {text(one["FunctionName"]): name for name, one in functions().items()
             if "FunctionName" in one}  # fmt: skip
    return named.get(value) or value.strip("${}")


def alarm_metrics(alarm):
    """(namespace, metric, dimensions) of everything that an alarm looks at."""
    plain = [alarm] if "MetricName" in alarm else []
    listed = [m["Fn::If"][1] if "Fn::If" in m else m for m in alarm.get("Metrics", [])]
    inner = [m["MetricStat"]["Metric"] for m in listed if "MetricStat" in m]
    for metric in plain + inner:
        dimensions = {d["Name"]: text(d["Value"]) for d in metric["Dimensions"]}
        yield text(metric["Namespace"]), metric["MetricName"], dimensions


def widgets():
    (dashboard,) = resources("AWS::CloudWatch::Dashboard").values()
    return json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]


def dashboard_metrics():
    for widget in widgets():
        for namespace, metric, *rest in widget["properties"]["metrics"]:
            pairs = [part for part in rest if not isinstance(part, dict)]
            yield namespace, metric, dict(zip(pairs[::2], pairs[1::2], strict=True))


def emitted():
    """(service, metric) for every metric that the functions' code emits."""
    for name in functions():
        code = (folder(name) / "app.py").read_text()
        (service,) = re.findall(r'Metrics\(service="(\w+)"\)', code)
        assert service == folder(name).name
        for metric in re.findall(r'add_metric\(\s*"(\w+)"', code):
            yield service, metric
        for metric in re.findall(r'kind = "(\w+)" if .* else "(\w+)"', code):
            yield from ((service, one) for one in metric)


@pytest.mark.parametrize(
    ("namespace", "metric", "dimensions"),
    [*dashboard_metrics(), *(found for alarm in ALARMS.values() for found in alarm_metrics(alarm))],
)
def test_a_metric_is_one_of_something_that_is_there(namespace, metric, dimensions):
    for value in dimensions.values():
        for name in re.findall(r"\$\{(\w+)", function_of(value)):
            assert name in template()["Resources"]
    if namespace != NAMESPACE:
        assert dimensions.keys() == DIMENSIONS[namespace]
    elif metric == "ColdStart":
        function = function_of(dimensions["function_name"])
        assert dimensions["service"] == folder(function).name
    else:
        assert (dimensions["service"], metric) in set(emitted())


def test_every_function_counts_its_cold_starts_in_the_stacks_namespace():
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]

    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == {"Ref": "AWS::StackName"}
    for name in functions():
        code = (folder(name) / "app.py").read_text()
        assert "@metrics.log_metrics(capture_cold_start_metric=True)" in code


@pytest.mark.parametrize("metric", ["Throttles", "Duration", "ColdStart"])
def test_the_dashboard_shows_every_function(metric):
    shown = {
        function_of(value)
        for _, found, dimensions in dashboard_metrics()
        if found == metric
        for key, value in dimensions.items()
        if key in {"FunctionName", "function_name"}
    }

    assert shown == set(functions())


def test_every_function_is_watched_by_one_of_the_throttle_alarms():
    watched = [
        function_of(dimensions["FunctionName"])
        for name in ("ThrottleAlarm", "ApiThrottleAlarm")
        for _, _, dimensions in alarm_metrics(ALARMS[name])
    ]

    assert sorted(watched) == sorted(functions())


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_has_no_more_metrics_than_cloudwatch_takes(name):
    assert len([*alarm_metrics(ALARMS[name])]) <= 10


def test_no_alarm_divides_by_a_limit_of_nothing():
    """That is how all spending is stopped at once, and must not be refused."""
    pattern = template()["Parameters"]["DailyUsdLimit"]["AllowedPattern"]
    written = ("0", "00", "0.0", "0.00", "0.000", ".0", "0.", "-0")
    (share,) = (m for m in ALARMS["BudgetNearAlarm"]["Metrics"] if "Expression" in m)
    expression, values = share["Expression"]["Fn::Sub"]
    nothing = template()["Conditions"]["SpendsNothing"]["Fn::Or"]

    assert expression.endswith("/ ${Limit}")
    assert values == {"Limit": {"Fn::If": ["SpendsNothing", "1", {"Ref": "DailyUsdLimit"}]}}
    assert nothing == [
        {"Fn::Equals": [{"Ref": "DailyUsdLimit"}, zero]}
        for zero in written
        if re.fullmatch(pattern, zero)
    ]


@pytest.mark.parametrize("name", ["AnnounceStart", "Announce"])
def test_an_announcement_that_a_busy_bus_refuses_is_tried_again(name):
    """A throttle of the one entry comes in an answer of 200, by this name."""
    (rule,) = definition()["States"][name]["Retry"]

    assert "EventBridge.FailedEntry" in rule["ErrorEquals"]


def test_the_widgets_of_the_dashboard_do_not_overlap():
    taken = [
        (x, y)
        for w in widgets()
        for x in range(w["x"], w["x"] + w["width"])
        for y in range(w["y"], w["y"] + w["height"])
    ]

    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_tells_somebody_only_when_there_is_an_address(name):
    alarm = ALARMS[name]

    assert alarm["AlarmActions"] == {
        "Fn::If": ["HasAlarmEmail", [{"Ref": "AlarmTopic"}], {"Ref": "AWS::NoValue"}]
    }
    assert alarm["TreatMissingData"] == "notBreaching"
    assert alarm["AlarmDescription"]


def test_operations_says_of_every_alarm_and_of_no_other_what_to_do():
    headings = re.findall(r"^### (\w+Alarm)$", (ROOT / "docs/operations.md").read_text(), re.M)

    assert sorted(headings) == sorted(ALARMS)


def test_every_function_the_workflow_and_the_task_have_a_log_group_of_the_stack():
    groups = resources("AWS::Logs::LogGroup")
    names = {group["LogGroupName"]["Fn::Sub"] for group in groups.values()}

    assert all("${AWS::StackName}" in name for name in names)
    for function in functions().values():
        assert function["LoggingConfig"]["LogGroup"]["Ref"] in groups


@pytest.mark.parametrize("name", functions())
def test_every_function_is_traced_and_logs_begin_with_no_keys_of_the_event_before(name):
    code = (folder(name) / "app.py").read_text()

    assert template()["Globals"]["Function"]["Tracing"] == "Active"
    assert "@logger.inject_lambda_context(clear_state=True)" in code
    assert "collage_id" in code or "told(logger, event[" in code


@pytest.mark.parametrize(
    "name", ["AlarmKey", "AlarmTopic", "AlarmTopicPolicy", "AlarmSubscription"]
)
def test_the_topic_exists_only_when_there_is_an_address(name):
    assert template()["Resources"][name]["Condition"] == "HasAlarmEmail"


def test_the_topic_is_encrypted_by_a_key_that_alarms_may_use():
    topic = resources("AWS::SNS::Topic")["AlarmTopic"]
    (key,) = resources("AWS::KMS::Key").values()
    allowed = [s for s in key["KeyPolicy"]["Statement"] if "Service" in s["Principal"]]

    assert topic["KmsMasterKeyId"] == {"Fn::GetAtt": ["AlarmKey", "Arn"]}
    assert [s["Principal"]["Service"] for s in allowed] == ["cloudwatch.amazonaws.com"]
    assert key["EnableKeyRotation"] is True


def test_a_sample_event_of_the_rule_for_ended_runs_is_one_that_it_lets_through():
    pattern = functions()["RecordFailureFunction"]["Events"]["Ended"]["Properties"]["Pattern"]
    event = json.loads((ROOT / "events" / "record_failure_status.json").read_text())

    assert event["source"] in pattern["source"]
    assert event["detail-type"] in pattern["detail-type"]
    assert event["detail"]["status"] in pattern["detail"]["status"]
    assert pattern["detail"]["stateMachineArn"] == [{"Ref": "CollageStateMachine"}]
