"""Where pictures come from: the list, a path, an upload; and whatever is hostile or clumsy about them."""

from __future__ import annotations

import io
import re
import zlib

import numpy as np
import pytest
import torch
from PIL import Image

import vizwidgets as vw
from vizwidgets.data.photos import photo
from vizwidgets.widgets import picture_upload
from vizwidgets.widgets.picture_offers import clean
from vizwidgets.widgets.picture_source import PictureSource
from vizwidgets.widgets.shortcut_tests import TEST_SEED

RGB, GRAY = (3, 32, 32), (1, 28, 28)


def file_of(picture: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


def colored(size: tuple[int, int], color: object = (255, 0, 0)) -> Image.Image:
    return Image.new("RGB", size, color)


def upload(source: PictureSource, *files: tuple[str, bytes], part: int = 1000) -> None:
    """Send files as the browser does."""
    for name, content in files:
        receive(source, {"type": "file", "name": name, "size": len(content)})
        for start in range(0, len(content), part):
            receive(source, {"type": "part"}, content[start : start + part])
    receive(source, {"type": "end"})


def receive(source: PictureSource, message: dict, *buffers: bytes) -> None:
    source.upload._handle_custom_msg(message, [memoryview(buffer) for buffer in buffers])


def words(source: PictureSource) -> str:
    """Return what is said, which must be one element of plain text."""
    found = re.fullmatch(
        r'<span role="status" class="vw-(?:trouble|said)" style="[^"]*">([^<>]*)</span>', source.note.value
    )
    assert found, source.note.value
    return found[1]


def heard(source: PictureSource) -> list[tuple[int, str]]:
    changes: list[tuple[int, str]] = []
    source.observe(lambda change: changes.append((change["new"], source.title)), "image_number")
    return changes


@pytest.mark.parametrize("shape", [RGB, GRAY, (3, 20, 40), (1, 40, 20)])
def test_every_picture_of_the_list_has_the_models_shape_and_its_code_gives_it_again(shape):
    images = torch.rand(2, *shape)
    source = PictureSource(shape, images)
    for number, title in enumerate(source.titles):
        source.image_number = number
        assert source.title == title and source.image.shape == (1, *shape)
        assert 0 <= source.image.min() and source.image.max() <= 1
        again = eval(source.code, {"vw": vw, "torch": torch, "images": images})
        assert torch.equal(again, source.image) and torch.equal(source.read(number), again)


def test_images_that_are_handed_over_come_first_under_their_titles():
    images = torch.rand(2, *RGB)
    assert PictureSource(RGB, images).titles[:3] == ("image 0", "image 1", "cat")
    source = PictureSource(RGB, images, ["my dog", "<i>x</i>"])
    assert torch.equal(source.image, images[:1]) and source.titles[0] == "my dog"
    alone = PictureSource(RGB, images[1])
    assert alone.titles[:2] == ("image 0", "cat") and alone.code == "images[None]"


def test_drawn_animals_are_those_of_the_shortcut_lab():
    source = PictureSource((3, 64, 64))
    number = source.titles.index("goat 1 on grass (drawn)")
    conflict = vw.sheep_goats(2, share=0.0, seed=TEST_SEED)
    assert torch.equal(source.read(number)[0], conflict.images[1])
    assert torch.equal(PictureSource((1, 64, 64)).read(number), luminance(conflict.images[1:]))


def luminance(images: torch.Tensor) -> torch.Tensor:
    red, green, blue = images.unbind(dim=1)
    return (0.299 * red + 0.587 * green + 0.114 * blue)[:, None].clamp(0, 1)


def test_whoever_hears_of_a_change_finds_the_new_picture():
    source = PictureSource(RGB)
    seen = []
    source.observe(lambda _: seen.append((source.title, source.image)), "image_number")
    source.pick.value = source.titles.index("rocket")
    ((title, image),) = seen
    assert title == "rocket" and torch.equal(image, photo("rocket", 32))


def test_list_and_trait_follow_each_other_and_a_number_that_is_none_changes_nothing():
    source = PictureSource(RGB)
    source.image_number = 3
    assert source.pick.value == 3
    for number in (-1, len(source.titles)):
        with pytest.raises(ValueError, match=rf"image_number must be in 0\.\.{len(source.titles) - 1}; got"):
            source.image_number = number
    assert source.image_number == source.pick.value == 3 and source.title == "astronaut"


def test_a_picture_that_cannot_be_read_leaves_the_former_one(monkeypatch):
    source = PictureSource(RGB)
    before = source.image
    monkeypatch.setattr("vizwidgets.data.photos._FILES", {**dict.fromkeys(["coffee"], "gone.png")})
    source.pick.value = source.titles.index("coffee")
    assert "gone.png" in words(source)
    assert source.pick.value == source.image_number == 0 and source.image is before


def test_a_path_is_read_cut_and_named(tmp_path):
    picture = colored((90, 30))
    picture.paste((0, 0, 255), (30, 0, 60, 30))  # the middle
    picture.save(tmp_path / "holiday.png")
    source = PictureSource(RGB)
    changes = heard(source)
    source.path.value = str(tmp_path / "holiday.png")
    assert changes == [(len(source.titles) - 1, "holiday.png")]
    assert source.image[0, 2, :, 3:-3].min() > 0.98 and source.image[0, 0, :, 3:-3].max() < 0.02
    assert words(source) == "holiday.png: 30 × 90 pixels, the middle cut out, scaled to 32 × 32."
    assert torch.equal(eval(source.code, {"vw": vw}), source.image)
    assert (
        source.pick.options[-1] == ("holiday.png", source.image_number) and source.pick.value == changes[0][0]
    )


def test_a_path_may_stand_in_quotes_and_a_name_of_the_list_chooses_it(tmp_path):
    colored((32, 32)).save(tmp_path / "a b.png")
    source = PictureSource(RGB)
    source.path.value = f'  "{tmp_path / "a b.png"}" '
    assert source.title == "a b.png" and words(source) == "a b.png: 32 × 32 pixels."
    count = len(source.titles)
    source.path.value = "cat"
    assert source.title == "cat" and len(source.titles) == count


def test_a_path_is_read_also_if_an_upload_has_the_same_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    colored((32, 32), (0, 255, 0)).save("mine.png")
    source = PictureSource(RGB)
    upload(source, ("mine.png", file_of(colored((32, 32)))))
    source.path.value = "mine.png"
    assert source.title == "mine.png (2)" and source.code == "vw.photo('mine.png', size=32)"
    assert source.image[0, :, 0, 0].tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    "typed, said",
    [
        ("astronuat", "Did you mean &#x27;astronaut&#x27;"),
        ("{folder}/holliday.png", "did you mean .*holiday.png"),
        ("{folder}", "is a folder|there is no photograph"),
        ("{folder}/notes.png", "notes.png is not a picture"),
        ("~nobody-of-this-name/cat.png", "."),
        ("<script>alert(1)</script>.png", "&lt;script&gt;"),
        ("x" * 5000 + ".png", "."),
        ("nul\0byte.png", "."),
    ],
)
def test_typing_errors_are_answered_in_words_and_the_picture_stays(tmp_path, typed, said):
    colored((8, 8)).save(tmp_path / "holiday.png")
    (tmp_path / "notes.png").write_text("Dear students")
    source = PictureSource(RGB)
    before, titles = source.image, source.titles
    source.path.value = typed.format(folder=tmp_path)
    assert re.search(said, words(source)) and "vw-trouble" in source.note.value
    assert source.image is before and source.titles == titles
    source.path.value = ""
    source.image_number = 1
    assert source.note.value == ""


def test_an_upload_is_read_and_shown(tmp_path):
    source = PictureSource(RGB)
    changes = heard(source)
    content = file_of(colored((64, 48), (10, 200, 30)))
    upload(source, ("mine.png", content))
    assert changes == [(len(source.titles) - 1, "mine.png")]
    assert torch.equal(source.image, photo(content, 32))
    assert words(source) == "mine.png: 48 × 64 pixels, the middle cut out, scaled to 32 × 32."
    assert source.code == ""
    upload(source, ("mine.png", content))  # the same again: the file may be another one by now
    assert changes[1][1] == source.pick.options[-1][0] == "mine.png (2)"


def test_of_several_uploads_the_first_is_shown_and_the_bad_ones_are_named():
    source = PictureSource(RGB)
    count, changes = len(source.titles), heard(source)
    good = file_of(colored((8, 8)))
    upload(
        source,
        ("a.png", good),
        ("bad.png", b"no"),
        ("b.png", good),
        ("worse.png", file_of(colored((64, 64)))[:60]),
    )
    assert source.titles[count:] == ("a.png", "b.png") and changes == [(count, "a.png")]
    assert re.search("^bad.png is not a picture.*worse.png is a damaged picture", words(source))


def png_bomb() -> bytes:
    """A small file that says it has 30,000 × 30,000 pixels."""
    content = bytearray(file_of(colored((1, 1))))
    content[16:24] = (30_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "content, said",
    [
        (b"", "cat.png is not a picture that can be read"),
        (b"Dear students", "cat.png is not a picture"),
        (SVG, "cat.png is not a picture"),
        (b"<html><script>alert(1)</script>", "cat.png is not a picture"),
        (b"%PDF-1.7", "cat.png is not a picture"),
        (b"PK\x03\x04" + bytes(100), "cat.png is not a picture"),
        (file_of(colored((64, 64)))[:60], "cat.png is a damaged picture"),
        (file_of(Image.effect_noise((64, 64), 50), "JPEG")[:500], "cat.png is a damaged picture"),
        (file_of(colored((8, 8)), "EPS"), "cat.png is not a picture"),
        (png_bomb(), "cat.png has far too many pixels; at most 50 million are read"),
    ],
)
def test_a_hostile_upload_is_answered_in_words_and_the_picture_stays(content, said):
    source = PictureSource(RGB)
    before, titles, changes = source.image, source.titles, heard(source)
    upload(source, ("cat.png", content))
    assert said in words(source)
    assert source.image is before and source.titles == titles and not changes


def test_a_huge_file_is_refused_before_it_is_sent_and_if_it_comes_all_the_same(monkeypatch):
    source = PictureSource(RGB)
    assert source.upload.most == picture_upload.MAX_BYTES  # what the browser goes by
    receive(source, {"type": "file", "name": "huge.png", "size": picture_upload.MAX_BYTES + 1})
    receive(source, {"type": "end"})
    assert words(source) == "huge.png has more than 50 MB; write its path instead."
    monkeypatch.setattr(picture_upload, "MAX_BYTES", 1000)
    receive(source, {"type": "file", "name": "liar.png", "size": 10})
    for _ in range(9):
        receive(source, {"type": "part"}, bytes(300))
    assert len(source.upload._files[0].content) == 900
    receive(source, {"type": "end"})
    assert "liar.png is not a picture" in words(source)


def test_no_file_at_all_and_parts_of_none_change_nothing():
    source = PictureSource(RGB)
    changes = heard(source)
    receive(source, {"type": "part"}, b"lost")
    receive(source, {"type": "something else"})
    upload(source)
    assert not changes and source.note.value == ""


def test_of_very_many_files_the_first_ones_are_taken():
    source = PictureSource(RGB)
    count = len(source.titles)
    upload(source, *[(f"{number}.png", file_of(colored((8, 8)))) for number in range(25)])
    assert source.titles[count:] == tuple(f"{number}.png" for number in range(picture_upload.MOST_FILES))


def test_the_browser_is_told_when_files_have_arrived_also_after_a_failure(monkeypatch):
    source, sent = PictureSource(RGB), []
    monkeypatch.setattr(source.upload, "send", sent.append)
    upload(source, ("a.png", b"no picture"))
    monkeypatch.setattr(source, "_received", lambda file: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        source._on_upload([picture_upload.Upload("a.png", 1)])
    upload(source, ("a.png", b"no picture"))
    assert sent == [{"type": "received"}] * 2


@pytest.mark.parametrize(
    "name",
    [
        "<img src=x onerror=alert(1)>.png",
        '"><script>alert(1)<script>.png',
        "a&lt;b.png",
        "'.png",
        "{}%s\n.png",
    ],
)
def test_html_in_a_files_name_is_text(name):
    source = PictureSource(RGB)
    upload(source, (name, file_of(colored((8, 8)))))
    assert "8 × 8 pixels" in words(source)  # which refuses any tag
    assert source.title == clean(name)
    upload(source, (name, b"no picture"))
    assert "not a picture" in words(source)


def test_a_title_has_no_folders_no_letters_that_do_not_print_and_is_short():
    assert clean("C:\\Users\\me\\cat.png") == clean("../../etc/cat.png") == "cat.png"
    assert clean("cat\u202egnp.exe\x00\x1b[31m.png") == "cat gnp.exe [31m.png"
    assert clean("") == clean("\n") == "no name"
    assert len(clean("a" * 10_000 + ".png")) == 40 and clean("a" * 10_000 + ".png").endswith(".png")


def test_a_color_picture_becomes_gray_for_a_gray_model_and_says_so():
    source = PictureSource(GRAY)
    upload(source, ("red.png", file_of(colored((28, 28), (200, 100, 50)))))
    gray = (0.299 * 200 + 0.587 * 100 + 0.114 * 50) / 255
    assert source.image.shape == (1, 1, 28, 28)
    assert source.image.unique().tolist() == pytest.approx([gray], abs=1e-5)
    assert words(source) == "red.png: 28 × 28 pixels, in gray, as the model takes it."


def test_a_gray_picture_has_three_equal_channels_for_a_color_model():
    source = PictureSource(RGB)
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32), dtype=np.uint8)
    upload(source, ("gray.png", file_of(Image.fromarray(pixels))))
    assert source.image.shape == (1, 3, 32, 32)
    assert torch.equal(source.image[0], torch.from_numpy(pixels / 255).float().expand(3, -1, -1))


@pytest.mark.parametrize(
    "images, titles, error, said",
    [
        (torch.rand(2, 1, 32, 32), None, ValueError, r"takes 3 channels \(RGB\)"),
        (torch.rand(2, 32, 32, 3), None, ValueError, r"image.permute\(2, 0, 1\)"),
        (torch.zeros(3, 32, 32, dtype=torch.uint8), None, TypeError, "image / 255"),
        (torch.rand(3, 48, 48), None, ValueError, "made for images of 32 × 32 pixels; got 48 × 48"),
        (torch.rand(2, 3, 32, 32), ["one"], ValueError, "one for each of 2 images; got 1"),
        ("cat.png", None, TypeError, r"vw.photo\(path\) reads a file"),
    ],
)
def test_images_that_do_not_fit_are_refused_in_words(images, titles, error, said):
    with pytest.raises(error, match=said):
        PictureSource(RGB, images, titles)


def test_a_model_of_four_channels_has_no_pictures_and_one_of_four_pixels_no_animals():
    with pytest.raises(ValueError, match="a picture has 1 or 3 channels, but the model takes 4"):
        PictureSource((4, 32, 32))
    assert PictureSource((3, 4, 4)).titles == vw.list_photos()


def test_an_image_that_is_given_out_is_not_the_one_that_is_kept():
    source = PictureSource(RGB, torch.full(RGB, 0.5))
    source.read(0).zero_()
    assert source.read(0).unique().tolist() == [0.5]


def test_every_control_has_a_name_and_a_tooltip():
    source = PictureSource(RGB)
    for control in (source.pick, source.path, source.upload):
        assert control.description and control.tooltip
    assert ".png" in source.upload.accept
