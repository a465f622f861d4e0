"""Photographs, bundled and the student's own; what is no picture is refused in words."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
import torch
from PIL import Image

from vizwidgets.data import photos
from vizwidgets.data.photos import list_photos, list_pictures, photo


@pytest.mark.parametrize("name", list_photos())
def test_every_bundled_photograph_is_an_image_in_0_to_1(name):
    image = photo(name)
    assert image.shape[:2] == (1, 3) and min(image.shape[2:]) >= 300
    assert image.dtype == torch.float32 and 0 <= image.min() < 0.1 and 0.9 < image.max() <= 1


def test_a_file_gives_its_own_pixels_row_before_column(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "mine.png")
    image = photo(tmp_path / "mine.png")
    assert image.shape == (1, 3, 5, 7)
    assert torch.equal(image[0, :, 4, 6], torch.tensor(pixels[4, 6].tolist()) / 255)
    assert torch.equal(photo((tmp_path / "mine.png").read_bytes()), image)
    assert torch.equal(photo(str(tmp_path / "mine.png")), image)


def test_a_cameras_rotation_note_is_obeyed(tmp_path):
    picture = Image.new("RGB", (40, 20))
    picture.paste((255, 255, 255), (0, 0, 20, 20))  # the left half is white
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned a quarter to the right: left becomes above
    picture.save(tmp_path / "phone.jpg", exif=exif, quality=95)
    image = photo(tmp_path / "phone.jpg")
    assert image.shape == (1, 3, 40, 20)
    assert image[..., :18, :].min() > 0.9 and image[..., 22:, :].max() < 0.1


def test_the_size_is_the_central_square_of_the_shrunk_picture(tmp_path):
    picture = Image.new("RGB", (300, 100), "red")
    picture.paste((0, 0, 255), (100, 0, 200, 100))
    picture.save(tmp_path / "wide.png")
    image = photo(tmp_path / "wide.png", size=50)
    assert image.shape == (1, 3, 50, 50)
    assert image[0, 2, :, 2:-2].min() > 0.98 and image[0, 0, :, 2:-2].max() < 0.02


@pytest.mark.parametrize(
    "picture, value",
    [
        (Image.new("L", (4, 4), 51), 0.2),
        (Image.new("1", (4, 4), 1), 1.0),
        (Image.new("RGBA", (4, 4), (0, 0, 0, 0)), 1.0),  # transparent: white
        (Image.new("LA", (4, 4), (51, 255)), 0.2),
        (Image.fromarray(np.full((4, 4), 13107, np.uint16)), 0.2),  # 16 bits per pixel
        (Image.new("P", (4, 4), 0), 0.0),
    ],
)
def test_gray_transparent_and_16_bit_pictures_become_three_channels(tmp_path, picture, value):
    picture.save(tmp_path / "odd.png")
    image = photo(tmp_path / "odd.png")
    assert image.shape == (1, 3, 4, 4)
    assert image.unique().tolist() == pytest.approx([value], abs=0.005)


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("side", [8_000, 10_000, 30_000])
def test_a_picture_of_30000_by_30000_pixels_is_refused_before_it_is_read(side):
    with pytest.raises(ValueError, match="at most 50 million are read. Make it smaller"):
        photo(png_header(side, side))


def test_a_text_that_bursts_inside_a_picture_is_refused():
    bomb = b"Comment\0\0" + zlib.compress(bytes(80_000_000), 9)
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "PNG")
    content = buffer.getvalue()
    chunk = struct.pack(">I", len(bomb)) + b"zTXt" + bomb + struct.pack(">I", zlib.crc32(b"zTXt" + bomb))
    with pytest.raises(ValueError, match="the upload is a damaged picture: Decompressed data too large"):
        photo(content[:33] + chunk + content[33:])


@pytest.mark.parametrize("content", [b"", b"Dear students", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused(tmp_path, content):
    (tmp_path / "notes.png").write_bytes(content)
    with pytest.raises(ValueError, match="notes.png is not a picture|notes.png is a damaged picture"):
        photo(tmp_path / "notes.png")


def test_a_picture_that_breaks_off_is_refused():
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (50, 50, 3), dtype=np.uint8)).save(
        buffer, "JPEG"
    )
    with pytest.raises(ValueError, match="damaged picture"):
        photo(buffer.getvalue()[:700])


def test_misspelt_names_missing_files_and_other_things_are_answered_in_words(tmp_path):
    with pytest.raises(ValueError, match="Did you mean 'astronaut'"):
        photo("astronuat")
    with pytest.raises(FileNotFoundError, match="holiday.jpg"):
        photo("holiday.jpg")
    with pytest.raises(ValueError, match="is a folder"):
        photo(tmp_path)
    with pytest.raises(TypeError, match="got int"):
        photo(3)
    for size in (0, -5, 2.5, True):
        with pytest.raises(ValueError, match="size must be"):
            photo("cat", size=size)


def test_a_misspelt_path_is_answered_with_the_file_that_is_there(tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "holiday.jpg")
    with pytest.raises(FileNotFoundError, match="did you mean .*holiday.jpg'?"):
        photo(tmp_path / "holliday.jpeg")
    with pytest.raises(FileNotFoundError, match="nor a folder"):
        photo(tmp_path / "summer" / "holiday.jpg")


@pytest.mark.parametrize("kind", ["EPS", "PPM", "ICO"])
def test_kinds_of_pictures_that_are_not_offered_are_not_opened(kind):
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16)).save(buffer, kind)
    with pytest.raises(ValueError, match="the upload is not a picture that can be read"):
        photo(buffer.getvalue())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", photos.FORMATS)
def test_damage_of_any_sort_is_answered_in_words(kind):
    random = np.random.default_rng(0)
    buffer, refusals = io.BytesIO(), set()
    Image.fromarray(random.integers(0, 256, (24, 20, 3), dtype=np.uint8)).save(buffer, kind)
    for _ in range(60):
        content = np.frombuffer(buffer.getvalue(), np.uint8).copy()
        places = random.integers(0, min(len(content), random.choice([60, len(content)])), 8)
        content[places] = random.integers(0, 256, 8)
        try:
            photo(content.tobytes(), size=8)
        except ValueError as refusal:
            refusals.add(str(refusal))
    assert refusals and all(words.startswith("the upload ") for words in refusals)


def test_the_limit_is_the_librarys_own_and_pillows_is_left_alone():
    before = Image.MAX_IMAGE_PIXELS
    photo("cat")
    assert Image.MAX_IMAGE_PIXELS == before and photos.MAX_PIXELS < before


def test_masks_and_what_a_computer_hides_are_no_pictures_of_a_folder(tmp_path):
    hidden = ("._b.jpg", "a.mask.png", ".cache/c.png", "__MACOSX/d.png", "notes.txt")
    for name in ("b.jpg", "more/a.PNG", *hidden):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "album.png").mkdir()
    assert list_pictures(tmp_path) == (tmp_path / "b.jpg", tmp_path / "more" / "a.PNG")
    with pytest.raises(ValueError, match="'album.png' holds no pictures"):
        list_pictures(tmp_path / "album.png")
    with pytest.raises(ValueError, match="a folder needs a name"):
        list_pictures("")
    with pytest.raises(TypeError, match="got NoneType"):
        list_pictures(None)


@pytest.mark.filterwarnings("error")  # an unclosed file is a ResourceWarning
def test_the_file_of_a_picture_that_breaks_off_is_closed(tmp_path):
    path = tmp_path / "cat.png"
    Image.effect_noise((64, 64), 50).save(path)
    path.write_bytes(path.read_bytes()[:1000])
    opened = []
    with pytest.MonkeyPatch.context() as patch:
        whole = Image.open
        patch.setattr(Image, "open", lambda *given, **how: opened.append(whole(*given, **how)) or opened[-1])
        with pytest.raises(ValueError, match="cat.png is a damaged picture"):
            photo(path)
    (picture,) = opened
    assert picture.fp is None or picture.fp.closed
