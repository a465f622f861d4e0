// An image, its truth, a prediction and its errors, beside a list of classes with their IoU.
// live_repair.js (repairAround) and saliency_tile.js (Tile, made) stand before this file in one module.

class ClassList { // one row for each class: its colour, its name, its bar; one of them is brought out
  constructor(parent, onPick) {
    this.root = made('div', 'vw-seg-classes', parent);
    this.root.setAttribute('role', 'radiogroup');
    this.root.setAttribute('aria-label', 'Class to bring out');
    this.rows = [];
    this.onPick = onPick;
    this.root.addEventListener('keydown', (event) => this.press(event));
  }

  show(classes, picked) {
    while (this.rows.length < classes.length) this.rows.push(this.row(this.rows.length - 1));
    for (const gone of this.rows.splice(classes.length)) gone.button.remove();
    classes.forEach(({ name, color, share, text }, index) => {
      const row = this.rows[index];
      row.swatch.style.background = color || 'none';
      row.name.textContent = name;
      row.bar.style.width = `${100 * (share ?? 0)}%`;
      row.number.textContent = text;
      row.button.setAttribute('aria-label', `${name}, IoU ${text}`);
    });
    this.root.hidden = !classes.length;
    this.check(picked);
  }

  row(number) {
    const button = made('button', 'vw-seg-class', this.root);
    button.type = 'button';
    button.setAttribute('role', 'radio');
    button.setAttribute('data-lm-suppress-shortcuts', 'true');
    button.addEventListener('click', () => this.pick(number === this.picked ? -1 : number));
    const swatch = made('i', 'vw-seg-swatch', button);
    const name = made('span', 'vw-seg-name', button);
    const bar = made('i', '', made('span', 'vw-seg-track', button));
    return { button, swatch, name, bar, number: made('b', '', button) };
  }

  check(picked) {
    this.picked = picked;
    this.rows.forEach(({ button }, index) => {
      button.setAttribute('aria-checked', String(index - 1 === picked));
      button.tabIndex = index - 1 === picked ? 0 : -1;
    });
  }

  pick(number) {
    this.check(number);
    this.onPick(number);
  }

  press(event) {
    const last = this.rows.length - 2;
    const to = {
      ArrowDown: Math.min(this.picked + 1, last), ArrowUp: Math.max(this.picked - 1, -1), Home: -1, End: last,
    }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.rows[to + 1].button.focus();
    if (to !== this.picked) this.pick(to);
  }
}

class Pointer { // reads the classes of the pixel that is pointed at: everything is in the browser already
  constructor(body, words, tiles) {
    this.words = words;
    this.tiles = tiles;
    this.place = null;
    this.body = body;
    body.tabIndex = 0;
    body.setAttribute('role', 'group');
    body.setAttribute('aria-label', 'Pictures. Arrow keys move the pixel that is read, with Shift eight at a time.');
    body.setAttribute('data-lm-suppress-shortcuts', 'true');
    body.addEventListener('pointermove', (event) => this.point(event));
    body.addEventListener('pointerleave', () => this.move(null));
    body.addEventListener('keydown', (event) => this.press(event));
  }

  know({ size, names, truth, said, isKnown }) {
    Object.assign(this, { size, names, truth, said, isKnown });
    this.move(this.place);
  }

  point(event) {
    const frame = event.target.closest?.('.vw-sal-frame');
    const tile = frame && this.tiles.find((each) => each.frame === frame);
    if (!tile || !this.size) return;
    const zoom = tile.canvas.height / this.size[0];
    this.move(tile.pixelAt(event).map((value) => Math.floor(value / zoom)));
  }

  press(event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step || !this.size || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const from = this.place ?? this.size.map((length) => Math.floor(length / 2));
    const length = event.shiftKey ? 8 : 1;
    this.move(from.map((value, axis) => Math.min(Math.max(value + length * step[axis], 0), this.size[axis] - 1)));
  }

  move(place) {
    this.place = place;
    const zoom = this.size ? this.tiles[0].canvas.height / this.size[0] : 1;
    const shown = place ? place.map((value) => value * zoom + (zoom - 1) / 2) : [];
    for (const tile of this.tiles) tile.mark('hovered', ...shown);
    this.words.textContent = place ? this.reading(place) : 'Point at a pixel to read it; arrow keys work, too.';
  }

  reading([row, column]) {
    const at = row * this.size[1] + column;
    const name = (number) => this.names[number] ?? 'void';
    const [truth, said] = [name(this.truth[at]), name(this.said[at])];
    const where = `Row ${row}, column ${column}: it is ${truth}`;
    if (!this.isKnown) return `${where}.`;
    return truth === 'void' ? `${where} (nobody labelled it), predicted ${said}.`
      : `${where}, predicted ${said} ${truth === said ? '✓' : '✗'}`;
  }
}

class Streets {
  constructor(model, el) {
    this.model = model;
    this.token = 0;
    this.tiles = [];
    this.root = made('div', 'vw-seg', el);
    this.head = made('div', 'vw-seg-head', this.root);
    this.back = this.button('◀ Previous', -1);
    this.place = made('span', 'vw-seg-place', this.head);
    this.next = this.button('Next ▶', 1);
    this.grid = made('div', 'vw-seg-grid', this.root);
    this.side = made('div', 'vw-seg-side', this.root);
    this.label = made('div', 'vw-seg-label', this.side);
    this.list = new ClassList(this.side, (number) => model.send({ type: 'pick', number }));
    this.legend = made('div', 'vw-seg-legend', this.side);
    this.pixel = made('div', 'vw-seg-pixel', this.side);
    this.pixel.setAttribute('aria-live', 'polite');
    this.pointer = new Pointer(this.grid, this.pixel, this.tiles);
    this.root.dataset.frames = 0;
  }

  button(text, delta) {
    const button = made('button', 'vw-seg-browse jupyter-button widget-button', this.head);
    button.type = 'button';
    button.textContent = text;
    button.addEventListener('click', () => this.model.send({ type: 'browse', delta }));
    return button;
  }

  async show(words, strip, labels) {
    if (!words || !strip?.byteLength) return;
    this.token += 1;
    const mine = this.token;
    const bitmap = await createImageBitmap(new Blob([strip]));
    if (mine !== this.token) return; // a newer picture came while this one was decoded
    while (this.tiles.length < words.tiles.length) this.tiles.push(new Tile(this.grid, ''));
    for (const gone of this.tiles.splice(words.tiles.length)) gone.figure.remove();
    const width = bitmap.width / Math.max(this.tiles.length, 1);
    this.tiles.forEach((tile, index) => {
      tile.describe(words.tiles[index]);
      tile.draw(bitmap, index, width);
    });
    bitmap.close();
    this.place.textContent = words.place;
    this.label.textContent = words.label;
    this.list.show(words.classes, words.picked);
    this.mean(words.legend);
    const half = labels.byteLength / 2;
    const bytes = new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength);
    const [truth, said] = [bytes.slice(0, half), bytes.slice(half)];
    this.pointer.know({ size: words.size, names: words.names, isKnown: words.is_known, truth, said });
    this.root.dataset.shown = +(this.root.dataset.shown ?? 0) + 1;
  }

  mean(entries) { // what the tones of the error map mean
    this.legend.replaceChildren(...entries.map(([pattern, text]) => {
      const entry = document.createElement('span');
      made('i', `vw-seg-swatch vw-seg-${pattern}`, entry);
      entry.append(text);
      return entry;
    }));
  }
}

function render({ model, el }) {
  el.classList.add('vw-view');
  const streets = new Streets(model, el);
  const atRest = async () => {
    await streets.show(model.get('rows')[0], model.get('strips')[0], model.get('labels'));
    streets.root.dataset.revision = model.get('revision');
  };
  const receive = async (message, buffers) => {
    if (message.type !== 'frame') return;
    await streets.show(message.rows[0], buffers[0], buffers[1]);
    streets.root.dataset.frames = +streets.root.dataset.frames + 1;
    requestAnimationFrame(() => model.send({ type: 'ack', seq: message.seq }));
  };
  model.on('msg:custom', receive);
  model.on('change:revision', atRest); // the last of the traits that are set at rest
  atRest();
  const stopRepairs = repairAround(el);
  model.send({ type: 'view', delta: 1 });
  return () => {
    stopRepairs();
    model.off('msg:custom', receive);
    model.off('change:revision', atRest);
    try { model.send({ type: 'view', delta: -1 }); } catch { /* the kernel is gone: nobody to tell */ }
  };
}

export default { render };
