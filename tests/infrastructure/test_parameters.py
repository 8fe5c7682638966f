"""What every parameter admits, at its edges, and that what uses it can use that."""

import re
from itertools import chain

import pytest

from collage import engines
from collage.engines.provider import Quota
from collage.settings import Settings
from combinatoric_collage.local.parameters import check
from tests.infrastructure.shipped import functions, template

PARAMETERS = template()["Parameters"]
WHOLE = {
    "MaxConcurrency": (1, 1000),
    "MinSharePercent": (1, 100),
    "MaxSourceMegabytes": (1, 100),
    "MaxSourceMegapixels": (1, 200),
    "UploadRetentionDays": (1, 9999),
    "TileRetentionDays": (0, 9999),
    "OldVersionDays": (1, 9999),
    "BudgetAlarmPercent": (1, 100),
    "ApiRequestsPerSecond": (1, 10_000),
    "ApiBurst": (1, 5000),
    "ImagesAtOnce": (1, 10_000),
    "GpuTasks": (1, 40),
    "OpenAiPreviews": (0, 3),
    "SharingMaxDays": (1, 365),
}
DECIMAL = {
    "ImagesPerMinute": (0.1, 6000),
    "LatencySeconds": (0.1, 800),
    "CallSeconds": (1, 800),
    "DailyUsdLimit": (0, 1_000_000),
    "BedrockPace": (0.01, 100),
}
LONG = "a" * 2000
TEXTS = {
    "AccessLogsBucket": (["abc", "logs.of-mine" + "a" * 51], ["ab", "-ab", "Abc", "a" * 64]),
    "AlarmEmail": (["a@b.c", "first.last+tag@mail.example.org"], ["a@b", "ü@b.c", "a@b..c"]),
    "NotifyEmail": (["a@b.c", "first.last+tag@mail.example.org"], ["a@b", "ü@b.c", "a@b..c"]),
    "NotifyTopic": (
        ["arn:aws:sns:eu-west-1:123456789012:a", "arn:aws-cn:sns:cn-north-1:123456789012:A-b_c"],
        ["a", "arn:aws:sqs:eu-west-1:123456789012:a", "arn:aws:sns:eu-west-1:123456789012:a b"],
    ),
    "Webhook": (
        ["https://a", "https://a.b:8443/v1?a=b", "http://localhost:8000/hook", "http://127.0.0.1"],
        ["http://a.b/", "https://a b", "https://u:p@a.b/", "https://a/#b", f"https://a/{LONG}",
         "http://127.0.0.1.example", "http://10.0.0.7/"],
    ),
    "NotifyHosts": (["a.b", "a.b,c-d.e", "a" * 500], ["a b", "https://a.b", "a" * 501]),
    "JwtIssuer": (
        [
            "https://a", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC",
            "https://a:8443/", "http://127.0.0.1:8080",
        ],
        [
            "http://a.b", "http://127.0.0.1.a.b", "http://127.0.0.11", "https://", "https://a b",
            "https://a/?q", f"https://a/{LONG}",
        ],
    ),
    "JwtAudience": (
        ["a", ",".join(["api://collage"] * 50)],
        ["a,", ",a", "a, b", ",".join("a" * 51)],
    ),
    "CorsOrigins": (
        ["https://a", "http://localhost:3000,https://example.com", ",".join(["https://a.b"] * 10)],
        ["*", "https://*", "https://a/", "a.b", "https://a?", ",".join(["https://a.b"] * 11)],
    ),
    "OpenAiBaseUrl": (
        ["https://a", "https://a.b:8443/v1", "http://127.0.0.1:8080/v1", "http://localhost",
         "http://10.0.0.7", "http://172.16.0.1:1/", "http://192.168.1.20:8000/v1"],
        ["http://api.example/v1", "http://172.32.0.1", "http://127.0.0.1@api.example/",
         "http://127.0.0.1:80@api.example", "http://10.0.0.7.api.example", f"https://a/{LONG}"],
    ),
    "SharingSecret": (["a", "prod/sharing+a=b@c.d", "a" * 512], ["a b", "a:b", "a" * 513]),
    **dict.fromkeys(
        ("SharingPublicKeyA", "SharingPublicKeyB"),
        ([",".join(["aB0+" * 16] * 6 + ["/" * 8])], ["a", "a" * 392, ",".join(["a" * 64] * 7)]),
    ),
    "SharingDomain": (
        ["shared.example.org", "a-b.c"],
        ["example", "https://a.b", "a.b/", "-a.b", "a..b", "A.b", "*.example.org"],
    ),
    "SharingCertificate": (
        ["arn:aws:acm:us-east-1:123456789012:certificate/0123abcd-0123-4567-89ab-0123456789ab"],
        ["arn:aws:acm:eu-west-1:123456789012:certificate/0123abcd", "0123abcd-0123"],
    ),
    "OpenAiSecret": (["a", "prod/openai+a=b@c.d", "a" * 512], ["a b", "a:b", "a" * 513]),
    "OpenAiOrganization": (["org-abc", "a" * 100], ["org abc", "a" * 101]),
    "OpenAiModel": (["a", "owner/model:tag@1", "a" * 200], ["", "-a", "a" * 201]),
    "OpenAiTextModel": (["a", "owner/model:tag@1", "a" * 200], ["", "-a", "a" * 201]),
    "OpenAiApiVersion": (["2", "2025-04-01-preview", "a" * 40], ["a b", "a&b", "a" * 41]),
    "OpenAiMaskField": (["mask", "mask_image", "a" * 40], ["", "1a", "a b", "a" * 41]),
    "OpenAiPictureHosts": (["a.b", "a.b,c-d.e", "a" * 500], ["a b", "https://a.b", "a" * 501]),
    "BedrockRegion": (
        ["us-west-2", "us-east-1,us-west-2", "us-east-2,us-west-2,us-east-1"],
        ["", "eu-central-1", "us-west-1", "us-west-2,", "us-west-2, us-east-1",
         "us-west-2,us-west-2", "us-east-1,us-west-2,us-east-1"],
    ),
    "BedrockTextModel": (
        ["", "us.amazon.nova-2-lite-v1:0", "us.words." + "a" * 100],
        ["amazon.nova-2-lite-v1:0", "global.amazon.nova-2-lite-v1:0", "us.amazon.a b", "us.a.",
         "us.words.opus.5", "us.words." + "a" * 101, "us.words.*"],
    ),
    "Administrators": (
        ["", "user/anna", ",".join([f"group/{'g' * 130}"] * 8)],
        ["anna", "user/", "user/a, user/b", "user/a,", ",".join(["user/a"] * 9)],
    ),
    "GroupsClaim": (["cognito:groups", "https://example.com/groups"], ["", "a b", "a,b"]),
    "PersonDailyUsdLimit": (["", "0", "1000000"], ["-1", "1.234", "01", "1e3"]),
    "UsdPerImage": (["0", "0.02", "9999.123456"], ["-1", ".5", "1.", "1e1", "0.1234567"]),
    "ModelsLocation": (
        ["s3://abc/", "s3://abc/models", "s3://abc/a/b/", "/", "/a folder"],
        ["s3://abc", "s3://abc//", "s3://abc/models//", "s3://abc/a//b", "abc", f"/{LONG}"],
    ),
    "GpuImage": (["a", "1.dkr.ecr.eu-west-1.amazonaws.com/a@sha256:0"], ["a b", "a" * 256]),
    "GpuVpc": (
        ["vpc-0123abcd", "vpc-0123456789abcdef0"],
        ["vpc-1", "vpc-ABCDEF01", "subnet-0123abcd"],
    ),
    "GpuSubnets": (
        ["subnet-0123abcd", ",".join(["subnet-0123456789abcdef0"] * 16)],
        ["subnet-1", "subnet-0123abcd,", "subnet-0123abcd, subnet-0123abcd"],
    ),
}  # fmt: skip
"""Text: what is taken, and what is not. Only OpenAI's models, the field of the mask and Bedrock's
Regions need a name."""
ELSEWHERE = {"JwtScope"}
"""Held to its use in test_api.py."""
CHOSEN = {name for name, parameter in PARAMETERS.items() if "AllowedValues" in parameter}
ENVIRONMENT_BYTES = 4096
"""What Lambda allows for names and values of a function's variables together."""


def admits(name, value):
    return re.fullmatch(PARAMETERS[name]["AllowedPattern"], value) is not None


def test_every_parameter_is_held_to_its_edges_here():
    assert {*WHOLE, *DECIMAL, *TEXTS, *CHOSEN, *ELSEWHERE} == set(PARAMETERS)


def test_no_parameter_is_a_number_to_cloudformation_that_is_not_chosen_from_some():
    """As one it would take 1.5, 1e3 and 007, which what uses it does not."""
    kinds = {name for name, parameter in PARAMETERS.items() if parameter["Type"] != "String"}

    assert kinds == {"LogRetentionDays"}
    assert kinds <= CHOSEN


@pytest.mark.parametrize(("name", "bounds"), WHOLE.items())
def test_whole_numbers_are_all_of_those_between_two_bounds(name, bounds):
    lowest, highest = bounds
    numbers = range(max(0, lowest - 2), highest + 1200)

    assert [n for n in numbers if admits(name, str(n))] == list(range(lowest, highest + 1))
    assert not [
        text for text in ("", "-1", "01", "1.5", "1e1", " 1", "+1", "nan") if admits(name, text)
    ]


@pytest.mark.parametrize(("name", "bounds"), DECIMAL.items())
def test_other_numbers_lie_between_two_bounds(name, bounds):
    lowest, highest = bounds
    tenths = [
        f"{n // 10}.{n % 10}" for n in chain(range(200), range(7900, 8100), range(59_900, 60_100))
    ]

    assert admits(name, f"{lowest:g}")
    assert admits(name, str(highest))
    assert not [text for text in tenths if admits(name, text) != (lowest <= float(text) <= highest)
                and float(text) not in bounds]  # fmt: skip
    assert not [
        text
        for text in (
            "",
            "-1",
            "00",
            "0.0001",
            ".5",
            "1.",
            "1e1",
            "nan",
            str(highest + 1),
            f"{highest}.5",
        )
        if admits(name, text)
    ]


@pytest.mark.parametrize(
    ("name", "value"), [(name, one) for name, (good, _) in TEXTS.items() for one in good]
)
def test_text_is_taken(name, value):
    check(PARAMETERS, {name: value})


@pytest.mark.parametrize(
    ("name", "value"), [(name, one) for name, (_, bad) in TEXTS.items() for one in bad]
)
def test_text_that_would_not_work_is_not(name, value):
    assert not admits(name, value)


def environment(name, given):
    """The variables of a function in a stack with these parameters; names in it are made up."""
    shared = template()["Globals"]["Function"]["Environment"]["Variables"]
    own = functions()[name].get("Environment", {}).get("Variables", {})

    def text(value):
        if isinstance(value, dict):
            ((kind, what),) = value.items()
            if kind == "Fn::If":
                return text(what[1])
            if kind == "Fn::Join":
                return what[0].join(text(one) for one in what[1])
            if kind == "Ref":
                return given.get(what, "resource-of-the-stack-with-a-name-of-some-length")
            if kind == "Fn::GetAtt":
                return "arn"
            return re.sub(r"\$\{(\w+)\}", lambda m: given.get(m[1], "name"), what)
        return str(value)

    own = own if isinstance(own, dict) else {}
    return {variable: text(value) for variable, value in {**shared, **own}.items()}


def values(end):
    """Every parameter at one end: 0 for the lowest and shortest, -1 for the highest and longest."""
    numbers = {name: f"{bounds[end]:g}" for name, bounds in {**WHOLE, **DECIMAL}.items()}
    numbers |= {name: str(WHOLE[name][end]) for name in WHOLE}
    texts = {name: sorted(good, key=len)[end] for name, (good, _) in TEXTS.items()}
    chosen = {name: str(PARAMETERS[name]["AllowedValues"][end]) for name in CHOSEN}
    return numbers | {"DailyUsdLimit": str(DECIMAL["DailyUsdLimit"][end])} | texts | chosen


@pytest.mark.parametrize("end", [0, -1], ids=["lowest", "highest"])
@pytest.mark.parametrize("name", functions())
def test_a_function_can_read_its_settings_and_lambda_can_hold_them(name, end, monkeypatch):
    variables = environment(name, values(end))

    size = sum(len(variable) + len(text) for variable, text in variables.items())
    assert size <= ENVIRONMENT_BYTES
    settings = [(one.settings, one.prefix) for one in engines.providers().values()]
    for model, prefix in ((Settings, ""), *settings):
        present = {field: variables.get(prefix + field.upper()) for field in model.model_fields}
        model.model_validate({field: text for field, text in present.items() if text})


SET_UP = ("secret", "enabled", "regions", "model")
PACE = ("images_per_minute", "pace")
NEEDED = {
    "RenderTileFunction": (*SET_UP, *PACE),
    "PlanTilesFunction": (*SET_UP, *PACE),
    "ApiFunction": (*SET_UP, *PACE),
    "StartCollageFunction": SET_UP,
}
"""What a function tells or asks by, of the settings that a provider has."""


@pytest.mark.parametrize("provider", engines.providers().values(), ids=lambda one: one.name)
def test_a_providers_settings_are_parameters_that_reach_the_functions(provider):
    assert set(provider.parameters.values()) <= PARAMETERS.keys()
    assert set(provider.variables.values()) <= set(provider.parameters.values())

    for name, settings in NEEDED.items():
        given = environment(name, values(-1))
        own = (each for each in settings if each in provider.parameters)
        missing = {f"{provider.prefix}{each.upper()}" for each in own} - given.keys()
        assert not missing, f"{name} in template.yaml is not given {sorted(missing)}"


@pytest.mark.parametrize("per_minute", DECIMAL["ImagesPerMinute"])
def test_the_pace_is_told_in_milliseconds_closely_enough(per_minute):
    interval = Quota("openai", per_minute).interval * 1000

    assert round(interval) == pytest.approx(interval, rel=0.05)
