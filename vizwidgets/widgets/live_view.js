// The live picture and its curves. Frames come as one message: raw RGB and the curves; at rest the synced
// traits hold a PNG and the curves, so a page that is loaded again shows what was there.

const DASHES = [[], [7, 3], [2, 2], [9, 3, 2, 3], [4, 4]];
const COLORS = { // Okabe and Ito, told apart with any colour vision; lighter ones where the page is dark
  light: ['#0072B2', '#D55E00', '#009E73', '#B3568C', '#7A6A00'],
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

class Picture {
  constructor(canvas) {
    this.canvas = canvas;
    this.token = 0;
    this.frames = 0;
  }

  resize(width, height) {
    const { canvas } = this;
    if (canvas.width === width && canvas.height === height && this.pixels) return;
    canvas.width = width;
    canvas.height = height;
    this.context = canvas.getContext('2d');
    this.pixels = this.context.createImageData(width, height);
    this.fit();
  }

  fit() { // few large pixels are shown as squares; a photograph-like picture is smoothed unless it fits exactly
    const scale = (this.canvas.clientWidth * devicePixelRatio) / this.canvas.width;
    const isExact = Math.abs(scale - Math.round(scale)) < 0.01;
    this.canvas.style.imageRendering = scale > 3 || isExact ? 'pixelated' : 'auto';
  }

  frame(message, bytes) {
    this.token += 1;
    this.resize(message.width, message.height);
    const source = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const target = this.pixels.data;
    for (let i = 0, j = 0; i < target.length; i += 4, j += 3) {
      target[i] = source[j];
      target[i + 1] = source[j + 1];
      target[i + 2] = source[j + 2];
      target[i + 3] = 255;
    }
    this.context.putImageData(this.pixels, 0, 0);
    this.canvas.dataset.step = message.step;
    this.frames += 1;
    this.canvas.dataset.frames = this.frames;
  }

  async still(bytes, step) {
    this.token += 1;
    const mine = this.token;
    if (bytes?.byteLength) {
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      if (mine !== this.token) return; // a newer picture came while this one was decoded
      this.resize(bitmap.width, bitmap.height);
      this.context.drawImage(bitmap, 0, 0);
    }
    this.canvas.dataset.step = step;
  }
}

class Chart {
  constructor(canvas, host) {
    this.canvas = canvas;
    this.host = host;
    this.data = { names: [], panels: [], values: new Float32Array(), step: 0, last: 0 };
    this.waiting = 0;
  }

  show(data) {
    this.data = { ...this.data, ...data };
    this.waiting ||= requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.waiting = 0;
    const { canvas, data } = this;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width || !height) return;
    const ratio = devicePixelRatio || 1;
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
    let top = 0;
    data.panels.forEach((panel, index) => {
      const size = room * shares[index];
      this.panel(pen, panel, { left: 48, right: width - 10, top, bottom: top + size - 6 });
      top += size;
    });
    this.steps(pen, { left: 48, right: width - 10, bottom: height });
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
    for (const tick of niceTicks(low, high, plot.bottom - plot.top > 80 ? 4 : 2)) {
      pen.setLineDash([]);
      pen.lineWidth = 1;
      pen.strokeStyle = this.ink;
      pen.globalAlpha = 0.14;
      pen.beginPath();
      pen.moveTo(plot.left, Math.round(y(tick)) + 0.5);
      pen.lineTo(plot.right, Math.round(y(tick)) + 0.5);
      pen.stroke();
      this.text(pen, human(tick), plot.left - 6, y(tick) + 4, { align: 'right', alpha: 0.85 });
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

// What ipywidgets leaves out: sliders without a name, arrow keys that Notebook 7 takes for itself, a status
// line that screen readers do not notice.
const repair = (root) => {
  for (const handle of root.querySelectorAll('.noUi-handle:not([data-lm-suppress-shortcuts])')) {
    handle.setAttribute('data-lm-suppress-shortcuts', 'true');
    const label = handle.closest('.widget-slider')?.querySelector('.widget-label');
    if (label) handle.setAttribute('aria-label', label.textContent);
  }
  for (const line of root.querySelectorAll('.vw-status .widget-html-content:not([role])')) {
    line.setAttribute('role', 'status');
  }
  for (const group of root.querySelectorAll('.vw-group:not([role])')) {
    const heading = group.querySelector('.vw-heading');
    if (!heading?.textContent.trim()) continue; // its text is not there yet
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', heading.textContent.trim());
  }
};

const repairAround = (el) => {
  let observer = null;
  const find = (tries) => {
    const root = el.closest('.vw-root');
    if (!root) {
      if (tries < 50) setTimeout(find, 100, tries + 1);
      return;
    }
    repair(root);
    observer = new MutationObserver(() => repair(root)); // the widgets beside this one are drawn later
    observer.observe(root, { childList: true, subtree: true });
  };
  find(0);
  return () => observer?.disconnect();
};

const floats = (bytes) => {
  if (!bytes?.byteLength) return new Float32Array();
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};

const element = (el, className) => {
  const canvas = document.createElement('canvas');
  canvas.className = className;
  canvas.setAttribute('role', 'img');
  el.append(canvas);
  return canvas;
};

function render({ model, el }) {
  el.classList.add('vw-view');
  const picture = new Picture(element(el, 'vw-canvas'));
  const chart = new Chart(element(el, 'vw-plot'), el);
  picture.canvas.dataset.frames = 0;

  const rest = () => {
    const get = (name) => model.get(name);
    picture.canvas.setAttribute('aria-label', get('alt'));
    chart.canvas.setAttribute('aria-label', get('plot_alt'));
    picture.still(get('snapshot'), get('step'));
    chart.show({
      names: get('names'), panels: get('panels'), values: floats(get('series')), step: get('step'), last: get('last'),
    });
    chart.canvas.hidden = !get('panels').length;
  };
  const receive = (message, buffers) => {
    if (message.type !== 'frame') return;
    picture.frame(message, buffers[0]);
    chart.show({
      names: message.names, panels: message.panels, values: floats(buffers[1]), step: message.step, last: message.last,
    });
    if (message.ack) requestAnimationFrame(() => model.send({ type: 'ack', seq: message.seq }));
  };
  model.on('msg:custom', receive);
  model.on('change:revision', rest); // the last of the traits that are set at rest
  rest();

  const resized = new ResizeObserver(() => { picture.fit(); chart.show({}); });
  resized.observe(chart.canvas);
  resized.observe(picture.canvas);
  const themed = new MutationObserver(() => chart.show({}));
  themed.observe(document.body, { attributes: true, attributeFilter: ['data-jp-theme-light', 'data-jp-theme-name', 'class'] });
  const stopRepairs = repairAround(el);
  model.send({ type: 'view', delta: 1 });
  return () => {
    resized.disconnect();
    themed.disconnect();
    stopRepairs();
    model.off('msg:custom', receive);
    model.off('change:revision', rest);
    try { model.send({ type: 'view', delta: -1 }); } catch { /* the kernel is gone: nobody to tell */ }
  };
}

export default { render };
