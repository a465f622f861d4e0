// What a page without a kernel does with the notebook's card, which stands before this in one script: it tells what
// came, once the reader has guessed. A guess is kept nowhere.

const PROMISE = "Your guess stays on this page until you leave it; it is kept nowhere and sent to nobody.";

const said = (tag, className, ...inside) => {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...inside);
  return made;
};
const pair = (name, value) => said("p", "", said("small", "", name), " ", said("b", "", value));

// What the card of a notebook asks its kernel, it asks of these values.
const modelOf = (values, onGuess) => {
  const heard = {};
  return {
    get: (name) => values[name] ?? "",
    on: (name, listener) => { heard[name] = listener; },
    off: () => {},
    send: ({ answer }) => {
      Object.assign(values, { answer, shown: `${answer} ${values.unit}`.trim() });
      heard["change:answer"]?.();
      onGuess();
    },
  };
};

const verdictOn = ({ right, yes, no, answer }) => {
  if (right === null) return "";
  const holds = Array.isArray(right) ? right[0] <= Number(answer) && Number(answer) <= right[1] : answer === right;
  return holds ? yes : no;
};

// Further down, where the lesson shows what came, the guess stands beside it.
const showBeside = (values) => {
  for (const card of document.querySelectorAll(".course-came")) {
    if (card.dataset.question !== values.question) continue;
    const pairs = card.querySelector(".vw-predict-pairs");
    pairs.querySelector(".course-guessed")?.remove();
    const guessed = pair("You predicted", values.shown);
    guessed.classList.add("course-guessed");
    pairs.prepend(guessed);
    card.querySelector(".vw-predict-hint").textContent = verdictOn(values) || "Compare it with your prediction.";
  }
};

for (const place of document.querySelectorAll(".course-guess")) {
  const values = JSON.parse(place.dataset.card);
  const came = place.querySelector("details > p");
  const result = said("div", "course-result");
  result.setAttribute("role", "status");
  const model = modelOf(values, () => {
    const verdict = verdictOn(values);
    result.replaceChildren(...(came ? [said("small", "", "What came"), came] : []));
    if (verdict) result.append(said("p", "vw-predict-hint", verdict));
    result.append(said("p", "vw-predict-hint", PROMISE));
    showBeside(values);
  });
  place.replaceChildren();
  render({ model, el: place });
  place.firstElementChild.append(result);
  place.querySelector(".vw-predict-commit").title = PROMISE;
}
