// A progress bar, and a word to the kernel whenever it asks for one: it takes the next steps then.
function render({ model, el }) {
  const bar = document.createElement('progress');
  bar.setAttribute('aria-label', 'Progress of the run');
  Object.assign(bar.style, { width: '100%', maxWidth: '34em', height: '12px' });
  el.append(bar);

  const show = () => {
    el.hidden = !model.get('is_running');
    if (model.get('most')) {
      bar.max = model.get('most');
      bar.value = model.get('value');
    } else {
      bar.removeAttribute('value');
    }
  };
  // Not at once: what was pressed meanwhile is sent first.
  const hear = (message) => {
    if (message.type === 'beat') setTimeout(() => model.send({ type: 'beat', number: message.number }), 20);
  };
  model.on('msg:custom', hear);
  model.on('change', show);
  show();
  model.send({ type: 'view', delta: 1 });
  return () => {
    model.off('msg:custom', hear);
    model.off('change', show);
    try { model.send({ type: 'view', delta: -1 }); } catch { /* the kernel is gone: nobody to tell */ }
  };
}

export default { render };
