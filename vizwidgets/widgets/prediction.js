// A prediction: choices or a line to fill in, a button to commit to it, and then what it was.

const part = (tag, className = '', text = '') => {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
};

// What a card waits for.
const wanted = (model) => {
  const most = model.get('most');
  if (model.get('kind') === 'choice') return 'Choose one of these first.';
  if (model.get('kind') === 'words') return 'A few words are wanted first.';
  return typeof most === 'number' ? `A number from 0 to ${most.toLocaleString('en')} is wanted.`
    : 'A number is wanted, such as 12 or 0.5.';
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
    Object.assign(input, { type, value, name: group });
    input.setAttribute(KEYS, 'true');
    label.append(input, part('span', '', words));
    return label;
  };
  if (kind === 'choice') return model.get('options').map((one) => make('radio', one, one, 'vw-predict-choice'));
  const label = make(kind === 'number' ? 'number' : 'text', '', model.get('unit'), '');
  const input = label.querySelector('input');
  input.setAttribute('aria-label', `Your prediction${kind === 'number' ? `, ${model.get('unit')}` : ', in a few words'}`);
  if (kind === 'number') input.step = 'any';
  if (typeof model.get('most') === 'number') Object.assign(input, { min: 0, max: model.get('most') });
  if (kind === 'words') Object.assign(input, { maxLength: 300, placeholder: 'in a few words' });
  return [label];
};

function render({ model, el }) {
  const card = part('div', 'vw-predict');
  const set = document.createElement('fieldset');
  const title = part('legend', 'vw-predict-title');
  title.append(part('small', '', 'Your prediction'), model.get('question'));
  const row = part('div', 'vw-predict-row');
  row.append(...fields(model));
  const inputs = [...row.querySelectorAll('input')];
  const commit = part('button', 'vw-predict-commit', 'Commit');
  const said = part('p', 'vw-predict-row');
  said.setAttribute('role', 'status');
  const change = part('button', '', 'Change');
  const below = part('p', 'vw-predict-note');
  below.setAttribute('role', 'status');
  commit.title = 'Kept on this computer, sent nowhere';
  change.title = 'Predict something else';
  for (const button of [commit, change]) {
    button.type = 'button';
    button.setAttribute(KEYS, 'true');
  }
  row.append(commit);
  set.append(title, row);

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
  const send = () => {
    const chosen = inputs.find((input) => input.checked || input.type !== 'radio');
    const answer = chosen?.value.trim();
    renewNote();
    if (!answer || !chosen.checkValidity()) {
      below.textContent = wanted(model);
      (chosen ?? inputs[0]).focus();
    } else if (answer === model.get('answer')) renew(); // nothing changes, so nothing will be heard of it
    else model.send({ type: 'commit', answer });
  };
  commit.addEventListener('click', send);
  row.addEventListener('keydown', (event) => { // a form would do this by itself, but not in JupyterLab
    if (event.key !== 'Enter' || event.target === commit) return;
    event.preventDefault();
    send();
  });
  change.addEventListener('click', () => {
    show(true);
    (inputs.find((input) => input.checked) ?? inputs[0]).focus({ preventScroll: true });
  });
  model.on('change:answer', renew);
  model.on('change:note', renewNote);
  card.append(set, said, below);
  el.append(card);
  renew();
  renewNote();
  return () => {
    model.off('change:answer', renew);
    model.off('change:note', renewNote);
  };
}

export default { render };
