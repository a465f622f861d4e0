// Three lines that say what this page can do: it draws, the kernel answers, what a thread sends arrives.
const SIGNS = { fine: '✓', wait: '…', look: '!', trouble: '✗' };
const PATIENCE = 5000; // ms; a busy kernel answers later, and its line turns green then

const aboutPage = () => {
  const config = document.getElementById('jupyter-config-data')?.textContent;
  let told = {};
  try { told = JSON.parse(config ?? '{}'); } catch { /* another front end's */ }
  const path = window.location.pathname.slice((told.baseUrl ?? '/').length); // the course's folder is called notebooks
  const name = path.startsWith('notebooks/') && told.appName ? 'Notebook' : told.appName ?? '';
  return { name, version: told.appVersion ?? '' };
};

function render({ model, el }) {
  el.classList.add('vw-check');
  const line = () => {
    const row = document.createElement('div');
    const badge = document.createElement('b');
    const words = document.createElement('span');
    row.append(badge, words);
    row.setAttribute('role', 'status');
    el.append(row);
    return (state, text) => {
      badge.className = state;
      badge.textContent = `${SIGNS[state]} ${state}`;
      words.textContent = text;
    };
  };
  const [draws, answers, lives] = [line(), line(), line()];
  const page = aboutPage();
  draws('fine', `This page draws widgets${page.name ? `: ${page.name} ${page.version}` : '.'}`);
  answers('wait', 'The kernel is asked.');
  lives('wait', 'An update from a thread is waited for.');

  let silence = setTimeout(() => answers('look', 'The kernel has not answered yet. → Wait until no cell runs ([*]); '
    + 'if none does: restart the kernel.'), PATIENCE);
  const asked = performance.now();
  const since = () => {
    const seconds = (performance.now() - asked) / 1000;
    return seconds < 2 ? `${Math.round(1000 * seconds)} ms` : `${seconds.toFixed(0)} s: a cell was running`;
  };
  const hear = (message) => {
    if (message.type === 'answer') {
      clearTimeout(silence);
      answers('fine', `The kernel answers (${since()}).`);
      silence = setTimeout(() => {
        lives('look', 'Nothing comes from a thread. → Make the explorers anew: from now on they take their steps '
          + 'while the page asks for them, with a progress bar.');
        model.send({ type: 'threads', arrive: false });
      }, PATIENCE);
    } else if (message.type === 'thread') {
      clearTimeout(silence);
      answers('fine', `The kernel answers (${since()}).`);
      lives('fine', 'Live updates arrive here.');
      model.send({ type: 'threads', arrive: true });
    }
  };
  model.on('msg:custom', hear);
  model.send({ type: 'hello', page });
  return () => {
    clearTimeout(silence);
    model.off('msg:custom', hear);
  };
}

export default { render };
