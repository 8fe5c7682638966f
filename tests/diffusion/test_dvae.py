"""The discrete VAE against a computation of its published layout by other means."""

import io

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch", reason="there is no torch here: make install-diffusion")

import torch
from safetensors.torch import load_file

from tasks.diffusion import convert, dvae
from tasks.diffusion.renderers import discrete_vae
from tests.diffusion.bench import photo


def convolve(x, weights, name):
    """A convolution as a sum over the kernel's places, in numpy: x is (C, H, W)."""
    kernel, bias = (np.asarray(weights[f"{name}.{part}"], np.float64) for part in ("w", "b"))
    side = kernel.shape[-1]
    around = side // 2
    padded = np.pad(x, ((0, 0), (around, around), (around, around)))
    height, width = x.shape[1:]
    made = np.zeros((kernel.shape[0], height, width))
    for down in range(side):
        for right in range(side):
            seen = padded[:, down : down + height, right : right + width]
            made += np.einsum("oi,ihw->ohw", kernel[:, :, down, right], seen)
    return made + bias[:, None, None]


def block(x, weights, name):
    past = x
    if f"{name}.id_path.w" in weights:
        past = convolve(x, weights, f"{name}.id_path")
    for number in range(1, 5):
        x = convolve(np.maximum(x, 0), weights, f"{name}.res_path.conv_{number}")
    return past + x / 64


def network(x, weights, between):
    x = convolve(x, weights, "blocks.input")
    for group in range(1, 5):
        for number in (1, 2):
            x = block(x, weights, f"blocks.group_{group}.block_{number}")
        if group < 4:
            x = between(x)
    return convolve(np.maximum(x, 0), weights, "blocks.output.conv")


def halve(x):
    channels, height, width = x.shape
    return x.reshape(channels, height // 2, 2, width // 2, 2).max(axis=(2, 4))


def double(x):
    return x.repeat(2, axis=1).repeat(2, axis=2)


@pytest.fixture
def pixels():
    with Image.open(io.BytesIO(photo())) as picture:
        return np.asarray(picture, np.float64).transpose(2, 0, 1) / 255


@pytest.fixture
def files(models):
    return [
        load_file(models / "dalle-dvae" / f"{name}.safetensors") for name in ("encoder", "decoder")
    ]


def test_the_encoder_computes_the_published_layout(files, pixels):
    expected = network(pixels * 0.8 + 0.1, files[0], halve)
    encoder = dvae.encoder_of(files[0]).double()
    mapped = dvae.map_pixels(torch.from_numpy(pixels)[None])

    assert np.allclose(encoder(mapped).detach().numpy()[0], expected, atol=1e-9)
    codes = dvae.encode(encoder, torch.from_numpy(pixels)[None])
    assert (codes.numpy()[0] == expected.argmax(axis=0)).all()
    assert codes.shape == (1, 8, 8)


def test_the_decoder_computes_the_published_layout(files):
    codes = np.random.default_rng(0).integers(0, 64, (4, 6))
    vectors = np.eye(64)[codes].transpose(2, 0, 1)
    statistics = network(vectors, files[1], double)
    expected = np.clip((1 / (1 + np.exp(-statistics[:3])) - 0.1) / 0.8, 0, 1)
    made = dvae.decode(
        dvae.decoder_of(files[1]).double(), torch.from_numpy(codes)[None], torch.float64
    )

    assert made.shape == (1, 3, 32, 48)
    assert np.allclose(made.detach().numpy()[0], expected, atol=1e-9)


def test_the_published_sizes_are_the_default():
    """53.8 and 43.8 million parameters; a 256-pixel picture is 32 x 32 of 8192 codes."""
    with torch.device("meta"):
        encoder, decoder = dvae.Encoder(), dvae.Decoder()
        assert encoder(torch.zeros(1, 3, 256, 256)).shape == (1, 8192, 32, 32)
        assert decoder(torch.zeros(1, 8192, 32, 32)).shape == (1, 6, 256, 256)
    names = set(encoder.state_dict())
    assert {"blocks.input.w", "blocks.group_2.block_1.id_path.b", "blocks.output.conv.w"} <= names
    assert "blocks.group_1.block_1.id_path.w" not in names
    assert encoder.state_dict()["blocks.input.w"].shape == (256, 3, 7, 7)
    assert encoder.state_dict()["blocks.group_4.block_2.res_path.conv_4.w"].shape == (
        2048,
        512,
        1,
        1,
    )
    assert decoder.state_dict()["blocks.group_1.block_1.res_path.conv_1.w"].shape == (
        512,
        128,
        1,
        1,
    )
    assert decoder.state_dict()["blocks.group_4.block_2.res_path.conv_4.w"].shape == (256, 64, 3, 3)


def test_pixels_are_mapped_and_back():
    pixels = torch.linspace(0, 1, 11)

    assert torch.allclose(dvae.map_pixels(pixels), pixels * 0.8 + 0.1)
    assert torch.allclose(dvae.unmap_pixels(dvae.map_pixels(pixels)), pixels)
    assert dvae.unmap_pixels(torch.tensor([0.0, 1.0])).tolist() == [0, 1]


@pytest.mark.parametrize("size", [(300, 500), (500, 300), (256, 256), (100, 80)])
def test_a_picture_is_prepared_by_its_shorter_side_and_its_middle(size):
    picture = Image.new("RGB", size, (10, 20, 30))
    middle = (size[0] // 2, size[1] // 2)
    picture.putpixel(middle, (255, 255, 255))
    made = discrete_vae.prepared(np.asarray(picture))

    assert made.shape == (256, 256, 3)
    brightest = np.unravel_index(made.sum(axis=2).argmax(), (256, 256))
    assert abs(np.array(brightest) - 128).max() <= 3


class _Published(torch.nn.Module):
    """As a published file is: a whole module, pickled."""

    def __init__(self, state):
        super().__init__()
        self.blocks = dvae.encoder_of(state).blocks


def test_a_published_pickle_becomes_safetensors_once_and_behind_a_warning(files, tmp_path, capsys):
    torch.save(_Published(files[0]), tmp_path / "encoder.pkl")
    with pytest.raises(SystemExit):
        convert.main([str(tmp_path / "encoder.pkl"), str(tmp_path / "encoder.safetensors")])
    assert "run any code" in capsys.readouterr().err
    assert not (tmp_path / "encoder.safetensors").exists()
    convert.main(
        [
            str(tmp_path / "encoder.pkl"),
            str(tmp_path / "encoder.safetensors"),
            "--i-trust-this-file",
        ]
    )
    made = load_file(tmp_path / "encoder.safetensors")

    assert made.keys() == files[0].keys()
    assert all(torch.equal(made[name], files[0][name]) for name in made)


def test_a_plain_state_is_converted_without_running_anything(tmp_path):
    torch.save({"params_ema": {"a.weight": torch.ones(2)}}, tmp_path / "net.pth")
    convert.main([str(tmp_path / "net.pth"), str(tmp_path / "net.safetensors")])

    assert load_file(tmp_path / "net.safetensors")["a.weight"].tolist() == [1, 1]
