// The live picture and its curves. Frames come as one message: raw RGB and the curves; at rest the synced
// traits hold a PNG and the curves, so a page that is loaded again shows what was there.
// live_chart.js (Chart) and live_repair.js (repairAround) stand before this file in one module.

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
    this.canvas.style.imageRendering = scale > 6 || isExact ? 'pixelated' : 'auto';
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
