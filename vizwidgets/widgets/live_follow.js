// What every live view does beside drawing its picture: it follows the frames and the traits at rest, draws the
// curves, acknowledges, follows size and theme, and tells the kernel that somebody looks.
// chart.js (Chart) and live_repair.js (repairAround) stand before this file in one module.

const floats = (bytes) => {
  if (!bytes?.byteLength) return new Float32Array();
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};

// picture: has frame(message, bytes) and still(bytes, step). rest(get) is called before the picture at rest is
// drawn, hear(message) with every message, resize() when one of the canvases has another size.
const follow = (model, el, picture, plot, { rest = () => {}, hear = () => {}, resize = () => {}, canvases = [] }) => {
  const chart = new Chart(plot, el);
  const atRest = () => {
    const get = (name) => model.get(name);
    rest(get);
    plot.setAttribute('aria-label', get('plot_alt'));
    picture.still(get('snapshot'), get('step'));
    chart.show({
      names: get('names'), panels: get('panels'), values: floats(get('series')), step: get('step'), last: get('last'),
    });
    plot.hidden = !get('panels').length;
  };
  const receive = (message, buffers) => {
    hear(message);
    if (message.type !== 'frame') return;
    picture.frame(message, buffers[0]);
    chart.show({
      names: message.names, panels: message.panels, values: floats(buffers[1]), step: message.step, last: message.last,
    });
    if (message.ack) requestAnimationFrame(() => model.send({ type: 'ack', seq: message.seq }));
  };
  model.on('msg:custom', receive);
  model.on('change:revision', atRest); // the last of the traits that are set at rest
  atRest();

  const resized = new ResizeObserver(() => { resize(); chart.show({}); });
  for (const canvas of [plot, ...canvases]) resized.observe(canvas);
  const themed = new MutationObserver(() => chart.show({}));
  themed.observe(document.body, { attributes: true, attributeFilter: ['data-jp-theme-light', 'data-jp-theme-name', 'class'] });
  const stopRepairs = repairAround(el);
  model.send({ type: 'view', delta: 1 });
  return () => {
    resized.disconnect();
    themed.disconnect();
    stopRepairs();
    model.off('msg:custom', receive);
    model.off('change:revision', atRest);
    try { model.send({ type: 'view', delta: -1 }); } catch { /* the kernel is gone: nobody to tell */ }
  };
};
