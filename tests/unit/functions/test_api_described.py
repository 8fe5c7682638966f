"""What the HTTP API says of itself and of its stack."""

import json
import re

from openapi_spec_validator import OpenAPIV31SpecValidator

from collage.engines import ENGINES, offered
from collage.request.request import Request
from tests.unit.functions.called import ASKED


def test_the_catalogue_says_what_this_stack_has(api):
    engines = api("GET", "/engines").json
    by_name = {engine["name"]: engine for engine in engines["items"]}

    assert engines["default"] == "painter"
    assert by_name["painter"]["available"]
    assert not by_name["openai"]["available"]
    assert "OpenAiSecret" in by_name["openai"]["needs"]
    assert engines["limits"]["concurrency"] == 7
    assert by_name["painter"]["models"]["upscale"] == by_name["painter"]["model"] == "painter-1"
    assert by_name["openai"]["models"]["inpaint"] == by_name["openai"]["model"]
    assert api("GET", "/recipes").json["limits"]["max_source_bytes"] == 3_000_000
    recipes = {recipe["name"]: recipe for recipe in api("GET", "/recipes").json["items"]}
    assert recipes["samples"]["source"] == "unused"
    assert "grid_size" in recipes["samples"]["uses"]
    assert "Cubism" in api("GET", "/styles").json["items"]
    assert api("GET", "/masks").json["sets"]["halves"] == ["top", "bottom", "left", "right"]


def test_the_catalogue_says_what_goes_together(api):
    engines = {engine["name"]: engine for engine in api("GET", "/engines").json["items"]}
    catalogue = api("GET", "/recipes").json
    asks = {r["name"]: (r["operation"], r["operation_on_source"]) for r in catalogue["items"]}

    assert "quality" in engines["openai"]["options"]
    assert engines["painter"]["options"] == []
    assert asks["matrix"] == ("generate", "inpaint")
    assert asks["samples"] == ("generate", None)
    assert asks["transfer"] == (None, "transfer")
    assert "prompt_sr" in catalogue["axes"]


def test_the_catalogue_shows_what_masks_repaint(api):
    shapes = api("GET", "/masks").json["shapes"]

    assert shapes["left"] == ["########........"] * 16
    assert shapes["checkerboard"][0] == "####....####...."
    assert shapes["centre"][3:5] == ["................", "....########...."]


def test_an_engine_is_called_available_where_a_collage_by_it_is_not_refused(api):
    items = api("GET", "/engines").json["items"]

    assert [engine["name"] for engine in items] == [*offered()]
    assert "original" not in offered()
    for engine in items:
        answer = api("POST", "/collages", ASKED | {"engine": engine["name"]})
        assert (answer.status == 202) == engine["available"]
        if not engine["available"]:
            assert answer.json["detail"] == engine["needs"]


def test_an_engine_with_a_model_for_each_operation_has_no_other(api):
    (diffusion,) = (e for e in api("GET", "/engines").json["items"] if e["name"] == "diffusion")

    assert diffusion["model"] is None
    assert diffusion["models"].keys() == set(ENGINES["diffusion"].operations)
    assert (diffusion["models"]["inpaint"], diffusion["models"]["upscale"]) == (
        "sdxl-inpainting",
        "esrgan-x4",
    )


def test_the_options_of_a_request_are_those_that_are_taken(api):
    options = api("GET", "/recipes").json["options"]["properties"]

    assert options.keys() == Request.model_fields.keys()


def test_the_page_needs_no_script_and_nothing_from_elsewhere(api):
    page = api("GET", "/docs")

    assert page.headers["Content-Type"].startswith("text/html")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha")
    assert "<script" not in page.text
    assert "http" not in page.text.replace("HTTP", "")
    assert "POST /collages/{collage}/assemble" in page.text


def test_the_description_has_every_route_and_every_problem(api):
    described = api("GET", "/openapi.json").json

    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {
        "/uploads", "/collages", "/collages/estimate", "/collages/{collage}",
        "/collages/{collage}/deletion",
        "/collages/{collage}/tiles", "/collages/{collage}/events", "/collages/{collage}/assemble",
        "/collages/{collage}/exports", "/collages/{collage}/exports/{export}",
        "/collages/{collage}/share", "/collages/{collage}/shares",
        "/collages/{collage}/shares/{share}",
        "/collages/{collage}/choices", "/collages/{collage}/request", "/collages/{collage}/again",
        "/engines", "/styles", "/masks", "/recipes", "/openapi.json", "/docs",
    }  # fmt: skip
    for item in described["paths"].values():
        for operation in item.values():
            assert {"429", "500", "503", "403"} <= operation["responses"].keys()
            takes = {"parameters", "requestBody"} & operation.keys()
            assert ("422" in operation["responses"]) == bool(takes)
            assert [status for status in operation["responses"] if status.startswith("2")]
    assert "HTTPValidationError" not in json.dumps(described)


def test_the_description_is_valid_and_every_schema_of_it_is_used(api):
    described = api("GET", "/openapi.json").json

    OpenAPIV31SpecValidator(described).validate()
    text = json.dumps(described)
    named = set(re.findall(r'"\$ref": "#/components/schemas/([\w-]+)"', text))
    assert named == described["components"]["schemas"].keys()
    operations = [one for item in described["paths"].values() for one in item.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[a-z]+[A-Z][a-z]+", name) for name in ids), ids


def test_the_description_says_how_this_stack_knows_its_callers(api):
    signed = api("GET", "/openapi.json").json
    api.authorizer = {"jwt": {"claims": {"sub": "painter"}, "scopes": ["collages/run"]}}
    shown = api("GET", "/openapi.json").json

    assert (signed["security"], shown["security"]) == ([{"Sigv4": []}], [{"Jwt": []}])
    for described in (signed, shown):
        schemes = described["components"]["securitySchemes"]
        assert schemes["Sigv4"]["x-amazon-apigateway-authtype"] == "awsSigv4"
        assert (schemes["Jwt"]["type"], schemes["Jwt"]["scheme"]) == ("http", "bearer")
