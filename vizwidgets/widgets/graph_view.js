// The compute graph: boxes and wires as SVG, what happens there in words, and the table of gradients.
// live_repair.js (repairAround) stands before this file in one module.

const SVG = 'http://www.w3.org/2000/svg';
const BOX = 40; // height of a node, as in graph_layout.py
const STUB = 50;
const KEYS = ['ArrowRight', 'ArrowLeft', 'Home'];

const VERDICTS = { agree: ['✓', ' agree'], differ: ['≠', ' differ'], none: ['∄', ' no slope here'] };

const make = (tag, className, parent, text) => {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  parent?.append(node);
  return node;
};

const draw = (tag, attributes, parent, text) => {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
};

const pathOf = (points) => points.map(([x, y], at) => {
  if (!at) return `M${x},${y}`;
  const [fromX, fromY] = points[at - 1];
  const middle = (fromX + x) / 2;
  return fromY === y ? `L${x},${y}` : `C${middle},${fromY} ${middle},${y} ${x},${y}`;
}).join('');

const triangle = (x, y, direction) => `M${x},${y - 7}L${x + direction * 11},${y}L${x},${y + 7}Z`;

function drawWire(wire, parent) {
  const path = pathOf(wire.points);
  draw('path', { d: path, class: `vw-wire ${wire.active && `vw-at-work vw-${wire.active}`}` }, parent);
  if (!wire.active) return;
  draw('path', { d: path, class: `vw-stream vw-${wire.active}` }, parent);
  const isForward = wire.active === 'forward'; // the arrow tells the direction to those who see no movement
  const [x, y] = wire.points.at(isForward ? -1 : 0);
  draw('path', { d: triangle(isForward ? x - 12 : x + 12, y, isForward ? 1 : -1), class: `vw-arrow vw-${wire.active}` }, parent);
}

function drawPart(wire, parent) {
  if (!wire.part) return;
  const [x, y] = wire.points.at(-1);
  draw('text', { x: x - 4, y: y + (wire.above ? -8 : 18), class: 'vw-part' }, parent, wire.part);
}

function drawBox(box, phase, isOutput, parent) {
  const state = `${box.current ? `vw-current vw-${phase}` : ''} ${box.fresh ? 'vw-fresh' : ''}`;
  const group = draw('g', { class: `vw-node vw-${box.kind} ${state}`, 'data-node': box.node }, parent);
  const right = box.x + box.width / 2;
  if (isOutput) draw('path', { d: `M${right},${box.y}h${STUB}`, class: 'vw-wire' }, group);
  const size = { x: box.x - box.width / 2, y: box.y - BOX / 2, width: box.width, height: BOX };
  const round = { input: 7, constant: 1, operation: BOX / 2 }[box.kind];
  if (box.current) {
    const halo = { x: size.x - 5, y: size.y - 5, width: size.width + 10, height: BOX + 10, rx: round + 5 };
    draw('rect', { ...halo, class: 'vw-halo' }, group);
  }
  draw('rect', { ...size, rx: round, class: 'vw-box' }, group);
  draw('text', { x: box.x, y: box.y + 6, class: 'vw-node-label' }, group, box.label);
  if (box.name) draw('text', { x: box.x, y: box.y + BOX / 2 + 15, class: 'vw-node-name' }, group, box.name);
  if (box.value) draw('text', { x: right + 6, y: box.y - 7, class: 'vw-value' }, group, box.value);
  if (box.gradient) draw('text', { x: right + 6, y: box.y + 20, class: 'vw-gradient' }, group, box.gradient);
}

class Table {
  constructor(parent) {
    this.node = make('table', 'vw-graph-table', parent);
    make('caption', '', this.node, 'Gradient, three ways');
  }

  show(rows, result) {
    this.node.querySelector('thead')?.remove();
    this.node.querySelector('tbody')?.remove();
    const head = make('tr', '', make('thead', '', this.node));
    for (const title of ['towards', 'this graph', 'PyTorch', 'finite diff.', '']) {
      make('th', '', head, title).setAttribute('scope', 'col');
    }
    const body = make('tbody', '', this.node);
    for (const row of rows) {
      const line = make('tr', '', body);
      line.dataset.name = row.name;
      make('th', '', line, `∂${result}/∂${row.name}`).setAttribute('scope', 'row');
      for (const number of row.numbers) make('td', '', line, number);
      const verdict = make('td', `vw-${row.verdict || 'open'}`, line);
      const [sign, word] = VERDICTS[row.verdict] ?? ['', ''];
      verdict.append(sign);
      make('span', 'vw-verdict-word', verdict, word);
    }
  }
}

class Graph {
  constructor(model, el) {
    this.model = model;
    el.classList.add('vw-graph');
    this.el = el;
    const legend = make('div', 'vw-graph-legend', el);
    make('b', 'vw-key-value', legend, '2');
    make('span', '', legend, 'above the wire: value, forward');
    make('i', 'vw-key-gradient', legend, '∂ 0.2');
    make('span', '', legend, 'beneath: gradient ∂f/∂…, backward');
    this.frame = make('div', 'vw-graph-frame', el);
    this.frame.tabIndex = 0;
    this.frame.setAttribute('role', 'group');
    this.frame.setAttribute('aria-label', 'Compute graph. Arrow keys right and left go from node to node.');
    this.frame.setAttribute('data-lm-suppress-shortcuts', 'true'); // else the notebook takes the arrows
    this.frame.addEventListener('keydown', (event) => this.key(event));
    const beneath = make('div', 'vw-graph-beneath', el);
    this.words = make('div', 'vw-graph-words', beneath);
    this.words.setAttribute('aria-live', 'polite');
    this.table = new Table(make('div', 'vw-graph-table-frame', beneath));
  }

  key(event) {
    if (!KEYS.includes(event.key)) return;
    this.model.send({ type: 'key', key: event.key });
    event.preventDefault();
    event.stopPropagation();
  }

  show() {
    const scene = this.model.get('scene');
    if (!scene.boxes) return;
    const { width, height } = scene;
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', this.model.get('alt'));
    svg.style.maxWidth = `${1.1 * width}px`;
    svg.style.minWidth = `${0.8 * width}px`;
    svg.style.setProperty('--vw-drawn', `${width}px`); // on the stage it is not drawn smaller than this
    for (const wire of scene.wires.filter((each) => !each.active)) drawWire(wire, svg);
    for (const wire of scene.wires.filter((each) => each.active)) drawWire(wire, svg);
    for (const box of scene.boxes) drawBox(box, scene.phase, box.node === scene.output, svg);
    for (const wire of scene.wires) drawPart(wire, svg);
    this.frame.replaceChildren(svg);
    this.explain(scene);
    this.table.show(scene.rows, scene.result);
    this.follow(scene.boxes.find((box) => box.current), width);
    this.el.dataset.step = scene.step;
    this.el.dataset.revision = this.model.get('revision');
  }

  explain(scene) {
    this.words.className = `vw-graph-words vw-${scene.phase || 'open'}`;
    this.words.replaceChildren();
    make('div', 'vw-graph-heading', this.words, scene.heading);
    make('p', '', this.words, scene.words);
    for (const formula of scene.formulas) make('p', 'vw-formula', this.words, formula);
    if (scene.trouble) make('p', 'vw-trouble', this.words, scene.trouble);
  }

  follow(box, width) { // where the graph is wider than the page, the node at work stays in sight
    const { frame } = this;
    if (!box || frame.scrollWidth <= frame.clientWidth + 1) return;
    const middle = (box.x / width) * frame.scrollWidth;
    frame.scrollLeft = middle - frame.clientWidth / 2;
  }
}

function render({ model, el }) {
  const graph = new Graph(model, el);
  const show = () => graph.show();
  model.on('change:revision', show); // the last of the traits that are set
  show();
  const stopRepairs = repairAround(el);
  model.send({ type: 'view', delta: 1 });
  return () => {
    stopRepairs();
    model.off('change:revision', show);
    try { model.send({ type: 'view', delta: -1 }); } catch { /* the kernel is gone: nobody to tell */ }
  };
}

export default { render };
