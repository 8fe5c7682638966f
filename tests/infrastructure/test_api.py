"""Nobody who is not known may spend or read: no route of the translated template is open."""

import pytest

from tests.infrastructure.shipped import resources, template
from tests.infrastructure.translated import translated

METHODS = {"get", "put", "post", "patch", "delete"}
AUTHORIZED = {"Jwt": "x-amazon-apigateway-authorizer", "Iam": "x-amazon-apigateway-authtype"}


def resolved(value, conditions):
    """What CloudFormation makes of every Fn::If."""
    if isinstance(value, list):
        return [resolved(item, conditions) for item in value]
    if not isinstance(value, dict):
        return value
    if "Fn::If" in value:
        name, then, otherwise = value["Fn::If"]
        return resolved(then if conditions[name] else otherwise, conditions)
    found = {key: resolved(item, conditions) for key, item in value.items()}
    return {key: item for key, item in found.items() if item != {"Ref": "AWS::NoValue"}}


def api(*true: str):
    """The API's properties where these conditions hold and no others."""
    conditions = {name: name in true for name in template()["Conditions"]}
    (found,) = (
        resource["Properties"]
        for resource in translated()["Resources"].values()
        if resource["Type"] == "AWS::ApiGatewayV2::Api"
    )
    return resolved(found, conditions)


def routes(body):
    for path, item in body["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


SCOPE = {"Ref": "JwtScope"}


@pytest.mark.parametrize(
    ("true", "scheme", "scopes"),
    [
        ((), "Iam", []),
        (("HasJwtScope",), "Iam", []),
        (("HasJwtIssuer",), "Jwt", []),
        (("HasJwtIssuer", "HasJwtScope"), "Jwt", [SCOPE]),
    ],
)
def test_every_route_asks_who_is_there(true, scheme, scopes):
    body = api(*true)["Body"]
    found = list(routes(body))

    assert {method for _, method, _ in found} == METHODS
    for path, method, operation in found:
        assert operation["security"] == [{scheme: scopes}], (method, path)
        assert operation["x-amazon-apigateway-integration"]["payloadFormatVersion"] == "2.0"
    assert AUTHORIZED[scheme] in body["components"]["securitySchemes"][scheme]


def test_callers_sign_their_requests_unless_there_is_an_issuer():
    assert api()["Body"]["components"]["securitySchemes"].keys() == {"Iam"}
    schemes = api()["Body"]["components"]["securitySchemes"]
    assert schemes["Iam"]["x-amazon-apigateway-authtype"] == "awsSigv4"
    assert template()["Parameters"]["JwtIssuer"]["Default"] == ""


def test_a_token_is_of_the_issuer_and_for_the_audience_that_are_set():
    schemes = api("HasJwtIssuer")["Body"]["components"]["securitySchemes"]

    authorizer = schemes["Jwt"]["x-amazon-apigateway-authorizer"]
    assert authorizer["type"] == "jwt"
    assert authorizer["identitySource"] == "$request.header.Authorization"
    assert authorizer["jwtConfiguration"].keys() == {"issuer", "audience"}


def test_a_token_needs_a_scope_unless_that_is_said_to_be_no_use():
    assert template()["Parameters"]["JwtScope"]["Default"] == "collages/run"


def test_an_issuer_needs_an_audience():
    rule = template()["Rules"]["Tokens"]

    assert "JwtIssuer" in str(rule["RuleCondition"])
    assert "JwtAudience" in str(rule["Assertions"])


def test_there_is_no_other_way_in():
    kinds = {resource["Type"] for resource in translated()["Resources"].values()}

    assert "AWS::Lambda::Url" not in kinds
    assert not {kind for kind in kinds if kind.startswith("AWS::ApiGateway::")}
    # Routes lie in the API's body, where the tests above see them.
    assert "AWS::ApiGatewayV2::Route" not in kinds


def test_the_function_is_for_the_api_alone():
    sources = [
        str(resource["Properties"]["SourceArn"])
        for resource in translated()["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Permission"
        and resource["Properties"]["FunctionName"] == {"Ref": "ApiFunction"}
    ]

    assert len(sources) == len(METHODS)
    assert all("execute-api" in source and "'Ref': 'HttpApi'" in source for source in sources)


def test_no_page_may_call_the_api_unless_its_origin_is_set():
    assert "x-amazon-apigateway-cors" not in api()["Body"]
    cors = api("HasCorsOrigins")["Body"]["x-amazon-apigateway-cors"]
    assert "*" not in str(cors["allowOrigins"])
    assert "allowCredentials" not in cors
    assert "*" not in template()["Parameters"]["CorsOrigins"]["Default"]


def test_pages_of_those_origins_may_use_forms_and_links_too():
    for bucket in resources("AWS::S3::Bucket").values():
        condition, then, otherwise = bucket["CorsConfiguration"]["Fn::If"]
        (rule,) = then["CorsRules"]

        assert (condition, otherwise) == ("HasCorsOrigins", {"Ref": "AWS::NoValue"})
        assert rule["AllowedOrigins"] == {"Fn::Split": [",", {"Ref": "CorsOrigins"}]}


def test_the_stage_is_throttled_and_logged():
    (stage,) = resources("AWS::Serverless::HttpApi").values()

    assert stage["DefaultRouteSettings"].keys() == {"ThrottlingRateLimit", "ThrottlingBurstLimit"}
    assert stage["AccessLogSettings"]["DestinationArn"]
