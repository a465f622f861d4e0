// A page that is projected: a class on the body, and marks on the notebook and what it lies in (projector.css).
// Explorers follow that class by themselves (stage.css). The marks are all that is changed, and Escape takes them away.

const ON = 'vw-projector';
const MARKS = ['vw-projector-notebook', 'vw-projector-path'];
const PATIENCE = 1500; // ms in which the cell may show another projector when it is run again

const dim = () => {
  document.body.classList.remove(ON);
  delete document.body.dataset.vwProjector;
  document.querySelector('body > .vw-projector-exit')?.remove();
  for (const mark of MARKS) document.querySelectorAll(`.${mark}`).forEach((node) => node.classList.remove(mark));
};

const light = (notebook, owner, exit) => {
  dim();
  for (let at = notebook?.parentElement; at && at !== document.body; at = at.parentElement) at.classList.add('vw-projector-path');
  notebook?.classList.add('vw-projector-notebook');
  document.body.dataset.vwProjector = owner;
  document.body.classList.add(ON);
  document.body.append(exit);
};

const button = (className, act) => {
  const node = document.createElement('button');
  node.type = 'button';
  node.className = `jupyter-button widget-button ${className}`;
  node.setAttribute('data-lm-suppress-shortcuts', 'true');
  node.addEventListener('click', act);
  return node;
};

function render({ model, el }) {
  const owner = `${Math.random()}`;
  const isOn = () => document.body.classList.contains(ON);
  const ask = (value) => {
    model.set('is_on', value);
    model.save_changes();
    follow();
  };
  const exit = button('vw-projector-exit', () => ask(false));
  exit.textContent = 'Exit (Esc)';
  exit.title = 'End the projector mode';
  const toggle = button('vw-projector-button', () => ask(!isOn()));
  const words = document.createElement('span');
  words.setAttribute('role', 'status');
  el.classList.add('vw-projector-line');
  el.append(toggle, words);

  const isFramed = () => !el.closest('.jp-Notebook') // the notebook is outside: Colab, and VS Code that hides its frame
    && (window.parent !== window || document.body.matches('[class*="vscode-"]'));
  const follow = () => {
    const notebook = el.closest('.jp-Notebook');
    if (model.get('is_on') && !isFramed()) light(notebook, owner, exit); else dim();
    tell();
    if (notebook) requestAnimationFrame(() => el.scrollIntoView({ block: 'nearest' }));
  };
  const tell = () => {
    toggle.disabled = isFramed();
    toggle.textContent = isOn() ? 'End projector mode' : 'Projector mode';
    words.textContent = isOn()
      ? 'On: Escape ends it. Shift+P in an explorer shows that one alone.' : 'Off: the page as it is written.';
    if (isFramed()) words.textContent = 'Not in this program: in JupyterLab and Jupyter Notebook the whole page becomes large.';
  };
  const press = (event) => {
    const isTaken = document.querySelector('.vw-stage, .jp-Dialog');
    if (event.key === 'Escape' && isOn() && document.body.dataset.vwProjector === owner && !isTaken) ask(false);
  };
  const watcher = new MutationObserver(tell);
  watcher.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  window.addEventListener('keydown', press, true);
  model.on('change:is_on', follow);
  requestAnimationFrame(follow); // once it lies in its notebook
  tell();
  return () => {
    watcher.disconnect();
    window.removeEventListener('keydown', press, true);
    model.off('change:is_on', follow);
    setTimeout(() => { if (document.body.dataset.vwProjector === owner) dim(); }, PATIENCE);
  };
}

export default { render };
