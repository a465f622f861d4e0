// What the page of a film does beside playing it. film_player.js stands before this file in one script.

// A page around it asks in the address for colours, #light or #dark, and for the looks of a slide: #slide+dark. It may
// ask for others at any time: the film goes on where it is. Also where one page may not look into another, and
// without a step more in the reader's history, frame.contentWindow.location.replace(address + '#dark') does it.
const followAddress = () => {
  const root = document.documentElement;
  const words = location.hash.slice(1).split('+');
  const theme = words.find((word) => ['light', 'dark'].includes(word));
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  root.classList.toggle('is-slide', words.includes('slide'));
  followFrame();
};

// Elsewhere the film is made to fit the window: in a frame that is made to fit the film it has a height of its own.
// A page that may not look into this one, as on a disk, asks with #fitted, and is told the height.
const followFrame = () => {
  const isAsked = location.hash.slice(1).split('+').includes('fitted');
  const root = document.documentElement;
  root.classList.toggle('is-fitted', isAsked || Boolean(window.frameElement?.style.height));
  if (isAsked) parent.postMessage({ vizwidgets: 'height', height: root.offsetHeight }, '*');
};

// On a slide the keys that play no film belong to the deck, also after a click into the film; arrows turn the slide,
// but on the slider.
const KEPT = new Set([' ', 'Enter', 'Tab', 'Shift', 'Home', 'End', 'ArrowUp', 'ArrowDown']);
const SLIDER = new Set(['ArrowLeft', 'ArrowRight']);
const handOnKey = (event) => {
  const isOurs = KEPT.has(event.key) || (SLIDER.has(event.key) && event.target.matches?.('input'));
  if (isOurs || event.target.matches?.('select') || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!document.documentElement.classList.contains('is-slide')) return;
  event.preventDefault();
  event.stopPropagation();
  parent.postMessage({ vizwidgets: 'key', keyCode: event.keyCode }, '*');
};

addEventListener('hashchange', followAddress);
addEventListener('keydown', handOnKey, true); // before the film
addEventListener('resize', followFrame);
addEventListener('DOMContentLoaded', () => {
  const el = document.getElementById('film');
  followAddress();
  let film = null;
  try {
    film = readFilm(document.getElementById('vizwidgets-film').textContent);
  } catch {
    el.textContent = 'This film was cut short or damaged: copy or download the file again.';
    return;
  }
  new ResizeObserver(followFrame).observe(document.documentElement);
  mount(el, film, { heading: 'h1', keys: document });
});
