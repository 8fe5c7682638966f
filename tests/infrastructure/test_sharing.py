"""What sharing adds to a stack, and that a stack without it has none of it."""

import re

import boto3
import pytest
from moto import mock_aws

from collage.sharing import key_pair
from combinatoric_collage.cli import checks
from combinatoric_collage.cli.checks.subject import Subject
from combinatoric_collage.cli.stacks import sharing
from tests.infrastructure.shipped import ROOT, resources, template

KINDS = re.compile("AWS::CloudFront::.*")


def test_without_sharing_there_is_nothing_of_it():
    parts = {
        name: resource.get("Condition", "")
        for name, resource in template()["Resources"].items()
        if KINDS.fullmatch(resource["Type"]) or name.startswith(("Sharing", "ShareCollage"))
    }

    assert "SharingDistribution" in parts
    assert {condition.rstrip("AB").removesuffix("Key") for condition in parts.values()} == {
        "HasSharing"
    }
    assert template()["Parameters"]["Sharing"]["Default"] == "off"


def test_every_path_wants_a_signature_and_the_bucket_lets_read_copies_alone():
    (config,) = (
        one["DistributionConfig"] for one in resources("AWS::CloudFront::Distribution").values()
    )
    ways = [config["DefaultCacheBehavior"], *config["CacheBehaviors"]]
    policy = resources("AWS::S3::BucketPolicy")["CollagesBucketPolicy"]["PolicyDocument"]
    _, (_, allowed, nothing) = (one.get("Fn::If", one) for one in policy["Statement"])

    assert [way["TrustedKeyGroups"] for way in ways] == [[{"Ref": "SharingKeys"}]] * 2
    assert [way["AllowedMethods"] for way in ways] == [["GET", "HEAD"]] * 2
    assert [way["ViewerProtocolPolicy"] for way in ways] == ["https-only"] * 2
    assert [way["PathPattern"] for way in config["CacheBehaviors"]] == ["/shares/*/site/*"]
    assert (allowed["Effect"], allowed["Action"]) == ("Allow", "s3:GetObject")
    assert allowed["Resource"] == {"Fn::Sub": "${CollagesBucket.Arn}/shares/*/site/*"}
    assert "aws:SourceArn" in allowed["Condition"]["StringEquals"]
    assert nothing == {"Ref": "AWS::NoValue"}


def test_the_policy_sent_with_a_page_is_the_pages_own():
    (headers,) = resources("AWS::CloudFront::ResponseHeadersPolicy").values()
    security = headers["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    sent = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    (own,) = re.findall(
        'Content-Security-Policy" content="([^"]+)"', (ROOT / "web/index.html").read_text()
    )

    assert sent == f"{own}; frame-ancestors 'none'"


@pytest.fixture
def secrets(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield boto3.client("secretsmanager", region_name="us-east-1")


def found(secrets, **parameters):
    """What doctor says of a stack's signing key."""
    clients = {"secretsmanager": secrets, "sts": boto3.client("sts", region_name="us-east-1")}
    given = {"Sharing": "on", "SharingSecret": "sharing", **parameters}
    return checks.sharing.key(Subject(clients.__getitem__, given))


def test_a_new_key_is_looked_at_without_being_read_and_the_one_before_it_stays(secrets):
    with pytest.raises(checks.Wrong, match="collage sharing-key sharing"):
        found(secrets)
    first = sharing.new_key(secrets, "sharing", first=True)
    assert sharing.known_key(secrets, "sharing") == first
    assert found(secrets, SharingPublicKeyA=first) == "sharing holds the key of SharingPublicKeyA"

    second = sharing.new_key(secrets, "sharing", first=False)

    with pytest.raises(checks.Wrong, match="with SharingPublicKeyB="):
        found(secrets, SharingPublicKeyA=first)
    assert found(secrets, SharingPublicKeyA=first, SharingPublicKeyB=second)
    before = secrets.get_secret_value(SecretId="sharing", VersionStage="AWSPREVIOUS")
    assert key_pair.public_half(key_pair.read(before["SecretString"])) == first
    pattern = template()["Parameters"]["SharingPublicKeyA"]["AllowedPattern"]
    assert re.fullmatch(pattern, first)


def test_a_stack_signs_with_the_newest_key_that_it_knows(secrets):
    from collage.errors import SharingUnavailable
    from collage.sharing.signing import signer

    first = sharing.new_key(secrets, "sharing", first=True)
    second = sharing.new_key(secrets, "sharing", first=False)

    assert signer(secrets, "sharing", "https://a.example", {first: "KA"}).key == "KA"
    both = {first: "KA", second: "KB"}
    assert signer(secrets, "sharing", "https://a.example", both).key == "KB"
    with pytest.raises(SharingUnavailable, match="none of the stack's public keys"):
        signer(secrets, "sharing", "https://a.example", {})
    with pytest.raises(SharingUnavailable, match="there is none of that name"):
        signer(secrets, "another", "https://a.example", both)
