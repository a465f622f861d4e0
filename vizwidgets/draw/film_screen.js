// The picture of a film on a canvas, and the button that shows it in its own size. `make` and `icon` are those of
// film_player.js, which stands after this file.

const TINY = 64; // pixels; up to this side they are shown as squares

class Screen { // draws each picture when it is decoded, and never an older one over a newer one
  constructor(canvas, urls, whole) { // whole: the places of pictures that are not drawn over the one before
    this.canvas = canvas;
    this.urls = urls;
    this.whole = whole;
    this.images = [];
    this.asked = 0;
    this.drawn = 0;
    this.shown = -1; // the place of the picture on the canvas
  }

  image(index) {
    this.images[index] ??= Object.assign(new Image(), { src: this.urls[index] });
    return this.images[index];
  }

  needed(index) { // the places of the pictures that are drawn one over the other for this one
    const first = Math.max(...this.whole.filter((place) => place <= index));
    return Array.from({ length: index - first + 1 }, (_, number) => first + number);
  }

  async show(index, step) {
    const mine = ++this.asked;
    const places = this.needed(index);
    for (const next of [index + 1, index + 2]) if (next < this.urls.length) this.image(next);
    try { await Promise.all(places.map((place) => this.image(place).decode())); } catch { return; } // damaged
    if (mine < this.drawn) return;
    this.drawn = mine;
    const { canvas } = this;
    const image = this.image(index);
    if (canvas.width !== image.naturalWidth || canvas.height !== image.naturalHeight) {
      [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    }
    const pen = canvas.getContext('2d');
    for (const place of places.slice(places.indexOf(this.shown) + 1)) pen.drawImage(this.image(place), 0, 0);
    this.shown = index;
    canvas.dataset.step = step;
    this.fit();
  }

  fit() { // few pixels are shown as squares; what is like a photograph is smoothed, unless it fits as it is
    const { canvas } = this;
    const scale = (canvas.clientWidth * devicePixelRatio) / canvas.width;
    const isTiny = Math.max(canvas.width, canvas.height) <= TINY;
    const isExact = Math.abs(scale - 1) < 0.01 || Math.abs(scale - 2) < 0.01;
    canvas.style.imageRendering = isTiny || isExact ? 'pixelated' : 'auto';
  }
}

const LEGIBLE = 0.8; // of its own size: a picture that is shown smaller can be enlarged

class Zoom { // a phone shows a wide picture in its own size, in a frame that scrolls sideways
  constructor(el, frame, picture) {
    Object.assign(this, { el, frame, picture });
    this.button = make('button', 'vw-film-zoom', { type: 'button', title: 'Full size', hidden: true }, [icon('Zoom')]);
    this.button.setAttribute('aria-label', 'Full size');
    this.button.addEventListener('click', () => this.turn(!this.isLarge));
    this.turn(false);
  }

  turn(isLarge) {
    const { el, frame, button } = this;
    this.isLarge = isLarge;
    el.classList.toggle('vw-film-large', isLarge);
    button.setAttribute('aria-pressed', isLarge);
    const reached = { tabindex: 0, role: 'group', 'aria-label': 'Picture in full size, scrolls sideways' };
    for (const [name, value] of Object.entries(reached)) { // with the Tab key, that the arrows scroll it
      if (isLarge) frame.setAttribute(name, value); else frame.removeAttribute(name);
    }
  }

  fit() {
    if (!this.isLarge) this.button.hidden = this.picture.clientWidth >= LEGIBLE * this.picture.width;
  }
}
