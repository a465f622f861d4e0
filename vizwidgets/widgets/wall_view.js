// A wall of pictures. Each row comes as one strip, its pictures side by side: live as a message, at rest as a
// synced trait. Every picture is a button; one can be seen large beneath the wall.
// live_repair.js (repairAround) stands before this file in one module.

const KEYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

const make = (tag, className, parent, text) => {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  parent?.append(node);
  return node;
};

const human = (v) => {
  if (!Number.isFinite(v)) return '–';
  for (const [size, suffix] of [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']]) {
    if (Math.abs(v) >= 0.9995 * size) return `${+(v / size).toPrecision(3)}${suffix}`.replace('-', '−');
  }
  return `${+v.toPrecision(3)}`.replace('-', '−');
};

// One row: its label and its buttons. It keeps the newest strip as a bitmap to draw from.
class Row {
  constructor(wall, index, data) {
    this.wall = wall;
    this.index = index;
    this.token = 0;
    this.node = make('div', 'vw-wall-row', wall.grid);
    this.node.setAttribute('role', 'group');
    const label = make('div', 'vw-wall-label', this.node);
    this.title = make('b', '', label);
    this.subtitle = make('span', '', label);
    const tiles = make('div', 'vw-wall-tiles', this.node);
    tiles.style.setProperty('--vw-count', data.tiles.length);
    this.tiles = data.tiles.map((tile, place) => new Tile(this, place, tiles));
    this.update(data);
  }

  update(data) {
    this.data = data;
    this.title.textContent = data.title;
    this.subtitle.textContent = data.subtitle;
    this.node.setAttribute('aria-label', `${data.title}, ${data.subtitle}`);
    this.node.dataset.state = data.state;
    data.tiles.forEach((tile, place) => this.tiles[place].update(tile));
  }

  async draw(bytes, count, step) {
    this.token += 1;
    const mine = this.token;
    if (!bytes?.byteLength) {
      this.bitmap = null;
      this.tiles.forEach((tile) => tile.clear());
      return;
    }
    const bitmap = await createImageBitmap(new Blob([bytes]));
    if (mine !== this.token) return; // a newer strip came while this one was decoded
    this.bitmap = bitmap;
    this.count = count;
    this.tiles.forEach((tile) => tile.draw());
    this.node.dataset.step = step ?? '';
    this.node.dataset.frames = +(this.node.dataset.frames ?? 0) + 1;
  }

  paint(canvas, place) {
    const { bitmap, count } = this;
    if (!bitmap) return false;
    const width = bitmap.width / count;
    canvas.width = width;
    canvas.height = bitmap.height;
    canvas.getContext('2d').drawImage(bitmap, -place * width, 0);
    return true;
  }
}

class Tile {
  constructor(row, place, parent) {
    this.row = row;
    this.place = place;
    this.node = make('button', 'vw-tile', parent);
    this.node.type = 'button';
    this.node.tabIndex = -1; // one stop for Tab; arrows go from picture to picture
    this.node.setAttribute('data-lm-suppress-shortcuts', 'true'); // else the notebook takes arrows and Enter
    this.canvas = make('canvas', '', this.node);
    this.word = make('span', 'vw-tile-word', this.node);
    this.number = make('span', 'vw-tile-number', this.node);
    this.node.addEventListener('click', () => row.wall.select(row.index, place));
    this.node.addEventListener('focus', () => row.wall.hold(row.index, place));
  }

  update(data) {
    this.data = data;
    this.node.setAttribute('aria-label', data.label);
    this.node.title = data.label;
    this.node.classList.toggle('vw-failed', data.failed);
    this.word.textContent = data.failed ? data.verdict : '';
    this.number.textContent = data.channel;
  }

  draw() {
    this.node.classList.toggle('vw-empty', !this.row.paint(this.canvas, this.place));
  }

  clear() {
    this.node.classList.add('vw-empty');
    this.canvas.width = 1; // empties it
  }
}

// The picture that was chosen, large, with its numbers.
class Detail {
  constructor(wall) {
    this.wall = wall;
    this.node = make('div', 'vw-wall-detail', wall.el);
    this.node.setAttribute('role', 'region');
    this.canvas = make('canvas', 'vw-wall-large', this.node);
    this.canvas.setAttribute('role', 'img');
    this.words = make('div', 'vw-wall-words', this.node);
    this.title = make('div', 'vw-wall-heading', this.words);
    this.verdict = make('p', '', this.words);
    this.chip = make('span', '', this.verdict);
    this.reason = make('span', '', this.verdict);
    this.remedy = make('p', 'vw-wall-faint', this.words);
    this.figures = make('div', 'vw-numbers', this.words);
    this.numbers = ['start', 'picture'].map((name) => {
      const box = make('span', 'vw-number', this.figures);
      make('span', 'vw-label', box, `activation, ${name}`);
      return make('b', '', box);
    });
    this.made = make('p', 'vw-wall-faint', this.words);
    const row = make('div', 'vw-buttons', this.words);
    this.open = this.button(row, 'Open in AscentExplorer', () => wall.send('open'));
    this.open.classList.add('vw-primary');
    this.shut = this.button(row, 'Close', () => wall.unselect());
  }

  button(parent, text, act) {
    const node = make('button', 'jupyter-button widget-button', parent, text);
    node.type = 'button';
    node.setAttribute('data-lm-suppress-shortcuts', 'true');
    node.addEventListener('click', act);
    return node;
  }

  show(row, place) {
    const data = row?.data.tiles[place];
    this.node.hidden = !data;
    if (!data) return;
    this.node.setAttribute('aria-label', data.label);
    this.canvas.setAttribute('aria-label', data.label);
    this.canvas.hidden = !row.paint(this.canvas, place);
    const small = Math.max(this.canvas.width, this.canvas.height) <= 48;
    this.canvas.style.imageRendering = small ? 'pixelated' : 'auto';
    this.title.textContent = `${row.data.title}, channel ${data.channel}`;
    this.chip.textContent = data.verdict;
    this.chip.className = data.judged ? (data.failed ? 'vw-bad' : 'vw-good') : 'vw-waiting';
    this.reason.textContent = data.reason ? ` ${data.reason}` : '';
    this.remedy.textContent = data.remedy ? `Try ${data.remedy}.` : '';
    this.remedy.hidden = !data.remedy;
    this.figures.hidden = !data.judged;
    this.numbers[0].textContent = human(data.before);
    this.numbers[1].textContent = human(data.after);
    this.made.textContent = row.data.made;
  }
}

class Wall {
  constructor(model, el) {
    this.model = model;
    this.el = el;
    el.classList.add('vw-wall');
    const head = make('div', 'vw-wall-head', el);
    this.bar = make('progress', '', head);
    this.bar.max = 1;
    this.bar.setAttribute('aria-label', 'Progress of the wall');
    this.status = make('span', 'vw-wall-status', head);
    this.status.setAttribute('role', 'status');
    this.trouble = make('span', 'vw-trouble', head);
    this.grid = make('div', 'vw-wall-grid', el);
    this.rows = [];
    this.detail = new Detail(this);
    this.at = [0, 0];
    this.grid.addEventListener('keydown', (event) => this.key(event));
    this.detail.node.addEventListener('keydown', (event) => this.key(event));
  }

  async rest() {
    const data = this.model.get('rows');
    const strips = this.model.get('strips');
    const shape = (rows) => rows.map((row) => [row.title, row.tiles.length]).toString();
    if (!this.rows.length || shape(this.rows.map((row) => row.data)) !== shape(data)) {
      this.grid.replaceChildren();
      this.rows = data.map((row, index) => new Row(this, index, row));
      this.hold(...this.at);
    } else {
      this.rows.forEach((row, index) => row.update(data[index]));
    }
    await Promise.all(this.rows.map((row, index) => row.draw(strips[index], data[index].tiles.length)));
    this.mark();
    this.el.dataset.revision = this.model.get('revision');
  }

  progress() {
    const share = this.model.get('progress');
    this.bar.value = share;
    this.bar.hidden = share >= 1;
    this.status.textContent = this.model.get('status');
    this.trouble.textContent = this.model.get('trouble');
  }

  async frame(message, bytes) {
    const row = this.rows[message.row];
    if (row) {
      row.node.dataset.state = 'running';
      await row.draw(bytes, message.count, message.step);
      if (this.model.get('selected')[0] === message.row) this.mark();
    }
    this.model.send({ type: 'ack', seq: message.seq }); // also from a tab in the background: it goes on there
  }

  hold(row, place) { // the one picture that Tab comes to
    this.rows[this.at[0]]?.tiles[this.at[1]]?.node.setAttribute('tabindex', -1);
    this.at = [row, place];
    this.rows[row]?.tiles[place]?.node.setAttribute('tabindex', 0);
  }

  key(event) {
    if (event.key === 'Escape' && this.model.get('selected').length) {
      this.unselect();
    } else if (this.grid.contains(event.target)) {
      const [row, place] = this.target(event.key);
      const tile = this.rows[row]?.tiles[place];
      if (!tile) return;
      tile.node.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  target(key) {
    const [row, place] = this.at;
    if (key === 'Home') return [row, 0];
    if (key === 'End') return [row, this.rows[row].tiles.length - 1];
    if (!(key in KEYS)) return [-1, -1];
    const next = row + KEYS[key][0];
    const last = (this.rows[next]?.tiles.length ?? 0) - 1;
    return [next, KEYS[key][0] ? Math.min(place, last) : place + KEYS[key][1]];
  }

  select(row, place) {
    const [oldRow, oldPlace] = this.model.get('selected');
    this.model.set('selected', row === oldRow && place === oldPlace ? [] : [row, place]);
    this.model.save_changes();
  }

  unselect() {
    const [row, place] = this.model.get('selected');
    this.model.set('selected', []);
    this.model.save_changes();
    this.rows[row]?.tiles[place]?.node.focus();
  }

  mark() {
    const [row, place] = this.model.get('selected');
    this.rows.forEach((each, index) => each.tiles.forEach((tile, at) => {
      tile.node.setAttribute('aria-pressed', index === row && at === place);
    }));
    this.detail.show(this.rows[row], place);
  }

  scroll() { // an explorer was opened beneath: show that something happened
    const last = this.el.closest('.vw-root')?.lastElementChild;
    setTimeout(() => last?.scrollIntoView({ block: 'start', behavior: 'smooth' }), 400); // once it is drawn
  }

  send(type) {
    const [row, index] = this.model.get('selected');
    this.model.send({ type, row, index });
  }
}

function render({ model, el }) {
  const wall = new Wall(model, el);
  const rest = () => wall.rest();
  const mark = () => wall.mark();
  const progress = () => wall.progress();
  const receive = (message, buffers) => {
    if (message.type === 'frame') wall.frame(message, buffers[0]);
    if (message.type === 'opened') wall.scroll();
  };
  const heard = { 'change:revision': rest, 'change:selected': mark, 'msg:custom': receive };
  for (const name of ['progress', 'status', 'trouble']) heard[`change:${name}`] = progress;
  for (const [name, listener] of Object.entries(heard)) model.on(name, listener);
  rest();
  progress();
  const stopRepairs = repairAround(el);
  model.send({ type: 'view', delta: 1 });
  return () => {
    stopRepairs();
    for (const [name, listener] of Object.entries(heard)) model.off(name, listener);
    try { model.send({ type: 'view', delta: -1 }); } catch { /* the kernel is gone: nobody to tell */ }
  };
}

export default { render };
