// A picture with words for those who do not see it; it tells where it was clicked.
// live_repair.js (repairAround) stands before this file in one module.

function render({ model, el }) {
  const image = document.createElement('img');
  image.className = 'vw-sheet';
  let address = '';

  const draw = () => {
    const former = address;
    address = URL.createObjectURL(new Blob([model.get('picture')], { type: 'image/png' }));
    image.src = address;
    image.alt = model.get('words');
    image.dataset.revision = model.get('revision');
    if (former) URL.revokeObjectURL(former);
  };
  const tell = (event) => {
    const box = image.getBoundingClientRect();
    model.send({ type: 'click', x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height });
  };

  image.addEventListener('click', tell);
  model.on('change:revision', draw);
  el.append(image);
  draw();
  const stopRepairs = repairAround(el);
  return () => {
    stopRepairs();
    model.off('change:revision', draw);
    URL.revokeObjectURL(address);
  };
}

export default { render };
