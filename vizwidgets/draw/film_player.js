// Plays a film: its picture, its curves with a cursor, play and pause, a scrubber. The page of a film and the
// widget that plays one share it. chart.js (Chart, human) and film_screen.js (Screen) stand before this file.

const [SLOWEST, FASTEST, SECONDS] = [1, 12, 8]; // pictures a second at 1×; a short film takes 8 seconds if it can
const SPEEDS = [[0.25, '¼×'], [0.5, '½×'], [1, '1×'], [2, '2×'], [4, '4×']];
const CALM = 0.25; // three pictures a second at most, for readers who asked for less motion
const ICONS = {
  Play: 'M4 2l10 6-10 6z',
  Pause: 'M3 2h4v12H3zM9 2h4v12H9z',
  Zoom: 'M1 1h6v2H4.4l8.6 8.6V9h2v6H9v-2h2.6L3 4.4V7H1z',
};
const WORDY = 100; // letters; longer words do not fit beside the bar
const SPEAK_MS = 2000; // between two status lines that are said aloud while it plays

// The text that a page or a widget holds, as `mount` takes it.
const readFilm = (text) => {
  const data = JSON.parse(text);
  const bytes = Uint8Array.from(atob(data.values), (letter) => letter.charCodeAt(0));
  const pictures = data.pictures.map((picture) => `data:image/webp;base64,${picture}`);
  return { ...data, values: new Float32Array(bytes.buffer), pictures };
};

const make = (tag, className, properties = {}, children = []) => {
  const node = Object.assign(document.createElement(tag), { className, ...properties });
  node.append(...children);
  return node;
};

const icon = (name) => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
};

class Player {
  constructor(el, film, { heading = 'p', note = '' } = {}) {
    this.film = film;
    this.end = film.pictures.length - 1;
    this.isPlaying = false;
    this.spokenAt = 0;
    this.makePictures();
    this.zoom = new Zoom(el, this.frame, this.picture);
    this.makeControls();
    this.arrange(el, heading, note);
    this.screen = new Screen(this.picture, film.pictures, film.whole);
    this.chart = new Chart(this.plot, el);
    this.chart.show({ names: film.names, panels: film.panels, values: film.values, last: film.last });
    this.show(this.end); // what came of it; Play begins anew from there
  }

  makePictures() {
    const [height, width] = this.film.size;
    this.picture = make('canvas', 'vw-film-picture', { width, height });
    this.plot = make('canvas', '');
    for (const canvas of [this.picture, this.plot]) canvas.setAttribute('role', 'img');
    this.frame = make('div', 'vw-film-frame', {}, [this.picture]);
    this.plot.setAttribute('aria-label', this.curvesInWords());
  }

  makeControls() {
    const speeds = SPEEDS.map(([value, name]) => make('option', '', { value, textContent: name }));
    this.button = make('button', 'vw-film-play', { type: 'button', title: 'Play or pause (space)' });
    this.scrubber = make('input', 'vw-film-scrubber', { type: 'range', min: 0, max: this.end, step: 1 });
    this.scrubber.setAttribute('aria-label', 'Place in the film');
    this.speed = make('select', 'vw-film-speed', { title: 'Speed' }, speeds);
    this.speed.setAttribute('aria-label', 'Speed');
    this.speed.value = matchMedia('(prefers-reduced-motion: reduce)').matches ? CALM : 1;
    const controls = [this.button, this.scrubber, this.speed, this.zoom.button];
    for (const control of controls) { // or a notebook takes the keys for itself
      control.setAttribute('data-lm-suppress-shortcuts', 'true');
    }
    for (const control of controls.slice(0, 3)) control.hidden = !this.end;
    this.bar = make('div', 'vw-film-bar', {}, controls);
    this.words = make('p', 'vw-film-words');
    this.aloud = make('p', 'vw-film-aloud');
    this.aloud.setAttribute('role', 'status');
    this.name('Play');
  }

  arrange(el, heading, note) {
    const { title, source, panels, words, size: [height, width] } = this.film;
    el.classList.add('vw-film');
    el.classList.toggle('vw-film-wide', width > 1.5 * height);
    el.classList.toggle('vw-film-strip', width > 2.4 * height);
    el.classList.toggle('vw-film-bare', !panels.length);
    el.classList.toggle('vw-film-wordy', words.some((each) => each.length > WORDY));
    el.setAttribute('role', 'group');
    el.setAttribute('aria-label', title);
    const body = make('div', 'vw-film-body', {}, [
      make(heading, 'vw-film-title', { textContent: title }),
      ...(note ? [make('p', 'vw-film-note', { textContent: note })] : []),
      make('div', 'vw-film-stage', {}, [
        this.frame,
        make('div', 'vw-film-plot', { hidden: !panels.length }, [this.plot]),
      ]),
      ...[this.bar, this.words, this.aloud, make('p', 'vw-film-source', { textContent: source })],
    ]);
    body.style.setProperty('--ratio', width / height);
    body.style.setProperty('--wide', `${width}px`);
    el.replaceChildren(body);
  }

  curvesInWords() {
    const { names, values, last } = this.film;
    const count = names.length ? values.length / names.length : 0;
    const curves = names.map((name, series) => {
      const known = values.subarray(series * count, (series + 1) * count).filter(Number.isFinite);
      return known.length ? `${name} from ${human(known[0])} to ${human(known[known.length - 1])}` : name;
    });
    return `Curves over the steps 0 to ${last}: ${curves.join('; ')}`;
  }

  name(action) {
    this.button.replaceChildren(icon(action), action);
  }

  wordsAt(index) {
    const { words, steps } = this.film;
    return /\bstep\b/i.test(words[index]) ? words[index] : `step ${steps[index]} · ${words[index]}`;
  }

  show(index) {
    this.index = Math.min(Math.max(index, 0), this.end);
    const words = this.wordsAt(this.index);
    this.screen.show(this.index, this.film.steps[this.index]);
    this.chart.show({ step: this.film.steps[this.index] });
    this.scrubber.value = this.index;
    this.scrubber.style.setProperty('--at', this.index / Math.max(this.end, 1));
    this.words.textContent = words;
    if (this.isPlaying) return; // a screen reader would read each of them
    this.scrubber.setAttribute('aria-valuetext', words);
    this.picture.setAttribute('aria-label', `${this.film.alt}. Shown: ${words}`);
  }

  goTo(index) { // by hand: the film stays where it was put
    if (this.isPlaying) this.pause();
    this.show(index);
  }

  goToStep(step) {
    const { steps } = this.film;
    const far = steps.map((each) => Math.abs(each - step));
    this.goTo(far.indexOf(Math.min(...far)));
  }

  toggle() {
    if (this.isPlaying) this.pause(); else this.play();
  }

  play() {
    this.isPlaying = true;
    this.name('Pause');
    if (this.index === this.end) this.show(0);
    this.shownAt = null;
    this.request = requestAnimationFrame((now) => this.tick(now));
  }

  pause() {
    cancelAnimationFrame(this.request);
    this.isPlaying = false;
    this.name('Play');
    this.show(this.index);
    this.aloud.textContent = this.words.textContent;
  }

  tick(now) {
    this.request = requestAnimationFrame((then) => this.tick(then));
    this.shownAt ??= now;
    const usual = Math.min(Math.max(this.film.pictures.length / SECONDS, SLOWEST), FASTEST);
    const each = 1000 / (usual * this.speed.value);
    const due = Math.floor((now - this.shownAt) / each);
    if (!due) return;
    this.shownAt = due > 4 ? now : this.shownAt + due * each; // a page that was hidden goes on where it was
    this.show(this.index + Math.min(due, 4));
    if (now - this.spokenAt > SPEAK_MS) {
      this.aloud.textContent = this.words.textContent;
      this.spokenAt = now;
    }
    if (this.index === this.end) this.pause();
  }

  press(event) { // what a control does with a key by itself is left to it
    const target = event.target.closest?.('button, input, select');
    const isSlider = target === this.scrubber;
    if (event.ctrlKey || event.metaKey || event.altKey || target?.matches('select')) return;
    if (event.target === this.frame && event.key.startsWith('Arrow')) return; // they scroll it
    if (event.key === ' ' && (!target || isSlider)) this.toggle();
    else if (isSlider) return;
    else if (event.key === 'ArrowLeft') this.goTo(this.index - 1);
    else if (event.key === 'ArrowRight') this.goTo(this.index + 1);
    else if (event.key === 'Home') this.goTo(0);
    else if (event.key === 'End') this.goTo(this.end);
    else return;
    event.preventDefault();
  }

  redraw() {
    this.screen.fit();
    this.zoom.fit();
    this.chart.show({});
  }

  listen(keys) {
    this.button.addEventListener('click', () => this.toggle());
    this.picture.addEventListener('click', () => this.end && this.toggle());
    this.scrubber.addEventListener('input', () => this.goTo(+this.scrubber.value));
    const drag = (event) => event.buttons && this.goToStep(this.chart.stepAt(event.offsetX));
    this.plot.addEventListener('pointerdown', drag);
    this.plot.addEventListener('pointermove', drag);
    const press = (event) => this.press(event);
    keys.addEventListener('keydown', press);
    return () => keys.removeEventListener('keydown', press);
  }
}

// Show a film in an element; returns what takes it away again. keys: where keys are listened to.
const mount = (el, film, { keys = el, ...look } = {}) => {
  const player = new Player(el, film, look);
  const stopKeys = player.listen(keys);
  const resized = new ResizeObserver(() => player.redraw());
  for (const canvas of [player.picture, player.plot]) resized.observe(canvas);
  const themed = new MutationObserver(() => player.redraw());
  for (const root of [document.documentElement, document.body]) themed.observe(root, { attributes: true });
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const redraw = () => player.redraw();
  scheme.addEventListener('change', redraw);
  return () => {
    player.pause();
    stopKeys();
    resized.disconnect();
    themed.disconnect();
    scheme.removeEventListener('change', redraw);
  };
};
