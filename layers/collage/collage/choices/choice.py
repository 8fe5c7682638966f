"""choices.json: who has starred, hidden, scored or noted which tile, and how two files merge."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from collage import clock
from collage.choices.person import LONGEST, spelled
from collage.digest import canonical
from collage.errors import FieldError, InvalidRequest, UnreadableChoices
from collage.frozen import Frozen
from collage.names import CollageId, Digest
from collage.text import line

LONGEST_NOTE = 2000
MOST_PEOPLE = 100

REPORTED = 3
"""Faults of a file that are told one by one."""


def _time(value: str) -> str:
    """The same moment in UTC, to the millisecond, so that times compare as texts."""
    try:
        told = datetime.fromisoformat(value)
        if told.tzinfo is None:
            raise ValueError
        return _written(told.astimezone(UTC))
    except (ValueError, OverflowError) as error:
        raise ValueError("give a time with its zone, as 2026-01-15T09:31:40.118Z") from error


def _written(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _name(value: str) -> str:
    name = spelled(value)
    if not name or len(line(value)) > LONGEST:
        raise ValueError(f"a person's name has 1 to {LONGEST} characters")
    return name


def _note(value: Any) -> Any:
    """Text on lines of its own, without what would disturb those around it."""
    if not isinstance(value, str):
        return value
    return "\n".join(line(each) for each in value.splitlines()).strip()


Time = Annotated[str, Field(max_length=40), AfterValidator(_time)]
Person = Annotated[str, AfterValidator(_name)]
Score = Annotated[int, Field(ge=1, le=5)]
Note = Annotated[str, Field(max_length=LONGEST_NOTE), BeforeValidator(_note)]


class Choice(Frozen, extra="forbid"):
    """What one person thinks of one tile. What says nothing is not written."""

    star: bool = Field(default=False, exclude_if=lambda star: not star)
    hidden: bool = Field(default=False, exclude_if=lambda hidden: not hidden)
    score: Score | None = Field(
        default=None, exclude_if=lambda score: score is None, description="the best is 5"
    )
    note: Note = Field(default="", exclude_if=lambda note: not note)
    at: Time = Field(description="when it was made, in UTC; of two, the later one counts")


class Change(Frozen, extra="forbid"):
    """What a person now thinks otherwise of a tile: what is not given stays, null clears."""

    star: bool | None = None
    hidden: bool | None = None
    score: Score | None = Field(default=None, description="the best is 5")
    note: Note | None = None


def _one_each(people: Any) -> Any:
    """Refuse two spellings of one name: one of them would be lost."""
    if isinstance(people, dict):
        names = [spelled(name) for name in people if isinstance(name, str)]
        if len(set(names)) < len(names):
            raise ValueError("a person is named twice")
    return people


class Choices(Frozen, extra="forbid"):
    """choices.json: the choices of all people, by name and by the key of the tile that is shown.

    It is written again by whoever changes it, so ``version`` grows with any field that is added:
    what knows only the older form must not drop it.
    """

    version: Literal[1] = 1
    id: CollageId
    people: Annotated[dict[Person, dict[Digest, Choice]], BeforeValidator(_one_each)] = Field(
        default={}, max_length=MOST_PEOPLE
    )

    def changed(self, person: str, changes: Mapping[str, Change]) -> Self:
        """These with what ``person`` thinks otherwise of the tiles with these keys, from now on.

        A change is later than what it changes, whatever a clock said that was wrong.

        Raises:
            InvalidRequest: when there would be more than MOST_PEOPLE.
        """
        now = clock.now("milliseconds")
        own = dict(self.people.get(person, {}))
        for key, change in changes.items():
            before = own.get(key)
            said = before.model_dump() if before else {}
            said |= change.model_dump(exclude_unset=True)
            said["at"] = _after(now, before)
            own[key] = Choice(**{name: value for name, value in said.items() if value is not None})
        return self._with({**self.people, person: own})

    def merged(self, other: Self) -> Self:
        """These and those of ``other``: each person's are their own, and the later one counts.

        The order does not matter, nor how often the same is merged.

        Raises:
            InvalidRequest: when there would be more than MOST_PEOPLE.
        """
        people = dict(self.people)
        for person, theirs in other.people.items():
            own = dict(people.get(person, {}))
            for key, choice in theirs.items():
                own[key] = max(own.get(key, choice), choice, key=_rank)
            people[person] = own
        return self._with(people)

    def _with(self, people: Mapping[str, Mapping[str, Choice]]) -> Self:
        if len(people) > MOST_PEOPLE:
            message = f"at most {MOST_PEOPLE} people choose in one collage"
            raise InvalidRequest(f"person: {message}.", [FieldError("person", message)])
        return type(self)(id=self.id, people=people)


def read(data: bytes, name: str) -> Choices:
    """The choices in a file ``name``.

    Raises:
        UnreadableChoices: when it is damaged, of another version or breaks a rule, naming which.
    """
    try:
        return Choices.model_validate_json(data)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
    if any(fault["loc"] == ("version",) for fault in faults):
        why = "it is of another version, which another version of this pack reads"
    else:
        why = "; ".join(map(_said, faults[:REPORTED]))
    if (more := len(faults) - REPORTED) > 0:
        why += f"; and {more:,} more"
    raise UnreadableChoices(f"{name} cannot be read, and is left as it is: {why}.")


def _said(fault: Any) -> str:
    place = ".".join(str(part) for part in fault["loc"] if part != "[key]")
    message = str(fault["msg"]).removeprefix("Value error, ")
    return f"{place}: {message}" if place else message


def _after(now: str, before: Choice | None) -> str:
    if before is None or _time(now) > before.at:
        return now
    try:
        return _written(datetime.fromisoformat(before.at) + timedelta(milliseconds=1))
    except OverflowError:
        return before.at


def _rank(choice: Choice) -> tuple[str, bytes]:
    """Of two of the same moment, the same one counts wherever they meet."""
    return choice.at, canonical(choice.model_dump())
