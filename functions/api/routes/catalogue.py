"""The catalogue: what can be asked for here, with defaults and limits."""

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from answers import (
    Engine,
    EngineLimits,
    Engines,
    Masks,
    Recipe,
    RecipeLimits,
    Recipes,
    Styles,
)
from collage import engines, recipes
from collage.engines.provider import per_minute
from collage.errors import EngineUnavailable
from collage.fields.fields import AXES
from collage.fields.values import MAX_STYLES
from collage.pictures import masks
from collage.request.request import MAX_COLLAGE_PIXELS, Request
from collage.services import Services, services
from collage.spending.accounts import of_engine
from collage.steps import capabilities
from collage.words import styles

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.get("/engines", tags=["catalogue"], summary="The engines", operation_id="listEngines")
def list_engines() -> Engines:
    """List what renders tiles, and whether this stack is set up for it."""
    here = services()
    return Engines(
        items=[_engine(name, here) for name in engines.offered()],
        default=Request().engine,
        limits=EngineLimits(
            daily_usd=here.settings.daily_usd,
            concurrency=here.settings.concurrency,
        ),
    )


@router.get("/styles", tags=["catalogue"], summary="The styles", operation_id="listStyles")
def list_styles() -> Styles:
    """List the styles of a request that names none."""
    lister = services().lister()
    return Styles(
        items=list(styles.DEFAULT_STYLES),
        listed_by=lister.settings.text_model if lister else None,
        most=MAX_STYLES,
        longest_name=styles.MAX_NAME,
    )


@router.get("/masks", tags=["catalogue"], summary="The masks", operation_id="listMasks")
def list_masks() -> Masks:
    """List what part of a picture can be repainted."""
    return Masks(
        items=list(masks.MASKS),
        sets={name: list(members) for name, members in masks.SETS.items()},
        default=list(Request().masks),
        shapes={name: masks.sketch(name) for name in masks.MASKS},
    )


@router.get(
    "/recipes",
    tags=["catalogue"],
    summary="The recipes and the options of a request",
    operation_id="listRecipes",
)
def list_recipes() -> Recipes:
    """List how a request can unfold into tiles, and all that it can say."""
    limits = services().settings
    return Recipes(
        items=[
            Recipe(
                name=name,
                description=known.what,
                source=known.source,
                uses=sorted(known.uses),
                own_grid=known.own_grid,
                operation=None if known.source == "needed" else known.operation_on(False),
                operation_on_source=None if known.source == "unused" else known.operation_on(True),
            )
            for name, known in recipes.RECIPES.items()
        ],
        default=Request().recipe,
        options=Request.model_json_schema(),
        axes=list(AXES),
        limits=RecipeLimits(
            max_source_bytes=limits.max_source_bytes,
            max_source_pixels=limits.max_source_pixels,
            max_collage_pixels=MAX_COLLAGE_PIXELS,
            min_share=limits.min_share,
            notify_hosts=list(limits.hosts),
        ),
    )


def _engine(name: str, here: Services) -> Engine:
    known = engines.ENGINES[name]
    needs = None
    try:
        capabilities.set_up(name, here)
    except EngineUnavailable as error:
        needs = str(error)
    account = of_engine(here.accounts, name)
    model = known.model or (account.settings.model if account else None)
    quotas = account.quotas(model or "") if account else ()
    operations = sorted(known.operations)
    return Engine(
        name=name,
        model=model,
        models={
            operation: known.model_of(operation, True, model or known.families.get(operation, ""))
            for operation in operations
        },
        operations=operations,
        options=list(known.options),
        seeded=known.seeded,
        trained=known.trained,
        priced=known.provider is not None,
        images_per_minute=per_minute(quotas) if quotas else None,
        images_at_once=sum(quota.burst for quota in quotas) if quotas else None,
        qualities=list(known.qualities),
        styles=list(known.styles),
        style_pictures=known.style_pictures,
        available=needs is None,
        needs=needs,
    )
