// One picture of a saliency view, the image or a map: title, picture, colour bar with numbers, words.

const made = (tag, className, parent) => {
  const node = document.createElement(tag);
  node.className = className;
  parent.append(node);
  return node;
};

class ColorBar {
  constructor(parent, colors) {
    this.root = made('div', 'vw-sal-bar', parent);
    made('div', 'vw-sal-colors', this.root).style.background = colors;
    this.numbers = made('div', 'vw-sal-numbers', this.root);
  }

  show(ticks) {
    this.root.hidden = !ticks?.length;
    this.numbers.replaceChildren(...(ticks ?? []).map((text) => {
      const number = document.createElement('span');
      number.textContent = text;
      return number;
    }));
  }
}

const meter = (name, share, text) => {
  const line = document.createElement('div');
  made('span', 'vw-sal-name', line).textContent = name;
  const track = made('span', 'vw-sal-track', line);
  made('i', '', track).style.width = `${100 * Math.min(Math.max(share, 0), 1)}%`;
  made('b', '', line).textContent = text;
  return line;
};

class Tile {
  constructor(parent, colors) {
    this.figure = made('figure', 'vw-sal-tile', parent);
    this.title = made('div', 'vw-sal-title', made('div', 'vw-sal-head', this.figure));
    this.frame = made('div', 'vw-sal-frame', this.figure);
    this.canvas = made('canvas', 'vw-sal-canvas', this.frame);
    this.canvas.setAttribute('role', 'img');
    this.note = made('div', 'vw-sal-note', this.frame);
    this.pinned = made('i', 'vw-sal-mark', this.frame);
    this.hovered = made('i', 'vw-sal-mark vw-sal-hovered', this.frame);
    this.bar = new ColorBar(this.figure, colors);
    this.meters = made('div', 'vw-sal-meters', this.figure);
    this.words = made('figcaption', 'vw-sal-words', this.figure);
    this.pinned.hidden = this.hovered.hidden = true;
  }

  describe({ title, words = '', note = '', ticks = [], alt = '', help = '', meters = [] }) {
    this.title.textContent = title;
    this.title.title = help;
    this.words.textContent = words;
    this.note.textContent = note;
    this.note.hidden = !note;
    this.bar.show(ticks);
    this.meters.replaceChildren(...meters.map((each) => meter(...each)));
    this.canvas.setAttribute('aria-label', alt);
  }

  draw(strip, index, width) {
    const { canvas } = this;
    if (canvas.width !== width || canvas.height !== strip.height) Object.assign(canvas, { width, height: strip.height });
    canvas.style.imageRendering = width <= 96 ? 'pixelated' : 'auto';
    canvas.getContext('2d').drawImage(strip, index * width, 0, width, strip.height, 0, 0, width, strip.height);
  }

  mark(which, row, column) { // no row: no mark
    const mark = this[which];
    mark.hidden = row === undefined;
    if (mark.hidden) return;
    mark.style.left = `${((column + 0.5) / this.canvas.width) * 100}%`;
    mark.style.top = `${((row + 0.5) / this.canvas.height) * 100}%`;
  }

  pixelAt({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    const { width, height } = this.canvas;
    const column = Math.floor(((clientX - box.left) / box.width) * width);
    const row = Math.floor(((clientY - box.top) / box.height) * height);
    return [Math.min(Math.max(row, 0), height - 1), Math.min(Math.max(column, 0), width - 1)];
  }
}
