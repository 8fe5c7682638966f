"""How moto is changed, and changed back."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import SimpleNamespace

from combinatoric_collage.local.moto.host import replace_here


def test_what_one_thread_has_replaced_is_to_others_as_it_was() -> None:
    owner = SimpleNamespace(sum=sum)

    with ThreadPoolExecutor(1) as other, ExitStack() as stack:
        replace_here(stack, owner, "sum", lambda *_, **__: "replaced")
        here, there = owner.sum([1, 2], start=3), other.submit(owner.sum, [1, 2], start=3).result()

    assert (here, there) == ("replaced", 6)
    assert owner.sum is sum
