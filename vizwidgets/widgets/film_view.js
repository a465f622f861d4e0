// A film in a notebook. film_player.js (mount, readFilm) and what it needs stand before this file in one module.

function render({ model, el }) {
  return mount(el, readFilm(model.get('data')), { note: model.get('note') });
}

export default { render };
