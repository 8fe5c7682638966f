"""The simulation of very large collages: what it counts, by hand for small ones."""

import pytest

from benchmarks import costs, quotas, scale, usage, walk
from benchmarks.scale import Run, answers
from benchmarks.setups import Setup
from benchmarks.usage import Collage
from benchmarks.walk import Told
from collage.request.request import MOST_CELLS

INVOKE = "arn:${Partition}:states:::lambda:invoke"


def invoked(name, **more):
    return {
        "Type": "Task",
        "Resource": INVOKE,
        "Parameters": {"FunctionName": "${" + name + "Function}"},
        **more,
    }


def mapped(mode, **more):
    """A Map whose items pass a function and a Pass."""
    return {
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": mode},
            "StartAt": "Make",
            "States": {
                "Make": invoked("Make", Next="Note"),
                "Note": {"Type": "Pass", "End": True},
            },
        },
        **more,
    }


FILED = mapped("DISTRIBUTED", ItemReader={"Parameters": {"Key.$": "$.file"}}, Next="Told")
SMALL = {
    "StartAt": "Plan",
    "States": {
        "Plan": invoked("Plan", Next="Large"),
        "Large": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.count", "NumericGreaterThan": 2, "Next": "Filed"}],
            "Default": "Inline",
        },
        "Filed": FILED,
        "Inline": mapped("INLINE", ItemsPath="$.items", Next="Told"),
        "Told": {
            "Type": "Task",
            "Resource": "arn:${Partition}:states:::events:putEvents",
            "Parameters": {"Entries": [{"Source": "here"}]},
            "End": True,
        },
    },
}


def test_a_distributed_map_starts_a_child_for_each_item():
    found = walk.walk(SMALL, {"count": 3, "file": "a.json"}, Told(files={"a.json": 3}))

    # Plan, Large, Filed and Told; three children, each with its start, Make and Note.
    assert found.transitions == 4 + 3 * 3
    assert found.children == {"Filed": 3}
    assert found.invoked == {"Plan": 1, "Make": 3}
    assert found.announced == 1
    # The execution 2, Plan 5, Large 2, Filed 6, Told 5; a child 2 and 5 and 2.
    assert (found.events, found.child_events) == (20, 9)


def test_an_inline_map_is_in_the_history_of_its_run():
    found = walk.walk(SMALL, {"count": 2, "items": ["a", "b"]}, Told())

    assert found.transitions == 4 + 2 * 2
    assert found.children == {}
    # As above, but the Map 4, and each of its items 2 and 5 and 2.
    assert found.events == 2 + 5 + 2 + 4 + 2 * 9 + 5


def test_a_loop_goes_on_until_its_waves_are_made():
    machine = {
        "StartAt": "Plan",
        "States": {
            "Plan": invoked("Plan", ResultPath="$.plan", Next="First"),
            "First": {
                "Type": "Pass",
                "Parameters": {"next": 0},
                "ResultPath": "$.wave",
                "Next": "Wave",
            },
            "Wave": {
                "Type": "Pass",
                "Parameters": {
                    "now.$": "States.ArrayGetItem($.plan.waves, $.wave.next)",
                    "next.$": "States.MathAdd($.wave.next, 1)",
                },
                "ResultPath": "$.wave",
                "Next": "Each",
            },
            "Each": mapped("INLINE", ItemsPath="$.wave.now", ResultPath=None, Next="More"),
            "More": {
                "Type": "Choice",
                "Choices": [
                    {
                        "Variable": "$.wave.next",
                        "NumericLessThanPath": "$.plan.count",
                        "Next": "Wave",
                    }
                ],
                "Default": "Done",
            },
            "Done": {"Type": "Succeed"},
        },
    }
    plan = {"waves": [["a", "b"], ["c"], []], "count": 3}

    found = walk.walk(machine, {}, Told(answers={"Plan": plan}))

    # Plan, First and Done; three times Wave, Each and More; of three items Make and Note.
    assert found.transitions == 3 + 3 * 3 + 3 * 2
    assert found.invoked == {"Plan": 1, "Make": 3}


@pytest.mark.parametrize(
    ("rule", "held"),
    [
        ({"Variable": "$.a", "NumericLessThanPath": "$.b"}, True),
        ({"Variable": "$.b", "NumericLessThanPath": "$.a"}, False),
        ({"Variable": "$.none", "IsNull": False}, False),
        ({"Variable": "$.gone", "IsPresent": False}, True),
        ({"Not": {"Variable": "$.a", "NumericEquals": 1}}, False),
        (
            {
                "And": [
                    {"Variable": "$.a", "NumericGreaterThanEquals": 1},
                    {"Or": [{"Variable": "$.flag", "BooleanEquals": True}]},
                ]
            },
            True,
        ),
    ],
)
def test_choices_go_by_what_is_told(rule, held):
    data = {"a": 1, "b": 2, "none": None, "flag": True}

    assert walk.holds(rule, data) is held


def test_a_choice_by_what_is_not_told_is_no_guess():
    with pytest.raises(KeyError, match="unheard"):
        walk.holds({"Variable": "$.unheard", "NumericGreaterThan": 0}, {})


def test_a_small_collage_by_hand():
    made = Collage(Setup("painter"), 2, 2, 64)

    # Two transitions a tile beside those of the run itself, which the costs count by themselves.
    assert made.transitions == costs.transitions(4, 4)
    assert made.invocations["RenderTile"] == 4
    # Nine GETs of the run; of each tile the sidecar is looked for, and read with the cell later.
    # 19 PUTs of the run; 128 pixels halve seven times down to 1, and there is a description; tile,
    # cell and sidecar.
    assert made.gets_and_puts == (9 + 4 * 3, 19 + 9 + 4 * 3)
    assert (made.table_writes, made.provider_dollars, made.gpu_hours) == (0, 0, 0)


def test_prices_are_those_of_the_costs():
    counted = {engine: Collage(Setup(engine), 100, 100, 128) for engine in ("painter", "openai")}

    for engine, made in counted.items():
        bill = costs.bill(10_000, engine).items
        for service in ("Step Functions", "S3 requests", "DynamoDB"):
            assert made.dollars[service] == pytest.approx(bill[service], rel=0.02)
    assert counted["openai"].provider_dollars == pytest.approx(costs.provider(10_000, "low"))


def test_a_pace_says_how_long_it_takes_and_which_parameter_moves_it():
    run = Run(Collage(Setup("openai", {"ImagesPerMinute": "60"}), 10, 10, 64))

    assert run.slowest.tiles == pytest.approx(1)
    assert run.slowest.moved_by == "ImagesPerMinute"
    around = run.collage.plan_seconds + run.collage.assembly_seconds
    assert run.seconds == pytest.approx(100 + around)


def test_without_a_pace_it_is_how_many_are_at_work():
    few = Run(Collage(Setup("painter", {"MaxConcurrency": "2"}), 10, 10, 64))
    many = Run(Collage(Setup("painter", {"MaxConcurrency": "1000"}), 10, 10, 64))

    # 0.18 processor seconds, half as many again, and four requests of 0.03 s.
    assert few.slowest.tiles == pytest.approx(2 / (0.18 * 1.5 + 4 * 0.03))
    assert few.slowest.moved_by == "MaxConcurrency"
    assert many.slowest.tiles == quotas.CHILD_STARTS.value


def test_gpus_divide_the_tiles():
    one, forty = (
        Run(Collage(Setup("diffusion", {"GpuTasks": count}), 100, 100, 64)) for count in ("1", "40")
    )

    assert forty.slowest.tiles == pytest.approx(40 * one.slowest.tiles)
    assert one.collage.walk.tasks == 1
    assert forty.collage.walk.tasks == 40
    # Each instance is paid for while it starts and until it is let go.
    more = forty.collage.gpu_hours - one.collage.gpu_hours
    assert more == pytest.approx(39 * (600 + 900) / 3600)


def test_results_of_children_are_an_array_unless_they_are_written_elsewhere():
    own = {"ItemProcessor": {"StartAt": "A", "States": {"A": {"ResultSelector": {}}}}}

    assert answers(own, 0) == len("[]")
    assert answers(own, 3) == len("[{},{},{}]")
    assert answers(own, 87_381) == quotas.STATE_BYTES.value
    assert answers(own | {"ResultWriter": {}}, 10**6) < 1000


def test_the_longest_history_of_a_call_has_all_of_its_attempts():
    task = {"Retry": [{"MaxAttempts": 3}, {"MaxAttempts": 2}]}

    assert walk.most_attempts(task) == 6
    assert walk.most_attempts({}) == 1


def test_what_is_too_small_is_in_the_way():
    run = Run(Collage(Setup("openai"), 1000, 1000, 64))
    named = {limit.what: limit for limit in run.in_the_way}

    # 7,200 pictures on a day at 1.8 cents.
    assert named["dollars a day, of DailyUsdLimit"].needed == pytest.approx(129.6, rel=0.01)
    assert named["dollars a day, of DailyUsdLimit"].allowed == 10
    assert named["hours of a run"].moved_by == "ImagesPerMinute"
    assert named["hours of a run"].allowed == pytest.approx(24 * 30 * 0.8)


def test_a_collage_of_a_hundred_tiles_has_nothing_in_its_way():
    for engine in ("painter", "stylizer", "openai", "bedrock", "diffusion"):
        given = {"DailyUsdLimit": "100000"} if engine in ("openai", "bedrock") else {}
        assert Run(Collage(Setup(engine, given), 10, 10, 256)).in_the_way == []


def test_a_grid_that_may_be_asked_for_is_not_in_the_way():
    cells = {
        rows: next(Run(Collage(Setup("painter"), rows, 200, 16)).limits())
        for rows in (1, 200, 2000)
    }

    assert {rows: limit.holds for rows, limit in cells.items()} == {1: True, 200: True, 2000: False}


def test_the_most_cells_are_those_of_the_widest_grid():
    assert scale.most_cells() == MOST_CELLS
    assert scale.accepted(MOST_CELLS // 1000, 1000)


def test_what_is_not_joined_into_one_file_has_no_step_for_it():
    smaller, larger = (Collage(Setup("painter"), rows, 1000, 16) for rows in (100, 101))

    assert set(smaller.assembly) - set(larger.assembly) == {"the joined picture"}
    assert "parts of the collage's upload" not in {limit.what for limit in Run(larger).limits()}
    assert larger.assembly_lasts > larger.assembly["the verdict"]


def test_every_choice_and_map_of_the_shipped_workflow_can_be_walked():
    for setup in (Setup("painter"), Setup("diffusion")):
        for grid in scale.GRIDS:
            made = Collage(setup, *grid, scale.CELL)
            assert made.transitions > 0
            assert all(usage.timeout(name) > 0 for name in made.invocations)


def test_every_quota_says_where_it_stands():
    known = [each for each in vars(quotas).values() if isinstance(each, quotas.Quota)]

    assert len({each.name for each in known}) == len(known)
    assert all(each.address.startswith("https://docs.aws.amazon.com/") for each in known)
