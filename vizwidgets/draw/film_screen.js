// The picture of a film on a canvas.

const TINY = 64; // pixels; up to this side they are shown as squares

class Screen { // draws each picture when it is decoded, and never an older one over a newer one
  constructor(canvas, urls) {
    this.canvas = canvas;
    this.urls = urls;
    this.images = [];
    this.asked = 0;
    this.drawn = 0;
  }

  image(index) {
    this.images[index] ??= Object.assign(new Image(), { src: this.urls[index] });
    return this.images[index];
  }

  async show(index, step) {
    const mine = ++this.asked;
    const image = this.image(index);
    for (const next of [index + 1, index + 2]) if (next < this.urls.length) this.image(next);
    try { await image.decode(); } catch { return; } // damaged: the one before stays
    if (mine < this.drawn) return;
    this.drawn = mine;
    const { canvas } = this;
    if (canvas.width !== image.naturalWidth || canvas.height !== image.naturalHeight) {
      [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    }
    canvas.getContext('2d').drawImage(image, 0, 0);
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
