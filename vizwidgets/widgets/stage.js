// One explorer alone on the screen, in large type: a button in its header, or Shift+P while the focus is in it.
// The look is in stage.css. Only the page knows of it: no trait changes, and afterwards everything is as it was.

const FIELDS = 'textarea, select, [contenteditable="true"], input:not([type="range"], [type="checkbox"], [type="radio"])';
const KEPT = 'data-lm-suppress-shortcuts'; // JupyterLab and Notebook 7 leave the keys of such an element alone

// VS Code hides from a page that it lies in a frame; Colab does not.
const isInFrame = () => window.parent !== window || document.body.matches('[class*="vscode-"]');

const stageButton = (parent, className, text, title, act) => {
  const node = document.createElement('button');
  node.type = 'button';
  node.className = `jupyter-button widget-button ${className}`;
  node.textContent = text;
  node.title = title;
  node.setAttribute(KEPT, 'true');
  node.addEventListener('click', act);
  parent.append(node);
  return node;
};

// How far the parents of a node are scrolled, and a function that brings them back there.
const scrollKeeper = (node) => {
  const places = [];
  for (let at = node.parentElement; at; at = at.parentElement) {
    if (at.scrollTop || at.scrollLeft) places.push([at, at.scrollLeft, at.scrollTop]);
  }
  return () => places.forEach(([at, left, top]) => at.scrollTo({ left, top, behavior: 'instant' }));
};

class Stage {
  constructor(root, header) {
    this.root = root;
    this.isOn = false;
    this.kept = [];
    const place = document.createElement('span');
    place.className = 'vw-stage-buttons';
    const hint = 'Show or hide what can be set';
    this.drawer = stageButton(place, 'vw-stage-drawer', 'Controls', hint, () => this.slide());
    this.drawer.setAttribute('aria-expanded', 'false');
    this.button = stageButton(place, 'vw-stage-button', '', '', () => (this.isOn ? this.leave() : this.enter()));
    this.button.setAttribute('aria-keyshortcuts', 'Shift+P');
    this.name();
    header.append(place);
    this.press = this.press.bind(this);
    this.guard = this.guard.bind(this);
    this.follow = this.follow.bind(this);
    root.addEventListener('keydown', this.press);
  }

  name() {
    this.button.textContent = this.isOn ? 'Exit (Esc)' : 'Projector';
    this.button.title = this.isOn ? 'Back to the page (Escape, or Shift+P)'
      : 'Show this alone on the whole screen, large enough for the last row (Shift+P)';
  }

  slide() {
    const isOpen = this.root.classList.toggle('vw-open');
    this.drawer.setAttribute('aria-expanded', String(isOpen));
  }

  press(event) {
    const isBare = !event.ctrlKey && !event.altKey && !event.metaKey;
    const isToggle = isBare && event.key === 'P' && !event.target.closest?.(FIELDS);
    if (!isToggle && !(this.isOn && event.key === 'Escape')) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.isOn) this.leave(); else this.enter();
  }

  guard(event) { // before the notebook hears a key: it would delete the cell behind the picture for D, D
    const { target } = event;
    if (!this.root.isConnected) this.leave();
    if (this.root.contains(target) && !target.hasAttribute(KEPT)) {
      target.setAttribute(KEPT, 'true');
      this.kept.push(target);
    }
    if (this.isOn) this.press(event);
  }

  async enter() {
    const { root } = this;
    if (this.button.disabled) return;
    const former = document.activeElement;
    const [parent, scroll] = [root.parentElement, scrollKeeper(root)];
    const height = parent.style.minHeight;
    this.back = () => {
      parent.style.minHeight = height;
      scroll();
      former?.focus?.({ preventScroll: true });
      requestAnimationFrame(scroll); // the notebook scrolls to what has the focus
    };
    parent.style.minHeight = `${parent.offsetHeight}px`; // the page behind stays as long as it is
    this.isOn = true;
    root.classList.add('vw-stage');
    this.name();
    window.addEventListener('keydown', this.guard, true);
    document.addEventListener('fullscreenchange', this.follow);
    if (!root.contains(former) || former === this.button) { // Space starts and pauses
      root.querySelector(':is(.vw-buttons button, .vw-film-play):not(:disabled)')?.focus({ preventScroll: true });
    }
    await this.rise();
  }

  async rise() { // to the top of everything; where full screen is refused, as a layer over the page
    const { root } = this;
    try {
      await root.requestFullscreen({ navigationUI: 'hide' });
      if (!this.isOn) await document.exitFullscreen();
    } catch {
      if (!this.isOn) return;
      if (isInFrame() && window.innerHeight > screen.height) {
        await this.leave();
        this.refuse();
        return;
      }
      root.popover = 'manual'; // no frame around it can clip it or lie over it
      root.showPopover?.();
    }
  }

  refuse() { // VS Code's frame is as long as the notebook: a layer as high as that has letters as high as the screen
    this.button.textContent = 'No full screen here';
    this.button.title = 'This program refuses it to notebooks: enlarge its window with Ctrl and +, or open the notebook in JupyterLab';
    this.button.disabled = true;
  }

  follow() { // Escape in full screen ends it without telling the page which key it was
    if (document.fullscreenElement !== this.root) this.leave();
  }

  async leave() {
    if (!this.isOn) return;
    this.isOn = false;
    window.removeEventListener('keydown', this.guard, true);
    document.removeEventListener('fullscreenchange', this.follow);
    for (const node of this.kept.splice(0)) node.removeAttribute(KEPT);
    const { root, back } = this;
    root.classList.remove('vw-stage');
    root.removeAttribute('popover'); // hides the layer, too
    this.name();
    back();
    if (document.fullscreenElement === root) await document.exitFullscreen();
    back();
  }
}

// Gives an explorer, or a film, its button, once it has a header; harmless to call again.
const offerStage = (root, name = ':scope > .vw-header') => {
  const header = root.querySelector(name);
  if (header && !header.querySelector(':scope > .vw-stage-buttons')) new Stage(root, header);
};
