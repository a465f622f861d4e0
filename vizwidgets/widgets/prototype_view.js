// Prototypes: pictures with captions in a grid, and the curves. The pictures come as one strip, side by side.
// chart.js, live_repair.js and live_follow.js (follow) stand before this file in one module.

const made = (tag, className, parent) => {
  const node = document.createElement(tag);
  node.className = className;
  parent.append(node);
  return node;
};

class Tile {
  constructor(parent) {
    this.figure = made('figure', 'vw-proto', parent);
    this.canvas = made('canvas', 'vw-proto-canvas', this.figure);
    this.canvas.setAttribute('role', 'img');
    const caption = made('figcaption', 'vw-proto-caption', this.figure);
    const line = made('div', 'vw-proto-line', caption);
    this.title = made('b', 'vw-proto-title', line);
    this.score = made('span', 'vw-proto-score', line);
    this.says = made('div', 'vw-proto-says', caption);
    this.verdict = made('div', 'vw-proto-verdict', caption);
  }

  caption({ title, score, says = '', isRight = true, verdict = '', why = '' }) {
    this.title.textContent = title;
    this.score.textContent = score;
    this.says.textContent = says && `${isRight ? '✓' : '✗'} ${says}`;
    this.says.classList.toggle('vw-proto-wrong', !isRight);
    this.verdict.textContent = verdict;
    this.verdict.title = why;
    this.figure.classList.toggle('vw-proto-failed', Boolean(verdict));
    const words = says ? `, the network sees ${says}` : '';
    this.canvas.setAttribute('aria-label', `Prototype of ${title}: score ${score}${words}${verdict && `, ${verdict}`}`);
  }

  draw(strip, index, width, height) {
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.canvas.style.imageRendering = width < 96 ? 'pixelated' : 'auto';
    this.canvas.getContext('2d').drawImage(strip, index * width, 0, width, height, 0, 0, width, height);
  }
}

class Tiles {
  constructor(el) {
    this.grid = made('div', 'vw-proto-grid', el);
    this.grid.dataset.frames = 0;
    this.tiles = [];
    this.strip = document.createElement('canvas');
    this.token = 0;
  }

  captions(captions) {
    while (this.tiles.length < captions.length) this.tiles.push(new Tile(this.grid));
    for (const gone of this.tiles.splice(captions.length)) gone.figure.remove();
    captions.forEach((caption, index) => this.tiles[index].caption(caption));
  }

  frame(message, bytes) {
    this.token += 1;
    Object.assign(this.strip, { width: message.width, height: message.height });
    const pen = this.strip.getContext('2d');
    const pixels = pen.createImageData(message.width, message.height);
    for (let i = 0, j = 0; i < pixels.data.length; i += 4, j += 3) {
      pixels.data[i] = bytes.getUint8(j);
      pixels.data[i + 1] = bytes.getUint8(j + 1);
      pixels.data[i + 2] = bytes.getUint8(j + 2);
      pixels.data[i + 3] = 255;
    }
    pen.putImageData(pixels, 0, 0);
    this.draw(this.strip, message.step);
    this.grid.dataset.frames = +this.grid.dataset.frames + 1;
  }

  async still(bytes, step) {
    this.token += 1;
    const mine = this.token;
    if (!bytes?.byteLength) return;
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    if (mine === this.token) this.draw(bitmap, step); // else a newer picture came while this one was decoded
  }

  draw(strip, step) {
    const width = strip.width / Math.max(this.tiles.length, 1);
    this.tiles.forEach((tile, index) => tile.draw(strip, index, width, strip.height));
    this.grid.dataset.step = step;
  }
}

function render({ model, el }) {
  el.classList.add('vw-view', 'vw-prototypes');
  const tiles = new Tiles(el);
  const plot = made('canvas', 'vw-plot', el);
  plot.setAttribute('role', 'img');
  return follow(model, el, tiles, plot, {
    rest: (get) => tiles.captions(get('captions')),
    hear: (message) => { if (message.type === 'captions') tiles.captions(message.captions); },
  });
}

export default { render };
