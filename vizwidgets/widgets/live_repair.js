// What ipywidgets leaves out: sliders without a name, keys on sliders and lists that the notebook takes for itself
// (an arrow leaves the list, R makes the cell raw), a status line that screen readers do not notice.
// stage.js (offerStage) stands before this file in one module.
const repair = (root) => {
  for (const handle of root.querySelectorAll('.noUi-handle:not([data-lm-suppress-shortcuts])')) {
    handle.setAttribute('data-lm-suppress-shortcuts', 'true');
    const label = handle.closest('.widget-slider')?.querySelector('.widget-label');
    if (label) handle.setAttribute('aria-label', label.textContent);
  }
  for (const list of root.querySelectorAll('select:not([data-lm-suppress-shortcuts])')) {
    list.setAttribute('data-lm-suppress-shortcuts', 'true');
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

// VS Code and the classic notebook do not know that mark and listen on the page: a key ends its way here instead.
// Escape, function keys and those with Ctrl go on, as they do from any field.
const keepKeys = (root) => root.addEventListener('keydown', (event) => {
  const isBare = !event.ctrlKey && !event.altKey && !event.metaKey && !/^(Escape|Tab|F\d+)$/.test(event.key);
  if (isBare && event.target.closest('[data-lm-suppress-shortcuts]')) event.stopPropagation();
});

// Whether a toggle button is down, said to those who do not see its colour.
const press = (root) => {
  for (const toggle of root.querySelectorAll('.widget-toggle-button')) {
    const isDown = String(toggle.classList.contains('mod-active'));
    if (toggle.getAttribute('aria-pressed') !== isDown) toggle.setAttribute('aria-pressed', isDown);
  }
};

// A button that is pressed by keyboard and then disabled loses the focus to nowhere: the first one that is
// possible next takes it, so Space on Start and Space again is start and pause.
const keepFocus = (root) => {
  let last = null;
  root.addEventListener('focusin', (event) => { last = event.target.closest(':is(.vw-buttons, .vw-sal-buttons) button'); });
  const pass = () => {
    if (!last?.isConnected || !last.disabled) return;
    if (document.activeElement !== document.body && document.activeElement !== last) return;
    last.parentElement.querySelector('button:not(:disabled)')?.focus({ preventScroll: true });
  };
  const observer = new MutationObserver(() => setTimeout(pass, 150)); // when all buttons have followed
  observer.observe(root, { attributes: true, attributeFilter: ['disabled'], subtree: true });
  return observer;
};

const repairAround = (el) => {
  let observer = null;
  let keeper = null;
  let presser = null;
  const find = (tries) => {
    const root = el.closest('.vw-root');
    if (!root) {
      if (tries < 50) setTimeout(find, 100, tries + 1);
      return;
    }
    const look = () => {
      repair(root);
      offerStage(root);
    };
    look();
    press(root);
    keepKeys(root);
    keeper = keepFocus(root);
    observer = new MutationObserver(look); // the widgets beside this one are drawn later
    observer.observe(root, { childList: true, subtree: true });
    presser = new MutationObserver(() => press(root));
    presser.observe(root, { attributes: true, attributeFilter: ['class'], childList: true, subtree: true });
  };
  find(0);
  return () => { for (const each of [observer, keeper, presser]) each?.disconnect(); };
};
