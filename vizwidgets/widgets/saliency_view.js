// Images with their maps. Each image is a row of tiles; its pictures come as one strip, side by side.
// live_repair.js (repairAround) and saliency_tile.js (Tile, ColorBar, made) stand before this file in one module.

const ANSWER_TIMEOUT = 1500; // milliseconds after which a question about a pixel is taken for lost

class Row {
  constructor(parent, colors, number) {
    this.root = made('div', 'vw-sal-row', parent);
    this.grid = made('div', 'vw-sal-grid', this.root);
    this.bar = new ColorBar(this.root, colors);
    this.colors = colors;
    this.number = number;
    this.tiles = [];
    this.token = 0;
  }

  describe({ tiles, bar }) {
    while (this.tiles.length < tiles.length) {
      const tile = new Tile(this.grid, this.colors);
      tile.frame.dataset.image = this.number;
      this.tiles.push(tile);
    }
    for (const gone of this.tiles.splice(tiles.length)) gone.figure.remove();
    tiles.forEach((words, index) => this.tiles[index].describe(words));
    this.bar.show(bar);
  }

  async show(words, bytes) {
    this.token += 1;
    const mine = this.token;
    const bitmap = await createImageBitmap(new Blob([bytes]));
    if (mine !== this.token) return; // a newer picture came while this one was decoded
    this.describe(words);
    const width = bitmap.width / Math.max(words.tiles.length, 1);
    this.tiles.forEach((tile, index) => tile.draw(bitmap, index, width));
    bitmap.close();
  }

  mark(which, ...place) {
    for (const tile of this.tiles) tile.mark(which, ...place);
  }
}

class Asker { // asks the kernel about pixels, one question at a time: of those that wait the newest counts
  constructor(model) {
    this.model = model;
    this.sentAt = -Infinity;
    this.waiting = {};
  }

  ask(message) {
    const slot = message.type === 'pin' ? 'pin' : 'look'; // a look does not push out a click
    if (this.isBusy) {
      this.waiting[slot] = message;
      return;
    }
    this.sentAt = performance.now();
    this.model.send(message);
  }

  get isBusy() {
    return performance.now() - this.sentAt < ANSWER_TIMEOUT;
  }

  answered() {
    const { pin, look } = this.waiting;
    this.sentAt = -Infinity;
    this.waiting = {};
    if (pin) this.ask(pin);
    if (look) this.ask(look);
  }
}

class Maps {
  constructor(model, el) {
    this.model = model;
    this.asker = new Asker(model);
    this.rows = [];
    this.pinned = model.get('mark');
    this.root = made('div', 'vw-saliency', el);
    this.body = made('div', 'vw-sal-rows', this.root);
    this.body.setAttribute('role', 'group');
    this.bar = new ColorBar(this.root, model.get('colors'));
    this.note = made('div', 'vw-sal-words', this.root);
    this.root.dataset.frames = 0;
    if (model.get('inspects')) this.listen();
  }

  listen() {
    this.root.classList.add('vw-sal-inspects');
    this.body.tabIndex = 0;
    this.body.setAttribute('aria-label', 'Maps. Arrow keys move the inspected pixel, with Shift ten at a time.');
    this.body.setAttribute('data-lm-suppress-shortcuts', 'true');
    this.body.addEventListener('pointermove', (event) => this.point(event));
    this.body.addEventListener('pointerleave', () => this.leave());
    this.body.addEventListener('click', (event) => this.pin(this.placeOf(event)));
    this.body.addEventListener('keydown', (event) => this.press(event));
  }

  async show(words, strips, bar) {
    while (this.rows.length < words.length) this.rows.push(new Row(this.body, this.model.get('colors'), this.rows.length));
    for (const gone of this.rows.splice(words.length)) gone.root.remove();
    const count = Math.max(1, ...words.map(({ tiles }) => tiles.length));
    const isAlone = words.length === 1;
    this.root.dataset.columns = isAlone && count > 4 ? (count > 6 ? 4 : 3) : count;
    this.root.classList.toggle('vw-sal-many', !isAlone);
    this.root.style.setProperty('--vw-columns', this.root.dataset.columns);
    this.bar.show(bar);
    await Promise.all(words.map((each, index) => this.rows[index].show(each, strips[index])));
    this.markPinned();
    this.root.dataset.shown = +(this.root.dataset.shown ?? 0) + 1;
  }

  placeOf(event) {
    const frame = event.target.closest?.('.vw-sal-frame');
    if (!frame) return null;
    const number = +frame.dataset.image;
    const tile = this.rows[number].tiles.find((each) => each.frame === frame);
    return [number, ...tile.pixelAt(event)];
  }

  markPinned() {
    const [number, ...place] = this.pinned;
    this.rows.forEach((row) => row.mark('pinned', ...(row.number === number ? place : [])));
  }

  followMark() { // what the kernel has heard of; while a question is open the student may be further already
    if (this.asker.isBusy) return;
    this.pinned = this.model.get('mark');
    this.markPinned();
  }

  point(event) {
    const place = this.placeOf(event);
    if (!place || String(place) === String(this.pointed)) return;
    this.pointed = place;
    this.rows.forEach((row) => row.mark('hovered', ...(row.number === place[0] ? place.slice(1) : [])));
    this.asker.ask({ type: 'hover', place });
  }

  leave() {
    if (!this.pointed) return;
    this.pointed = null;
    this.rows.forEach((row) => row.mark('hovered'));
    this.asker.ask({ type: 'leave' });
  }

  pin(place) {
    if (!place) return;
    this.pinned = place;
    this.markPinned();
    this.asker.ask({ type: 'pin', place });
  }

  press(event) {
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey || !this.rows.length) return;
    event.preventDefault();
    event.stopPropagation();
    const [number = 0, row = 0, column = 0] = this.pinned;
    const { canvas } = this.rows[Math.min(number, this.rows.length - 1)].tiles[0];
    const length = event.shiftKey ? 10 : 1;
    const within = (value, size) => Math.min(Math.max(value, 0), size - 1);
    this.pin([number, within(row + length * move[0], canvas.height), within(column + length * move[1], canvas.width)]);
  }
}

function render({ model, el }) {
  el.classList.add('vw-view');
  const maps = new Maps(model, el);
  const atRest = async () => {
    await maps.show(model.get('rows'), model.get('strips'), model.get('bar'));
    maps.note.textContent = model.get('note');
    maps.root.dataset.revision = model.get('revision');
  };
  const receive = async (message, buffers) => {
    if (message.type === 'answered') {
      maps.asker.answered();
      maps.followMark();
    }
    if (message.type !== 'frame') return;
    await maps.show(message.rows, buffers, message.bar);
    maps.root.dataset.frames = +maps.root.dataset.frames + 1;
    requestAnimationFrame(() => model.send({ type: 'ack', seq: message.seq }));
  };
  const remark = () => maps.followMark();
  model.on('msg:custom', receive);
  model.on('change:revision', atRest); // the last of the traits that are set at rest
  model.on('change:mark', remark);
  atRest();
  const stopRepairs = repairAround(el);
  model.send({ type: 'view', delta: 1 });
  return () => {
    stopRepairs();
    model.off('msg:custom', receive);
    model.off('change:revision', atRest);
    model.off('change:mark', remark);
    try { model.send({ type: 'view', delta: -1 }); } catch { /* the kernel is gone: nobody to tell */ }
  };
}

export default { render };
