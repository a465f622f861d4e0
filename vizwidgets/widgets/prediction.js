// A prediction: choices or a line to fill in, a button to commit to it, and then what it was.

const part = (tag, className = '', text = '') => {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
};

const KEYS = 'data-lm-suppress-shortcuts'; // or arrows and Enter go to the notebook
let numCards = 0;

// The choices, or the one field; each input tells by its value what is predicted.
const fields = (model) => {
  const group = `vw-predict-${numCards += 1}`;
  const kind = model.get('kind');
  const make = (type, value, words, className) => {
    const label = part('label', className);
    const input = document.createElement('input');
    Object.assign(input, { type, value, name: group, required: true });
    input.setAttribute(KEYS, 'true');
    label.append(input, part('span', '', words));
    return label;
  };
  if (kind === 'choice') return model.get('options').map((one) => make('radio', one, one, 'vw-predict-choice'));
  const label = make(kind === 'number' ? 'number' : 'text', '', model.get('unit'), '');
  const input = label.querySelector('input');
  input.setAttribute('aria-label', `Your prediction${kind === 'number' ? `, ${model.get('unit')}` : ', in a few words'}`);
  if (kind === 'number') input.step = 'any';
  else Object.assign(input, { maxLength: 300, placeholder: 'in a few words' });
  return [label];
};

function render({ model, el }) {
  const card = part('div', 'vw-predict');
  const form = document.createElement('form');
  const set = document.createElement('fieldset');
  const title = part('legend', 'vw-predict-title');
  title.append(part('small', '', 'Your prediction'), model.get('question'));
  const row = part('div', 'vw-predict-row');
  row.append(...fields(model));
  const inputs = [...row.querySelectorAll('input')];
  const commit = part('button', '', 'Commit');
  const said = part('p', 'vw-predict-row');
  said.setAttribute('role', 'status');
  const change = part('button', '', 'Change');
  const below = part('p', 'vw-predict-note');
  below.setAttribute('role', 'status');
  Object.assign(commit, { type: 'submit', title: 'Kept on this computer, sent nowhere' });
  Object.assign(change, { type: 'button', title: 'Predict something else' });
  commit.setAttribute(KEYS, 'true');
  change.setAttribute(KEYS, 'true');
  row.append(commit);
  set.append(title, row);
  form.append(set);

  const show = (isOpen) => {
    const answer = model.get('answer');
    row.hidden = !isOpen;
    said.hidden = change.hidden = isOpen;
    said.replaceChildren(...(isOpen ? [] : [part('span', 'vw-predict-answer', model.get('shown')), change]));
    for (const input of inputs) {
      if (input.type === 'radio') input.checked = input.value === answer;
      else input.value = answer;
    }
  };
  const renew = () => {
    const hadFocus = card.contains(document.activeElement);
    show(!model.get('answer'));
    if (hadFocus && model.get('answer')) change.focus({ preventScroll: true });
  };
  const renewNote = () => { below.textContent = model.get('note'); };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const answer = (inputs.find((input) => input.checked) ?? inputs[0]).value.trim();
    if (answer === model.get('answer')) renew(); // nothing changes, so nothing will be heard of it
    if (answer) model.send({ type: 'commit', answer });
  });
  change.addEventListener('click', () => {
    show(true);
    (inputs.find((input) => input.checked) ?? inputs[0]).focus({ preventScroll: true });
  });
  model.on('change:answer', renew);
  model.on('change:note', renewNote);
  card.append(form, said, below);
  el.append(card);
  renew();
  renewNote();
  return () => {
    model.off('change:answer', renew);
    model.off('change:note', renewNote);
  };
}

export default { render };
