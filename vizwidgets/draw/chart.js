// Curves in stacked panels, drawn on a canvas in the colours of the page.

const DASHES = [[], [7, 3], [2, 2], [9, 3, 2, 3], [4, 4]];
const COLORS = { // after Okabe and Ito, told apart with any colour vision; lighter ones where the page is dark
  light: ['#0072B2', '#D55E00', '#009E73', '#9C2F74', '#604000'],
  dark: ['#56B4E9', '#F0803C', '#2BC79A', '#E59FC8', '#F0E442'],
};

const human = (v) => {
  if (!Number.isFinite(v)) return '–';
  for (const [size, suffix] of [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']]) {
    if (Math.abs(v) >= 0.9995 * size) return `${+(v / size).toPrecision(3)}${suffix}`;
  }
  return `${+v.toPrecision(3)}`.replace('-', '−');
};

const niceTicks = (low, high, count) => {
  const raw = (high - low) / count;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = size * [1, 2, 2.5, 5, 10].find((m) => m * size >= raw * 0.999);
  const ticks = [];
  for (let v = Math.ceil(low / step) * step; v <= high + step * 1e-6; v += step) {
    ticks.push(Math.abs(v) < step * 1e-6 ? 0 : v);
  }
  return ticks;
};

// A number beside its line: there is room for six letters or so.
const tickWords = (v) => (v === 0 || Math.abs(v) >= 1e-3 ? human(v)
  : (+v.toPrecision(3)).toExponential().replaceAll('-', '−'));

const [LEFT, RIGHT] = [48, 10]; // pixels beside the curves
const BASE_TEXT = 12; // pixels; where the canvas has a larger font-size everything grows with it

class Chart {
  constructor(canvas, host) {
    this.canvas = canvas;
    this.host = host;
    this.data = { names: [], panels: [], values: new Float32Array(), step: 0, last: 0 };
    this.waiting = 0;
    this.left = LEFT;
  }

  show(data) {
    this.data = { ...this.data, ...data };
    this.waiting ||= requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.waiting = 0;
    const { canvas, data } = this;
    const zoom = parseFloat(getComputedStyle(canvas).fontSize) / BASE_TEXT;
    const [width, height] = [canvas.clientWidth / zoom, canvas.clientHeight / zoom];
    if (!width || !height) return;
    const ratio = (devicePixelRatio || 1) * zoom;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const pen = canvas.getContext('2d');
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.ink = getComputedStyle(this.host).color;
    const light = this.ink.match(/[\d.]+/g).slice(0, 3).reduce((sum, v) => sum + +v, 0) / 3;
    this.colors = light > 128 ? COLORS.dark : COLORS.light;
    this.count = data.names.length ? data.values.length / data.names.length : 0;
    const shares = data.panels.length > 1 ? [0.58, 0.42] : [1];
    const room = height - 20; // the labels of the steps
    this.left = this.margin(pen);
    const [left, right] = [this.left, width - RIGHT];
    let top = 0;
    data.panels.forEach((panel, index) => {
      const size = room * shares[index];
      this.panel(pen, panel, { left, right, top, bottom: top + size - 6 });
      top += size;
    });
    this.steps(pen, { left, right, bottom: height });
  }

  margin(pen) { // as wide as the longest number beside a line
    const words = this.data.panels.flatMap(({ series }) => {
      const range = this.range(series);
      return [2, 4].flatMap((count) => niceTicks(...range, count)).map(tickWords);
    });
    return Math.max(LEFT, ...words.map((each) => this.measure(pen, each) + 8));
  }

  measure(pen, words, weight = 400) {
    pen.font = `${weight} 12px ${getComputedStyle(this.host).fontFamily}`;
    return pen.measureText(words).width;
  }

  text(pen, words, x, y, { align = 'left', weight = 400, alpha = 1 } = {}) {
    pen.font = `${weight} 12px ${getComputedStyle(this.host).fontFamily}`;
    pen.textAlign = align;
    pen.globalAlpha = alpha;
    pen.fillStyle = this.ink;
    pen.fillText(words, x, y);
    pen.globalAlpha = 1;
  }

  stroke(pen, color, series) {
    pen.strokeStyle = color;
    pen.lineWidth = series === 0 ? 2.2 : 1.8;
    pen.setLineDash(DASHES[series % DASHES.length]);
    pen.lineJoin = 'round';
  }

  x(index, box) {
    const last = Math.max(this.data.last, 16);
    const step = this.count > 1 ? (index * this.data.last) / (this.count - 1) : 0;
    return box.left + ((box.right - box.left) * step) / last;
  }

  panel(pen, panel, box) {
    const plot = { ...box, top: this.legend(pen, panel, box) + 8 };
    const [low, high] = this.range(panel.series);
    const y = (v) => plot.bottom - ((plot.bottom - plot.top) * (v - low)) / (high - low);
    let free = Infinity; // above this line there is room for one more number
    for (const tick of niceTicks(low, high, plot.bottom - plot.top > 80 ? 4 : 2)) {
      if (y(tick) > free) continue;
      free = y(tick) - 14;
      pen.setLineDash([]);
      pen.lineWidth = 1;
      pen.strokeStyle = this.ink;
      pen.globalAlpha = 0.14;
      pen.beginPath();
      pen.moveTo(plot.left, Math.round(y(tick)) + 0.5);
      pen.lineTo(plot.right, Math.round(y(tick)) + 0.5);
      pen.stroke();
      this.text(pen, tickWords(tick), plot.left - 6, y(tick) + 4, { align: 'right', alpha: 0.85 });
    }
    for (const series of panel.series) this.curve(pen, series, plot, y);
    this.cursor(pen, plot);
  }

  range(members) {
    let [low, high] = [Infinity, -Infinity];
    for (const series of members) {
      for (let i = 0; i < this.count; i += 1) {
        const v = this.data.values[series * this.count + i];
        if (v < low) low = v;
        if (v > high) high = v;
      }
    }
    if (!Number.isFinite(low)) return [0, 1];
    if (high - low < 1e-6 * Math.max(Math.abs(high), 1e-6)) {
      const pad = Math.abs(high) * 0.05 || 0.5;
      return [low - pad, high + pad];
    }
    return [low, high];
  }

  legend(pen, panel, box) {
    let [left, line] = [2, box.top + 14];
    const at = Math.round((this.data.step / Math.max(this.data.last, 1)) * (this.count - 1));
    const entries = panel.series.map((series) => {
      const words = `${this.data.names[series]} ${human(this.data.values[series * this.count + at])}`;
      return { series, words, size: 32 + this.measure(pen, words) };
    });
    const title = this.measure(pen, panel.title, 600) + 16;
    const needed = entries.reduce((sum, entry) => sum + entry.size + 12, title);
    if (needed <= box.right + 12 || entries.length === 1) { // where it is narrow the names alone must do
      this.text(pen, panel.title, left, line, { weight: 600, alpha: 0.85 });
      left += title;
    } else if (box.bottom - box.top > 100 && this.sharesNames(panel)) {
      this.text(pen, panel.title, left, line, { weight: 600, alpha: 0.85 });
      line += 17;
    }
    for (const { series, words, size } of entries) {
      if (left + size > box.right + 8 && left > box.left) [left, line] = [2, line + 17];
      this.stroke(pen, this.colors[series % this.colors.length], series);
      pen.beginPath();
      pen.moveTo(left, line - 4);
      pen.lineTo(left + 24, line - 4);
      pen.stroke();
      this.text(pen, words, left + 29, line);
      left += size + 12;
    }
    return line;
  }

  sharesNames(panel) { // with another panel: the title alone tells their curves apart
    const others = this.data.panels.filter((each) => each !== panel).flatMap((each) => each.series);
    const names = new Set(others.map((series) => this.data.names[series]));
    return panel.series.some((series) => names.has(this.data.names[series]));
  }

  curve(pen, series, plot, y) {
    this.stroke(pen, this.colors[series % this.colors.length], series);
    pen.beginPath();
    let isDown = false;
    for (let i = 0; i < this.count; i += 1) {
      const v = this.data.values[series * this.count + i];
      if (Number.isNaN(v)) { isDown = false; continue; }
      if (isDown) pen.lineTo(this.x(i, plot), y(v)); else pen.moveTo(this.x(i, plot), y(v));
      isDown = true;
    }
    pen.stroke();
    pen.setLineDash([]);
  }

  cursor(pen, plot) { // where the run was rewound to
    const { step, last } = this.data;
    if (step >= last) return;
    const x = plot.left + ((plot.right - plot.left) * step) / Math.max(last, 16);
    pen.setLineDash([]);
    pen.strokeStyle = this.ink;
    pen.globalAlpha = 0.7;
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.moveTo(x, plot.top - 4);
    pen.lineTo(x, plot.bottom);
    pen.stroke();
    pen.globalAlpha = 1;
  }

  stepAt(x) { // the step under a place on the canvas, in pixels of the page
    const zoom = parseFloat(getComputedStyle(this.canvas).fontSize) / BASE_TEXT;
    const [left, right] = [this.left * zoom, this.canvas.clientWidth - RIGHT * zoom];
    const share = (x - left) / Math.max(right - left, 1);
    return Math.min(Math.max(share, 0) * Math.max(this.data.last, 16), this.data.last);
  }

  steps(pen, box) {
    const last = Math.max(this.data.last, 16);
    for (const tick of niceTicks(0, last, (box.right - box.left) / 70)) {
      const x = box.left + ((box.right - box.left) * tick) / last;
      if (x > box.right - 42) continue;
      this.text(pen, human(tick), x, box.bottom - 6, { align: 'center', alpha: 0.85 });
    }
    this.text(pen, 'step', box.right, box.bottom - 6, { align: 'right', alpha: 0.85 });
  }
}
