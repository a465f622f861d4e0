// What the page of a film does beside playing it. film_player.js stands before this file in one script.

// A page that shows the film in colours of its own asks for them in the address: #light or #dark.
const followAddress = () => {
  const theme = location.hash.slice(1);
  if (['light', 'dark'].includes(theme)) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
};

// Elsewhere the film is made to fit the window: in a frame that is made to fit the film it has a height of its own.
const followFrame = () => {
  document.documentElement.classList.toggle('is-fitted', Boolean(window.frameElement?.style.height));
};

addEventListener('hashchange', followAddress);
addEventListener('resize', followFrame);
addEventListener('DOMContentLoaded', () => {
  const el = document.getElementById('film');
  followAddress();
  followFrame();
  let film = null;
  try {
    film = readFilm(document.getElementById('vizwidgets-film').textContent);
  } catch {
    el.textContent = 'This film was cut short or damaged: copy or download the file again.';
    return;
  }
  mount(el, film, { heading: 'h1', keys: document });
});
