"""What pages say of other files: every link leads to something, and what is counted is so many."""

import os.path
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.infrastructure.roles import roles
from tests.infrastructure.shipped import ROOT
from tests.infrastructure.translated import translated

PAGES = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()
    if (ROOT / name).is_file()
]  # fmt: skip
LINK = re.compile(r"\]\(([^)\s]+)\)")


@cache
def text(page: Path) -> str:
    """What is written in a page, without its examples of code."""
    return re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)


@cache
def anchors(page: Path) -> frozenset[str]:
    """By what its headings are linked to, as GitHub names them; those of equal words by number."""
    found: list[str] = []
    for heading in re.findall(r"^#{1,6} (.+)$", text(page), flags=re.MULTILINE):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        found.append(re.sub(r"[^\w\- ]", "", words).replace(" ", "-"))
    return frozenset(
        name if not found[:place].count(name) else f"{name}-{found[:place].count(name)}"
        for place, name in enumerate(found)
    )


def leads_nowhere(page: Path, link: str) -> bool:
    """Whether a link within the repository leads to no file, or to no heading of its page."""
    path, _, anchor = link.partition("#")
    target = Path(os.path.normpath(page.parent / path)) if path else page
    return not target.exists() or (
        bool(anchor) and target.suffix == ".md" and anchor not in anchors(target)
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(text(page)) if "://" not in link]

    assert [link for link in links if leads_nowhere(page, link)] == []


def test_headings_are_linked_to_by_their_words_and_by_number_where_they_are_equal(
    tmp_path: Path,
) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Tea & `milk`\n## Cups\n## Cups\n```\n# no heading\n```\n", encoding="utf-8")

    assert anchors(page) == {"tea--milk", "cups", "cups-1"}
    assert [
        link
        for link in ("#cups-1", "page.md#tea--milk", "#no-heading", "saucer.md", "page.md#saucers")
        if leads_nowhere(page, link)
    ] == ["#no-heading", "saucer.md", "page.md#saucers"]


@pytest.mark.parametrize(
    ("kind", "called"),
    [
        ("Lambda::Function", "Lambda functions"),
        ("Lambda::LayerVersion", "layers"),
        ("StepFunctions::StateMachine", "state machines"),
        ("S3::Bucket", "buckets"),
        ("Events::Rule", "rules"),
        ("CloudWatch::Alarm", "alarms"),
    ],
)
def test_what_a_stack_always_has_is_told_by_number(kind: str, called: str) -> None:
    always = [
        name
        for name, resource in translated()["Resources"].items()
        if resource["Type"] == f"AWS::{kind}" and "Condition" not in resource
    ]
    told = text(ROOT / "docs" / "deploy.md").partition("\nAlways: ")[2].partition(". With")[0]

    assert f"{len(always)} {called}" in " ".join(told.split())


DEPLOYED_AS = {"ApiGatewayV2": "apigateway", "StepFunctions": "states"}
"""What IAM calls a service, where CloudFormation's name for it is another."""
PASSED_TO = {
    "lambda.amazonaws.com": "Lambda",
    "states.amazonaws.com": "Step Functions",
    "events.amazonaws.com": "EventBridge",
    "ecs-tasks.amazonaws.com": "ECS",
    "ec2.amazonaws.com": "EC2",
}


def test_who_deploys_is_told_of_every_service_and_of_whoever_is_given_a_role() -> None:
    section = text(ROOT / "docs" / "deploy.md").partition("\n## Who may deploy\n")[2]
    told = " ".join(section.partition("\n## ")[0].split())
    kinds = {resource["Type"].split("::")[1] for resource in translated()["Resources"].values()}
    takers = {
        service
        for role in roles().values()
        for statement in role["AssumeRolePolicyDocument"]["Statement"]
        for service in listed(statement["Principal"]["Service"])
    }
    passed = " ".join(re.findall(r"`iam:PassRole` to ([^;,]+, [^;,)]+|[^;,)]+)", told))

    assert [one for one in kinds if f"`{DEPLOYED_AS.get(one, one.lower())}`" not in told] == []
    assert [one for one in takers if PASSED_TO[one] not in passed] == []


LONGEST = {
    ("AWS::Lambda::Function", "FunctionName"): 64,
    ("AWS::StepFunctions::StateMachine", "StateMachineName"): 80,
    ("AWS::CloudFront::OriginAccessControl", "OriginAccessControlConfig", "Name"): 64,
}
"""Characters that AWS allows for what the template names after its stack."""


def test_the_longest_name_that_a_stack_may_have_is_told() -> None:
    left = set()
    for resource in translated()["Resources"].values():
        for (kind, *path), most in LONGEST.items():
            if resource["Type"] == kind:
                name = resource["Properties"]
                for part in path:
                    name = name.get(part, {})
                rest = name.get("Fn::Sub", "").replace("${AWS::Region}", "ap-southeast-1")
                left.add(most - len(rest.replace("${AWS::StackName}", "")))

    assert f"may have one of up to {min(left)} characters" in text(ROOT / "docs" / "deploy.md")


def listed(value: str | list[str]) -> list[str]:
    """One, or several."""
    return value if isinstance(value, list) else [value]
