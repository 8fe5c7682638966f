"""What is counted of a collage is what its plan has, and what it is refused for is the same."""

from random import Random

import pytest

from collage import plan
from collage.engines.bedrock.settings import BedrockSettings
from collage.engines.openai.settings import OpenAISettings
from collage.errors import CollageError, InvalidRequest
from collage.pictures.masks import file_of
from collage.plan import Styles
from collage.prepared import Prepared
from collage.recipes import RECIPES
from collage.request.accepted import Accepted
from collage.request.parse import complete, parse
from collage.services import Services
from collage.settings import Settings
from collage.spending import expected
from collage.steps import capabilities, duration
from collage.steps.counting import count
from collage.steps.estimate import estimate
from collage.steps.remaining import in_full
from collage.weights import Family, File, Weights
from collage.words import styles
from tests.unit.plans import SOURCE
from tests.unit.runs import SOURCE as PICTURE

WEIGHTS = Weights(
    families={
        name: Family(
            kind=kind,
            repository="a/b",
            licence="mine",
            files={"unet/model.safetensors": File(sha256="0" * 64, size=1)},
        )
        for name, kind in {
            "sdxl": "text-to-image",
            "sdxl-inpainting": "inpainting",
            "kandinsky": "image-embedding",
        }.items()
    }
)
NAMES = ("Cubism", "Baroque", "Op Art", "a", "aa", "Zen", "Pop")
TEMPLATES = (
    "in the style of {styles}",
    "{a|b} {styles}",
    "{|a}{styles}{|a}",
    "{x|y|z} of {styles} {1|2}",
    "{styles}" + "{ and a half|}" * 3,
)


def some(random, values, least=1):
    return random.sample(values, random.randint(least, len(values)))


def asked(random):
    """Options of a request, most of which are taken."""
    recipe = random.choice(["collage"] * 3 + ["matrix"] * 3 + ["samples", "variations", "erase"])
    engine = random.choice(["painter", "stylizer", "openai", "openai", "bedrock", "diffusion"])
    options = {"recipe": recipe, "engine": engine, "size": random.choice([64, 512, "96x64", 1024])}
    options |= {"cell": random.choice([16, 64, 128]), "seed": random.choice([0, 7])}
    options |= random.choice([{}, {}, {"title": "A cat", "border": 3, "gap": 2}])
    options |= random.choice([{}, *OWN_OPTIONS.get(engine, [])])
    if recipe in ("collage", "matrix", "variations") and random.random() < 0.3:
        options["sources"] = [f"uploads/{i}.png" for i in range(random.randint(2, 4))]
    if recipe in ("collage", "matrix"):
        options |= styled(random, len(options.get("sources", ("",))))
    return options | OF_RECIPE[recipe](random, engine)


OWN_OPTIONS = {
    "openai": [{"quality": quality} for quality in ("low", "medium", "auto")],
    "bedrock": [{"negative_prompt": "{blur}"}],
    "diffusion": [
        {"num_inference_steps": 4}, {"num_inference_steps": 30, "negative_prompt": "{blur}"},
    ],
}  # fmt: skip


def styled(random, sources):
    """Options of a request whose tiles have styles, for so many sources."""
    options = {
        "styles": some(random, NAMES),
        "prompt_template": random.choice(TEMPLATES),
        "masks": some(random, ["halves", "left", "all", "quadrants"]),
    }
    if random.random() < 0.2:
        # One of them is there of the first source alone.
        other = ["uploads/n.png", *[None] * (sources - 1)]
        options["mask_files"] = {"mine": "uploads/m.png", "yours": other}
        options["masks"] = [*options["masks"], "file:mine", "file:yours"]
    return options


def of_collage(random, _):
    rows, cols = random.randint(1, 9), random.randint(1, 9)
    options = {"rows": rows, "cols": cols, "combine": random.randint(1, 3)}
    options["order"] = random.choice(["balanced", "random"])
    return options | random.choice([{}, {"tiles": random.randint(1, rows * cols)}])


def of_prompts(random, _):
    options = {"prompt": random.choice(["a cat", "a {cat|dog} {in a box|}", "{|a|b}"])}
    grid = {"rows": random.randint(1, 9), "cols": random.randint(1, 9)}
    return options | random.choice([{}, {}, grid])


def of_samples(random, engine):
    return {**of_prompts(random, engine), "grid_size": random.randint(1, 5)}


def of_variations(random, engine):
    return {**of_prompts(random, engine), "count": random.randint(1, 12)}


def of_erase(random, engine):
    return {**of_variations(random, engine), "rects": ["3:20x10:30"]}


def of_matrix(random, engine):
    known = {
        "seed": ["1", "2", "3"],
        "combine": ["1", "2"],
        "prompt_sr": ["style", "manner", "aa"],
        "engine": ["painter", engine],
    }
    if engine == "openai":
        known |= {"quality": ["low", "high"], "model": ["gpt-image-2", "gpt-image-1-mini"]}
    if engine == "diffusion":
        known |= {"num_inference_steps": ["4", "9"], "negative_prompt": ["blur", "fog"]}
    names = some(random, list(known), 0)[:3]
    axes = {name: list(dict.fromkeys(some(random, known[name]))) for name in names}
    axes |= random.choice([{}, {"size": ["64", "96x64"]}])
    subjects = {"subjects": some(random, ["a cat", "a {red|blue} boat", "{|a}"])}
    return {"axes": axes, **random.choice([{}, subjects])}


OF_RECIPE = {
    "collage": of_collage,
    "matrix": of_matrix,
    "samples": of_samples,
    "variations": of_variations,
    "erase": of_erase,
}


def given(random, options):
    """What a plan is made of, as it stands behind the door; made-up digests, some of them alike."""
    asked = parse(options)
    without = RECIPES[asked.recipe].source
    alone = without == "needed" or (without == "optional" and random.random() < 0.5)
    sources = tuple(SOURCE for _ in asked.sources or ())
    source = SOURCE if alone and not sources else None
    asked = complete(asked, (64, 64) if source or sources else None)
    drawn = dict.fromkeys(
        RECIPES[asked.recipe].masks(asked, (64, 64) if alone or sources else None)
    )
    files = {
        name: tuple(
            f"file-{random.choice(['one', 'two'])}"
            if asked.has_mask(f"file:{name}", number)
            else None
            for number in range(asked.source_count)
        )
        for name in asked.mask_files or ()
    }
    names = [*(name for name in drawn if file_of(name) is None), "file-one", "file-two"]
    digests = tuple(f"source {random.choice([n, n, n, 0])}" for n in range(len(sources)))
    prepared = Prepared(
        source="source" if source else None,
        sources=digests,
        masks={name: f"digest of {name}" for name in names},
        mask_files=files,
    )
    listed = asked.styles or styles.default(3)
    accepted = Accepted(id="0" * 20, source=source, sources=sources, request=asked)
    return accepted, Styles(styles=listed if asked.styled else (), origin="request"), prepared


def services(random):
    openai = {
        "secret": "here",
        "images_per_minute": random.choice([0.001, 5, 60]),
        "burst": random.choice([1, 3, 10]),
        "timeout": random.choice([60, 600]),
        "usd_per_image": random.choice([None, 0.0137]),
        "model": "gpt-image-2",
    }
    stack = Settings(uploads_bucket="u", collages_bucket="c", gpu_tasks=random.choice([1, 3]))
    bedrock = BedrockSettings(enabled=True, pace=random.choice([1, 0.0001]))
    return Services(stack, {"openai": OpenAISettings(**openai), "bedrock": bedrock})


def told(here, calls, tiles, geometry):
    duration.check(calls, here)
    return expected.estimate(calls, here.accounts), tiles, geometry


def both(seed):
    """What is counted and what a plan has, or why there is none; None, not counted."""
    random = Random(seed)
    options, here = asked(random), services(random)
    try:
        of = given(random, options)
    except CollageError:
        return None
    whole = (*of, capabilities.models(of[0].request, here), here.accounts, WEIGHTS)

    def counted():
        found = count(*whole)
        return found and told(here, found.calls, found.tiles, found.geometry)

    def planned():
        made = plan.make(*whole)
        return told(here, in_full(made), len(made.tiles), plan.geometry(made.layout, made.labels))

    return ended(counted), ended(planned)


def ended(what):
    try:
        return what()
    except CollageError as error:
        return type(error), str(error)


@pytest.mark.parametrize("first", range(0, 300, 100))
def test_what_is_counted_is_what_the_plan_has(first):
    pairs = {seed: both(seed) for seed in range(first, first + 100)}
    counted = {seed: pair for seed, pair in pairs.items() if pair is not None and pair[0]}

    assert len(counted) > 50
    assert {seed: found for seed, (found, _) in counted.items()} == {
        seed: made for seed, (_, made) in counted.items()
    }


def test_a_million_tiles_are_estimated_without_their_plan(stack):
    names = [f"Style {number}" for number in range(160)]
    million = {"rows": 1000, "cols": 1000, "tiles": 1_000_000, "styles": names}
    options = parse({**million, "masks": ["halves", "quadrants"], "size": 64, "cell": 64})

    found = estimate(stack.store, stack.services, PICTURE, options, most_looks=2_000)

    assert (found["tiles"], found["calls"], found["reused"]) == (1_000_000, 1_000_000, 0)
    assert found["geometry"]["size"] == [64_000, 64_000]


def test_few_tiles_are_looked_for_in_however_many_cells(stack):
    options = parse({"rows": 400, "cols": 400, "tiles": 2, "size": 64, "cell": 16})

    found = estimate(stack.store, stack.services, PICTURE, options, most_looks=2_000)

    assert (found["tiles"], found["geometry"]["rows"]) == (2, 400)


@pytest.mark.parametrize(
    "options",
    [
        {"rows": 3, "cols": 3},
        {"rows": 2, "cols": 5, "masks": ["halves", "centre"], "tiles": 7, "cell": 64},
        {"recipe": "matrix", "styles": ["Ukiyo-e", "Cubism"], "masks": ["all", "left"]},
        {"recipe": "erase", "rows": 1, "cols": 2, "transparency": True},
    ],
)
def test_of_an_empty_store_is_said_what_its_plan_says(stack, options):
    asked = parse(options)
    looked = ended(lambda: estimate(stack.store, stack.services, PICTURE, asked))

    assert ended(
        lambda: estimate(stack.store, stack.services, PICTURE, asked, most_looks=2_000)
    ) == (looked)


def test_what_only_a_plan_tells_is_refused_where_that_would_not_be_made_in_time(stack):
    # A style and what stands around it can be the same as another template with another one.
    alike = {"styles": ["a", "aa"], "combine": 1, "prompt_template": "{|a}{styles}{|a}"}
    options = {**alike, "size": 64, "cell": 16, "tiles": 1, "cols": 400}

    few = estimate(stack.store, stack.services, PICTURE, parse({**options, "rows": 2}))
    assert few["tiles"] == 1
    with pytest.raises(InvalidRequest, match="cannot be counted without its plan has at most 150,"):
        estimate(
            stack.store, stack.services, PICTURE, parse({**options, "rows": 400}), most_looks=2_000
        )
