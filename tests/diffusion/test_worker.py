"""The worker: its codes, its resumption, what it encodes how often, and how it fails."""

import shutil
import signal
from collections import Counter
from contextlib import contextmanager

import pytest

pytest.importorskip("torch", reason="there is no torch here: make install-diffusion")

import torch

from collage.engines.diffusion import operations
from collage.engines.diffusion.shards import ShardProgress
from tasks.diffusion import __main__ as task
from tasks.diffusion import manifest, renderers
from tasks.diffusion.ends import End
from tests.diffusion.bench import ID, STYLES, changed
from tests.diffusion.warm import AT, KILLED

UNET = "sdxl-inpainting/unet/diffusion_pytorch_model.safetensors"


def sixteen(bench, **changes):
    """Four styles over four masks."""
    return [
        bench.tile("inpaint", prompt=f"in the style of {style}", mask=mask, **changes)
        for style in STYLES
        for mask in ("top", "bottom", "left", "right")
    ]


def remove(bench, tile):
    for end in ("png", "json"):
        bench.s3.delete_object(Bucket=bench.bucket, Key=f"tiles/{tile.key}.{end}")


@contextmanager
def counted(**modules):
    """How often each of the networks is run."""
    runs = Counter()
    hooks = [
        module.register_forward_hook(lambda *_, name=name: runs.update([name]))
        for name, module in modules.items()
    ]
    yield runs
    for hook in hooks:
        hook.remove()


def test_what_tiles_share_is_encoded_once(bench):
    tiles = sixteen(bench)
    bench.plan(tiles)
    worker = bench.worker()
    _, renderer = worker._renderer(tiles[0].model)
    pipe = renderer.pipe
    with counted(
        text=pipe.text_encoder,
        text_2=pipe.text_encoder_2,
        encoder=pipe.vae.encoder,
        unet=pipe.unet,
        decoder=pipe.vae.decoder,
    ) as runs:
        assert worker.run() == End.DONE

    batches, steps = 4, 3  # Strength 0.99 leaves three of four steps.
    assert runs == {
        "text": len(STYLES) + 1,  # The empty negative prompt is a text as well.
        "text_2": len(STYLES) + 1,
        "encoder": 1 + 4,  # The source, and the source under each mask.
        "unet": batches * steps,
        "decoder": len(tiles),
    }


def test_a_second_run_makes_nothing_and_needs_no_model(bench, tmp_path):
    tiles = sixteen(bench)[:4]
    bench.make(*tiles)

    assert bench.worker(models=str(tmp_path / "nowhere")).run() == End.DONE


def test_shards_make_all_tiles_and_each_only_its_own(bench):
    tiles = [bench.tile("inpaint", seed=seed) for seed in range(9)]
    plan = bench.plan(tiles)
    assert [len(call) for call in plan.calls] == [4, 4, 1]
    ends = []
    for shard in range(2):
        ends.append(bench.worker(shard=shard, shards=2).run())
        progress = bench.store.shard(ID, 0, shard)
        assert (progress.state, progress.done) == ("done", progress.tiles)
        if shard == 0:
            made = [bench.store.sidecar(tile) is not None for tile in tiles]
            assert made == [True] * 4 + [False] * 5

    assert ends == [End.DONE] * 2
    assert all(bench.store.sidecar(tile) for tile in tiles)


def test_a_tile_that_got_lost_comes_back_to_the_byte(bench):
    tiles = [bench.tile("inpaint", seed=seed) for seed in range(6)]
    bench.make(*tiles)
    before = {tile.key: bench.png(tile) for tile in tiles}
    for tile in (tiles[2], tiles[5]):
        remove(bench, tile)
    kept = bench.store.sidecar(tiles[0]).created
    bench.make(*tiles)

    assert {tile.key: bench.png(tile) for tile in tiles} == before
    assert bench.store.sidecar(tiles[0]).created == kept


@pytest.fixture
def entry(bench, monkeypatch, capsys):
    """The task's entry, in this process: how it ends, and what it says."""

    def run(**variables):
        for name, value in (bench.variables() | variables).items():
            monkeypatch.setenv(name, value)
        handler = signal.getsignal(signal.SIGTERM)
        try:
            return task.main(), capsys.readouterr().err
        finally:
            signal.signal(signal.SIGTERM, handler)

    return run


def signalled(bench, warm, name, done):
    """How the task ends that gets a signal in the middle of the batch after so many tiles."""
    with bench.start(warm, **{AT: f"{name}:{done}"}) as task:
        task.communicate()
    return task.returncode


def test_an_interrupted_task_goes_on_to_the_same_bytes(bench, warm):
    """Told to stop in one batch and killed in the next, another process makes the rest."""
    tiles = [bench.tile("inpaint", seed=seed) for seed in range(12)]
    bench.plan(tiles)

    assert signalled(bench, warm, "SIGTERM", done=4) == End.INTERRUPTED
    assert bench.store.shard(ID, 0, 0).state == "interrupted"
    assert [bench.store.sidecar(tile) is not None for tile in tiles] == [True] * 4 + [False] * 8
    assert signalled(bench, warm, "SIGKILL", done=8) == KILLED
    assert [bench.store.sidecar(tile) is not None for tile in tiles] == [True] * 8 + [False] * 4
    assert bench.worker().run() == End.DONE
    resumed = {tile.key: bench.png(tile) for tile in tiles}
    for tile in tiles:
        remove(bench, tile)
    assert bench.worker().run() == End.DONE
    assert {tile.key: bench.png(tile) for tile in tiles} == resumed


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"COLLAGE_ID": ""}, "COLLAGE_ID"),
        ({"COLLAGE_ID": "../other"}, "COLLAGE_ID"),
        ({"SHARD": "2", "SHARDS": "2"}, "SHARD"),
        ({"SHARDS": "many"}, "SHARDS"),
        ({"MODELS": "https://example.com/models"}, "MODELS"),
        ({"COLLAGE_ID": "none"}, "plan.json"),
        ({"WAVE": "1"}, "WAVE"),
    ],
    ids=str,
)
def test_a_wrong_environment_is_a_bad_request_that_names_it(bench, entry, variables, named):
    bench.plan([bench.tile("inpaint")])
    end, said = entry(**variables)

    assert end == End.BAD_REQUEST
    assert named in said
    assert "Traceback" not in said


def test_without_its_model_a_shard_says_so_and_ends(bench, entry, tmp_path):
    tiles = [bench.tile("inpaint", seed=seed) for seed in range(2)]
    bench.plan(tiles)
    end, said = entry(MODELS=str(tmp_path))

    assert end == End.NO_MODEL
    assert "NoModel" in said
    assert bench.store.failures(ID)[0].error == "NoModel"
    assert bench.store.shard(ID, 0, 0).failed == 2


def test_a_tile_with_options_that_cannot_be_fails_and_the_others_are_made(bench):
    good = bench.tile("inpaint")
    bad = bench.tile("inpaint", options={"num_inference_steps": "4", "guidance_scale": "1e9"})
    unknown = bench.tile("generate", model="vqmodel", options={})
    bench.plan([bad, good, unknown])

    assert bench.worker().run() == End.SOME_FAILED
    assert bench.store.sidecar(good)
    failures = bench.store.failures(ID)
    assert [failures[call].error for call in (0, 2)] == ["InvalidRequest"] * 2
    assert "guidance_scale" in failures[0].message
    assert "cannot generate" in failures[2].message
    assert set(failures) == {0, 2}


def test_a_model_that_makes_no_numbers_is_a_failure_and_no_picture(bench, tmp_path):
    bench.models = changed(
        bench.models, tmp_path / "nan", UNET, lambda name, weight: weight * float("nan")
    )
    tiles = [bench.tile("inpaint", seed=seed) for seed in range(2)]
    bench.plan(tiles)

    assert bench.worker().run() == End.SOME_FAILED
    assert bench.store.failures(ID)[0].error == "BrokenPicture"
    assert not any(bench.store.sidecar(tile) for tile in tiles)


def test_batches_that_do_not_fit_are_halved_once_and_that_is_told(bench):
    """By the allocator's own refusal: no machine has an exabyte."""
    tiles = [bench.tile("inpaint", seed=seed) for seed in range(8)]
    bench.plan(tiles)
    worker = bench.worker()
    _, renderer = worker._renderer(tiles[0].model)
    render, widths = renderer.render, []

    def crowded(jobs, step):
        widths.append(len(jobs))
        torch.empty(1 if len(jobs) <= 2 else 2**60, dtype=torch.uint8)
        return render(jobs, step)

    renderer.render = crowded

    assert worker.run() == End.DONE
    assert widths == [4, 2, 2, 2, 2]
    assert bench.store.shard(ID, 0, 0).halved == (0,)
    assert all(bench.store.sidecar(tile) for tile in tiles)


def test_a_model_that_does_not_fit_is_out_of_memory_and_is_not_loaded_again(bench, monkeypatch):
    tiles = [bench.tile("inpaint", seed=seed) for seed in range(8)]
    bench.plan(tiles)
    loaded = []

    def load(*given, **options):
        loaded.append(given)
        return torch.empty(2**60, dtype=torch.uint8)

    monkeypatch.setattr(renderers, "load", load)

    assert bench.worker().run() == End.OUT_OF_MEMORY
    assert len(loaded) == 1
    failures = bench.store.failures(ID)
    assert [failures[call].error for call in (0, 1)] == ["OutOfMemory"] * 2
    assert f"The weights of {tiles[0].model} do not fit into" in failures[0].message


@pytest.mark.parametrize(
    ("family", "kind"),
    [
        ("sdxl", "image-embedding"),
        ("vqmodel", "super-resolution"),
        ("sdxl", "vector-quantized"),
    ],
)
def test_a_family_under_another_kinds_name_is_no_model(bench, tmp_path, family, kind):
    """Whatever its loader stumbles over."""
    shutil.copytree(bench.models / family, tmp_path / "m" / family)
    wrong = manifest.family(tmp_path / "m" / family, kind, "random", "none")
    manifest.write(tmp_path / "m", {family: wrong})
    bench.models = tmp_path / "m"
    operation = min(operations.usual_traits()[kind].operations)
    bench.plan([bench.tile(operation, model=family, options={})])

    assert bench.worker().run() == End.NO_MODEL
    assert "cannot be loaded" in bench.store.failures(ID)[0].message


def test_weights_of_another_shape_are_no_model(bench, tmp_path):
    bench.models = changed(
        bench.models, tmp_path / "cut", UNET, lambda name, weight: weight[:1].clone()
    )
    bench.plan([bench.tile("inpaint")])

    assert bench.worker().run() == End.NO_MODEL
    assert "cannot be loaded" in bench.store.failures(ID)[0].message


def test_progress_is_told_while_steps_advance(bench):
    bench.plan([bench.tile("inpaint", options={"num_inference_steps": "12"})])
    worker = bench.worker(heartbeat_seconds=1e-6)
    told = []
    write = worker.heartbeat._write
    worker.heartbeat._write = lambda progress: (told.append(progress), write(progress))
    assert worker.run() == End.DONE

    steps = [progress.step for progress in told if progress.steps]
    assert steps == sorted(steps)
    assert steps[-1] == told[-2].steps or steps[-1] == 11
    assert bench.store.shard(ID, 0, 0).state == "done"
    assert isinstance(bench.store.shard(ID, 0, 0), ShardProgress)


def test_weights_in_s3_are_brought_here_and_used(bench, tmp_path):
    for path in bench.models.rglob("*"):
        if path.is_file():
            key = f"weights/{path.relative_to(bench.models).as_posix()}"
            bench.s3.upload_file(str(path), bench.bucket, key)
    tile = bench.tile("inpaint")
    (here,) = bench.make(tile)
    remove(bench, tile)
    cache = tmp_path / "cache"
    there = bench.make(tile, models=f"s3://{bench.bucket}/weights", weights_cache=cache)

    assert there[0].tobytes() == here.tobytes()
    (folder,) = cache.iterdir()
    assert folder.name == tile.model
    assert not list(folder.rglob("*.bin"))


@pytest.mark.parametrize(
    "device", ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)], ids=("processor", "gpu")
)
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_fewer_digits_make_nearly_the_same_picture(bench, device, dtype):
    """From the same chance: a tile's noise is drawn on the processor, in whatever numbers."""
    import torch

    from tasks.diffusion.machine import Machine

    tile = bench.tile("generate", options={"num_inference_steps": "4"})
    job = renderers.Job(tile, operations.options("generate", "text-to-image", tile.options))
    half, exact = (
        renderers.load("text-to-image", bench.models / "sdxl", where).render([job], lambda *_: None)
        for where in (
            Machine(torch.device(device), getattr(torch, dtype)),
            Machine(torch.device("cpu"), torch.float32),
        )
    )

    assert abs(half[0].picture - exact[0].picture).mean() < 0.01


def test_a_processor_works_in_the_numbers_that_it_has_instructions_for():
    import torch

    from tasks.diffusion.machine import processed

    assert processed({"avx512_bf16": True}) == torch.bfloat16
    assert processed({"amx_bf16": True, "avx512_bf16": False}) == torch.bfloat16
    assert processed({"avx512_f": True, "avx512_bf16": False}) == torch.float32
    assert processed({}) == torch.float32


def test_float32_can_be_asked_for(monkeypatch):
    import torch

    from tasks.diffusion.machine import machine

    monkeypatch.setenv("PRECISION", "float32")
    machine.cache_clear()
    assert machine().dtype == torch.float32
    assert not torch.backends.cudnn.allow_tf32
    machine.cache_clear()
