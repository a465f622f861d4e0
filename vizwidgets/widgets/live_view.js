// The live picture and its curves. Frames come as one message: raw RGB and the curves; at rest the synced
// traits hold a PNG and the curves, so a page that is loaded again shows what was there.
// chart.js, live_repair.js and live_follow.js (follow) stand before this file in one module.

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
  picture.canvas.dataset.frames = 0;
  return follow(model, el, picture, element(el, 'vw-plot'), {
    rest: (get) => picture.canvas.setAttribute('aria-label', get('alt')),
    resize: () => picture.fit(),
    canvases: [picture.canvas],
  });
}

export default { render };
