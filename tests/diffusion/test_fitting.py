"""Batches that do not fit, by the allocator's own refusal: no machine has an exabyte."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="there is no torch here: make install-diffusion")

import torch

from collage.errors import OutOfMemory
from tasks.diffusion.fitting import Fitting
from tasks.diffusion.renderers import Made


class Memory:
    """Renders as many jobs at once as it holds, and keeps what it was asked for."""

    def __init__(self, holds, heavy=()):
        self.holds = holds
        self.heavy = heavy
        self.asked = []

    def render(self, jobs):
        self.asked.append(list(jobs))
        fits = len(jobs) <= self.holds and not set(jobs) & set(self.heavy)
        torch.empty(1 if fits else 2**60, dtype=torch.uint8)
        return [Made(job) for job in jobs]


def test_a_width_that_did_not_fit_is_not_tried_again():
    memory, fitting, halved = Memory(holds=2), Fitting(), []
    first = fitting.render("sdxl", memory.render, [1, 2, 3, 4], lambda: halved.append(True))
    second = fitting.render("sdxl", memory.render, [5, 6, 7, 8], lambda: halved.append(True))

    assert [one.picture for one in first + second] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert memory.asked == [[1, 2, 3, 4], [1, 2], [3, 4], [5, 6], [7, 8]]
    assert halved == [True]


def test_what_is_remembered_of_one_model_says_nothing_of_another():
    memory, fitting = Memory(holds=2), Fitting()
    fitting.render("sdxl", memory.render, [1, 2, 3, 4], lambda: None)
    fitting.render("small", Memory(holds=9).render, [1, 2, 3, 4], lambda: None)
    other = Memory(holds=9)
    fitting.render("small", other.render, [1, 2, 3, 4], lambda: None)

    assert other.asked == [[1, 2, 3, 4]]


def test_the_last_batch_is_filled_up_to_the_others_shape():
    memory, fitting = Memory(holds=2), Fitting()
    made = fitting.render("sdxl", memory.render, [1, 2, 3], lambda: None)

    assert [one.picture for one in made] == [1, 2, 3]
    assert memory.asked == [[1, 2, 3], [1, 2], [3, 3]]


def test_what_does_not_fit_alone_fails_by_name_and_the_others_are_made():
    made = Fitting().render("sdxl", Memory(holds=9, heavy=[3]).render, [1, 2, 3, 4], lambda: None)

    assert [one.picture for one in (*made[:2], made[3])] == [1, 2, 4]
    assert type(made[2]) is OutOfMemory
    assert "not even alone" in str(made[2])


def test_an_array_that_does_not_fit_is_a_full_memory_too():
    def render(jobs):
        np.empty(1 if len(jobs) == 1 else 2**60, np.uint8)
        return [Made(job) for job in jobs]

    made = Fitting().render("sdxl", render, [1, 2], lambda: None)

    assert [one.picture for one in made] == [1, 2]


def test_another_error_is_not_taken_for_a_full_memory():
    def render(jobs):
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes"):
        Fitting().render("sdxl", render, [1, 2], lambda: None)


@pytest.mark.cuda
def test_a_gpu_that_is_full_is_recognized():
    total = torch.cuda.get_device_properties(0).total_memory

    def render(jobs):
        torch.empty(int(total * 0.4 * len(jobs)), dtype=torch.uint8, device="cuda")
        return [Made(job) for job in jobs]

    halved = []
    made = Fitting().render("sdxl", render, [1, 2, 3, 4], lambda: halved.append(True))

    assert [one.picture for one in made] == [1, 2, 3, 4]
    assert halved == [True]
