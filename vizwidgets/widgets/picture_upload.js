// A button that sends files in small parts: a server closes the connection over one large message.
// live_repair.js (repairAround) stands before this file in one module.

const PART = 1024 * 1024;

function render({ model, el }) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'vw-upload jupyter-button';
  button.title = model.get('tooltip');
  button.setAttribute('data-lm-suppress-shortcuts', 'true'); // Enter presses it, also in Notebook 7
  const picker = document.createElement('input');
  picker.type = 'file';
  picker.multiple = true;
  picker.accept = model.get('accept');
  picker.style.display = 'none'; // Notebook 6 shows what is only `hidden`

  const icon = document.createElement('i');
  icon.className = 'fa fa-upload';
  const words = document.createElement('span');
  button.append(icon, words);

  const rest = () => {
    words.textContent = model.get('description');
    button.disabled = false;
  };
  const send = async (files) => {
    button.disabled = true;
    for (const [index, file] of files.entries()) {
      const isTaken = file.size <= model.get('most');
      model.send({ type: 'file', name: file.name, size: file.size });
      for (let start = 0; isTaken && start < file.size; start += PART) {
        words.textContent = `Sending ${index + 1} of ${files.length} …`;
        const part = await file.slice(start, start + PART).arrayBuffer();
        model.send({ type: 'part' }, undefined, [part]);
      }
    }
    model.send({ type: 'end' });
  };
  const hear = (message) => { if (message.type === 'received') rest(); };

  button.addEventListener('click', () => picker.click());
  picker.addEventListener('change', () => {
    const files = [...picker.files];
    picker.value = ''; // so that the same file can be chosen again
    if (files.length) send(files).catch(rest);
  });
  model.on('msg:custom', hear);
  el.append(button, picker);
  rest();
  const stopRepairs = repairAround(el);
  return () => {
    stopRepairs();
    model.off('msg:custom', hear);
  };
}

export default { render };
