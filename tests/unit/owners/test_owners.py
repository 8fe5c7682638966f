"""Who asks is named by AWS or by an issuer, and told from all others."""

import pytest

from collage.errors import InvalidRequest
from collage.owners.owner import Owner, claimed
from collage.owners.who import of_arn, of_claims


@pytest.mark.parametrize(
    ("arn", "who", "groups"),
    [
        ("arn:aws:iam::123456789012:user/anna", "user/anna", set()),
        ("arn:aws-cn:iam::123456789012:user/studio/anna", "user/studio/anna", set()),
        ("arn:aws:iam::123456789012:root", "root", set()),
        (
            "arn:aws:sts::123456789012:assumed-role/Painters/anna@example.com",
            "assumed-role/Painters/anna@example.com",
            {"Painters"},
        ),
        ("", "", set()),
    ],
)
def test_a_principal_of_iam_is_called_by_the_end_of_its_arn(arn, who, groups):
    caller = of_arn(arn, "anna")

    assert (caller.who, caller.groups) == (who, groups)


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        ("[painters keepers]", {"painters", "keepers"}),
        ("[painters]", {"painters"}),
        ("[]", set()),
        ("painters,keepers", {"painters", "keepers"}),
        (["painters", "of the sea"], {"painters", "of the sea"}),
        (None, set()),
    ],
)
def test_the_groups_of_a_bearer_are_those_of_one_claim(claim, groups):
    caller = of_claims({"sub": "0a1b", "groups": claim, "cognito:groups": "[else]"}, "groups", "")

    assert caller.groups == groups


def test_subjects_that_differ_by_a_space_are_two_people_and_one_too_long_is_nobody():
    names = [of_claims({"sub": sub}, "groups", "").who for sub in ("a b", "a  b", "a" * 256, None)]

    assert names == ["subject/a b", "subject/a  b", "", ""]


def test_a_caller_gives_a_collage_to_a_group_of_theirs_alone():
    caller = of_arn("arn:aws:sts::123456789012:assumed-role/Painters/anna", "anna")

    assert caller.owner("Painters") == Owner(who=caller.who, called="anna", group="Painters")
    with pytest.raises(InvalidRequest, match="not in that group"):
        caller.owner("Keepers")


def test_who_invokes_a_function_is_taken_at_their_word_or_for_the_account():
    assert claimed({"who": "user/anna"}, "123456789012") == Owner(who="user/anna")
    assert claimed(None, "123456789012").who == "account/123456789012"
