"""A server that speaks Amazon Bedrock on loopback, so that no test needs an account.

It is as strict as the service it stands for, as far as that is documented or known from what others
have met: signatures are verified, models are there by the ids and in the Regions where they are,
fields are those of each model, and a caller needs its rights in every Region that a profile may
choose. It paints real pictures where masks are white, keeps the quotas of each model and Region,
counts what would have been billed, and fails on demand.

    with FakeBedrock(faults=Faults({2: "throttling"})) as fake:
        client = boto3.client("bedrock-runtime", "us-west-2", endpoint_url=fake.url, ...)
        ...
        assert fake.bills == {"inpaint": 3}

Not there: streams, guardrails, asynchronous and batch calls, API keys as bearer tokens. What the
real service does is not documented everywhere; where this one decides for itself a comment says so.
"""

from tests.fake_bedrock.account import Account, denying
from tests.fake_bedrock.converse import Filtered, MalformedTool, Refusal, TooLong
from tests.fake_bedrock.faults import Faults
from tests.fake_bedrock.record import Record
from tests.fake_bedrock.server import FakeBedrock

__all__ = [
    "Account",
    "FakeBedrock",
    "Faults",
    "Filtered",
    "MalformedTool",
    "Record",
    "Refusal",
    "TooLong",
    "denying",
]
