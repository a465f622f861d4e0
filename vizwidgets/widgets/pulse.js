// A progress bar, and a word to the kernel whenever it asks for one: it takes the next steps then.
function render({ model, el }) {
  // Not <progress>: Notebook 6 and some themes paint it empty.
  const bar = document.createElement('div');
  const done = document.createElement('div');
  bar.setAttribute('role', 'progressbar');
  bar.setAttribute('aria-label', 'Progress of the run');
  Object.assign(bar.style, { background: '#8884', borderRadius: '5px', height: '10px', maxWidth: '34em', overflow: 'hidden' });
  Object.assign(done.style, { background: '#0072b2', height: '100%' });
  bar.append(done);
  el.append(bar);

  const show = () => {
    const [value, most] = [model.get('value'), model.get('most')];
    el.hidden = !model.get('is_running');
    done.style.width = most ? `${100 * Math.min(value / most, 1)}%` : '100%';
    done.style.opacity = most ? 1 : 0.4; // nobody knows how much there is to do
    bar.setAttribute('aria-valuemax', most || 1);
    if (most) bar.setAttribute('aria-valuenow', value);
    else bar.removeAttribute('aria-valuenow');
  };
  // Not at once: what was pressed meanwhile is sent first.
  const hear = (message) => {
    if (message.type === 'beat') setTimeout(() => model.send({ type: 'beat', number: message.number }), 20);
  };
  const changes = ['value', 'most', 'is_running'].map((name) => `change:${name}`);
  model.on('msg:custom', hear);
  for (const change of changes) model.on(change, show);
  show();
  model.send({ type: 'view', delta: 1 });
  return () => {
    model.off('msg:custom', hear);
    for (const change of changes) model.off(change, show);
    try { model.send({ type: 'view', delta: -1 }); } catch { /* the kernel is gone: nobody to tell */ }
  };
}

export default { render };
