import pytest

from collage.steps.record_failure import record_failure


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        ('{"errorType": "NoStyles", "errorMessage": "Empty."}', "Empty."),
        ("The task timed out.", "The task timed out."),
        ('{"other": 1}', '{"other": 1}'),
        ("[1]", "[1]"),
        ("", ""),
    ],
)
def test_the_message_of_a_failure_is_taken_out_of_its_cause(stack, cause, message):
    failure = record_failure(stack.store, "some-id", {"Error": "E", "Cause": cause})

    assert (failure.error, failure.message) == ("E", message)
    assert stack.store.failure("some-id") == failure


def test_a_failure_without_a_name_or_cause_is_recorded_all_the_same(stack):
    assert record_failure(stack.store, "some-id", {}).error == "Unknown"
