"""What a lecture hall sees of an explorer: sizes, places and contrasts, measured in the page."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

SCREEN = (1280, 720)
LEAST_TEXT = 18.0  # pixels: 2.5 % of the height
LEAST_CONTRAST = 7.0
SETTLED = 8000  # milliseconds

# Every text that is to be seen, as it is drawn: its size in pixels of the screen, and its contrast (WCAG 2)
# with what lies behind it; a colour is read from a canvas, which knows every notation.
TEXTS = """root => {
    const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const mix = colors => {
        pen.clearRect(0, 0, 1, 1);
        for (const color of colors) { pen.fillStyle = color; pen.fillRect(0, 0, 1, 1); }
        return [...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    };
    const light = color => color.map(v => v / 255)
        .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
    const parents = node => node ? [...parents(node.parentElement), node] : [];
    const seen = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode.parentElement;
        const words = walker.currentNode.textContent.trim();
        const box = node.getBoundingClientRect();
        if (!words || !box.width || box.bottom < 0 || box.top > innerHeight) continue;
        if (node.closest('option, :disabled') || !node.checkVisibility({visibilityProperty: true})) continue;
        const style = getComputedStyle(node);
        const behind = mix(parents(node).map(each => getComputedStyle(each).backgroundColor));
        const ink = mix([`rgb(${behind})`, node.closest('svg') ? style.fill : style.color]);
        const [dark, bright] = [light(behind), light(ink)].sort((a, b) => a - b);
        const size = parseFloat(style.fontSize) * (node.closest('svg') ? node.getScreenCTM().a : 1);
        seen.push({words, size, contrast: (bright + 0.05) / (dark + 0.05)});
    }
    return seen;
}"""

# The words that a chart writes while it is drawn once more: font times scale of the pen.
CHART = """canvas => new Promise(done => {
    const {prototype} = CanvasRenderingContext2D;
    const [write, draw] = [prototype.fillText, prototype.stroke];
    const drawn = {texts: [], lines: []};
    prototype.fillText = function (...words) {
        const size = parseFloat(this.font.match(/([0-9.]+)px/)[1]);
        if (this.canvas === canvas) drawn.texts.push(size * this.getTransform().a);
        return write.apply(this, words);
    };
    prototype.stroke = function (...path) {
        if (this.canvas === canvas) drawn.lines.push(this.lineWidth * this.getTransform().a);
        return draw.apply(this, path);
    };
    document.body.classList.toggle('vw-drawn-again'); // charts follow the theme, and that is a class
    requestAnimationFrame(() => requestAnimationFrame(() => {
        Object.assign(prototype, {fillText: write, stroke: draw});
        document.body.classList.remove('vw-drawn-again');
        const [text, line] = [Math.min(...drawn.texts), Math.max(...drawn.lines)];
        done({text: text / devicePixelRatio, line: line / devicePixelRatio});
    }));
})"""

# All that the mode may touch: classes, attributes, sizes, scrolling and the focus.
TRACES = """() => {
    const root = document.querySelector('.vw-root');
    const box = root.getBoundingClientRect();
    const all = name => [...document.querySelectorAll(name)];
    return {
        box: [box.x, box.y, box.width, box.height].map(Math.round),
        classes: [document.body.className, root.className, root.parentElement.className],
        attributes: [root.getAttribute('popover'), root.parentElement.style.minHeight],
        kept: all('[data-lm-suppress-shortcuts]').length,
        marks: all('.vw-projector-path, .vw-projector-notebook, .vw-projector-exit').length,
        owner: document.body.dataset.vwProjector ?? null,
        scrolled: all('*').map(each => each.scrollTop).filter(Boolean),
        focus: document.activeElement.textContent,
        inputs: all('.jp-CodeCell .jp-Cell-inputWrapper').map(each => each.checkVisibility()),
        top: all(':fullscreen, :popover-open').length,
    };
}"""


def problems(page: Page, root: str, seen: tuple[str, ...]) -> list[str]:
    """Return what the last row cannot read of an explorer, and which parts do not lie on the screen.

    A screen that changes its size settles step by step; what is wrong for longer than that is returned.
    """
    waited = 0
    while (found := _problems_now(page, root, seen)) and waited < SETTLED:
        page.wait_for_timeout(200)
        waited += 200
    return found


def _problems_now(page: Page, root: str, seen: tuple[str, ...]) -> list[str]:
    node = page.locator(root)
    found = []
    for text in node.evaluate(TEXTS):
        if text["size"] < LEAST_TEXT - 0.05 or text["contrast"] < LEAST_CONTRAST:
            found.append(f"{text['words'][:30]!r}: {text['size']:.1f} px, contrast {text['contrast']:.1f}")
    width, height = SCREEN
    for name in seen:
        box = node.locator(name).first.bounding_box()
        if box is None or not _is_inside(box, width, height):
            found.append(f"{name} lies at {box}")
    if node.evaluate("each => each.scrollWidth > innerWidth"):
        found.append("it is wider than the screen")
    return found


def _is_inside(box: dict[str, Any], width: int, height: int) -> bool:
    across = -1 <= box["x"] and box["x"] + box["width"] <= width + 1
    down = -1 <= box["y"] and box["y"] + box["height"] <= height + 1
    return across and down and box["width"] > 20 and box["height"] > 15
