// What the page of a film does beside playing it. film_player.js stands before this file in one script.

addEventListener('DOMContentLoaded', () => {
  const el = document.getElementById('film');
  const theme = location.hash.slice(1); // a page that shows the film in its own colours asks for #light or #dark
  if (['light', 'dark'].includes(theme)) document.documentElement.dataset.theme = theme;
  let film = null;
  try {
    film = readFilm(document.getElementById('vizwidgets-film').textContent);
  } catch {
    el.textContent = 'This film was cut short or damaged: copy or download the file again.';
    return;
  }
  mount(el, film, { heading: 'h1', keys: document });
});
