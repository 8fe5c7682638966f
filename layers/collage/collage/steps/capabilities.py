"""What this stack can do of what is asked, beyond the request's own rules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

from collage import engines, recipes
from collage.engines.diffusion import operations
from collage.engines.engine import Wanted
from collage.engines.provider import ProviderSettings
from collage.engines.upscaler import models as upscalers
from collage.errors import EngineUnavailable, InvalidRequest
from collage.fields.fields import OPTIONS
from collage.recipes import upscaling
from collage.request import rules
from collage.request.request import Request
from collage.services import Services
from collage.spending.accounts import of_engine
from collage.store.store import Store
from collage.weights import Weights
from collage.words import styles


def check(asked: Request, services: Services) -> None:
    """Whether this stack can do what is asked, beyond the request's own rules."""
    for name in asked.engines:
        set_up(name, services, "engine" if name in asked.unfolded_engines else "again: engine")
    if asked.upscaler is not None:
        set_up(engines.UPSCALERS[asked.upscaler][0], services, "upscaler")
        upscalers.check(asked.upscaler)
    rules.known_qualities(asked, models(asked, services))
    if asked.styled and asked.styles is None and services.lister(asked.unfolded_engines) is None:
        if asked.theme is not None:
            raise InvalidRequest("theme: without a key there is no language model to list styles.")
        styles.default(asked.style_count, asked.exclude, asked.known_styles)


def able(asked: Request, services: Services, has_source: bool) -> None:
    """Whether the engines of a request, which is complete, can make what it asks for.

    Raises:
        InvalidRequest: with the field that is wrong.
    """
    recipe = recipes.RECIPES[asked.recipe]
    named: tuple[str | None, ...] = asked.axes.get("model", ()) or (asked.model,)
    # The prompts of styles are known only with these.
    texts = (None,) if asked.styled else recipe.prompts(asked)
    options = frozenset(
        name
        for name in (*OPTIONS, "style_pictures")
        if getattr(asked, name) is not None or name in asked.axes
    )
    operation = recipe.operation_on(has_source)
    for name, size, model, text in product(asked.unfolded_engines, asked.sizes, named, texts):
        wanted = Wanted(operation, size, model, text, options)
        engines.ENGINES[name].check(wanted, _settings(name, services))
    for number, change in (asked.again or {}).items():
        name = change.engine or asked.unfolded_engines[0]
        has = frozenset(change.options)
        for size in asked.sizes if has or change.engine else ():
            wanted = Wanted(operation, size, change.model, change.prompt, has)
            with _of_tile(number):
                engines.ENGINES[name].check(wanted, _settings(name, services))
    if asked.upscaler is not None:
        name, model = engines.UPSCALERS[asked.upscaler]
        for size in asked.sizes:
            wanted = Wanted("upscale", size, model)
            engines.ENGINES[name].check(wanted, _settings(name, services))


@contextmanager
def _of_tile(number: str) -> Iterator[None]:
    """Say of which changed tile it is that its engine cannot make it."""
    try:
        yield
    except InvalidRequest as error:
        raise InvalidRequest(f"again: tile {number}: {error}") from error


def _settings(engine: str, services: Services) -> ProviderSettings | None:
    account = of_engine(services.accounts, engine)
    return None if account is None else account.settings


def set_up(engine: str, services: Services, field: str = "engine") -> None:
    """Whether this stack has what an engine needs, which ``field`` of a request asks for.

    Raises:
        EngineUnavailable: with what it lacks.
    """
    known = engines.ENGINES[engine]
    account = of_engine(services.accounts, engine)
    if account is not None and account.lacks is not None:
        raise EngineUnavailable(f"{field}: {engine} {account.lacks}")
    if known.pinned is not None and not services.settings.models:
        raise EngineUnavailable(
            f"{field}: {engine} is not set up here; deploy the stack with EnableGpu=true, or on a "
            "laptop say with --models where weights lie."
        )


def installed(asked: Request) -> None:
    """Whether this process could load the networks that a request is made by.

    That tells of functions where they run from the same packages as this process, on a laptop;
    deployed ones have layers of their own.

    Raises:
        EngineUnavailable: with how what is not there is installed.
    """
    needed = [(name, engines.ENGINES[name].model) for name in asked.engines]
    if upscaler := upscaling.embedded(asked):
        needed.append(upscaler)
    for engine, model in needed:
        engines.installed(engine, model)


def weights(store: Store, asked: Request, services: Services, has_source: bool) -> Weights | None:
    """The stack's weights, if the request asks for a model among them; it is held to their rules.

    Raises:
        EngineUnavailable: when the stack is not set up to run models of its own.
        NoModel: when it has not the one that is asked for.
        InvalidRequest: when that cannot do what is asked, or not with these options.
    """
    own = [name for name in asked.engines if engines.ENGINES[name].pinned]
    if not own:
        return None
    set_up(own[0], services)
    found = store.weights(services.settings.models)
    others = set(asked.engines) - set(own)
    taken_by_others = any(engines.ENGINES[name].style_pictures for name in others)
    operation = recipes.RECIPES[asked.recipe].operation_on(has_source)
    for size in asked.sizes if {*own} & {*asked.unfolded_engines} else ():
        operations.check(
            found,
            {operation},
            asked.model,
            {name: getattr(asked, name) for name in operations.SAMPLING},
            asked.axes,
            size,
            styled=bool(asked.style_pictures) and not taken_by_others,
        )
    for number, change in (asked.again or {}).items():
        if change.engine in own:
            for size in asked.sizes:
                with _of_tile(number):
                    operations.check(found, {operation}, change.model, change.options, {}, size)
    return found


def models(asked: Request, services: Services) -> dict[str, str]:
    """What renders, by engine: the engine's only model, the request's, or the stack's.

    The request's is for the engines that it asks by itself, not for those of single tiles.
    """
    accounts = services.accounts

    def of_stack(engine: str) -> str:
        account = of_engine(accounts, engine)
        return "" if account is None else account.settings.model

    own = asked.model or ""
    return {
        name: known.model or (own if name in asked.unfolded_engines else "") or of_stack(name)
        for name, known in engines.ENGINES.items()
    }
