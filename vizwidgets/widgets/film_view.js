// A film in a notebook. stage.js (offerStage), live_repair.js (keepKeys), film_player.js (mount, readFilm) and what it
// needs stand before this file in one module.

function render({ model, el }) {
  const end = mount(el, readFilm(model.get('data')), { note: model.get('note') });
  keepKeys(el);
  offerStage(el, '.vw-film-title');
  return end;
}

export default { render };
