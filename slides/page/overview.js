// All slides at once, to find one: arrows or the mouse, then Enter or a click. Esc leads back.

const overview = newDialog("overview", "All slides");

// A slide in small: what moves or speaks is left out, and so are names that the page has already.
const small = (slide) => {
  const sheet = slide.cloneNode(true);
  for (const each of sheet.querySelectorAll("aside, iframe, mjx-assistive-mml")) each.remove();
  for (const each of [sheet, ...sheet.querySelectorAll("div[id], p[id]")]) each.removeAttribute("id");
  for (const name of ["hidden", "aria-hidden"]) sheet.removeAttribute(name);
  sheet.style.display = "";
  const frame = document.createElement("span");
  frame.className = "mini";
  frame.inert = true;
  frame.setAttribute("aria-hidden", "true");
  frame.append(sheet);
  return frame;
};

const card = (slide, place) => {
  const button = document.createElement("button");
  const title = document.createElement("span");
  title.className = "name";
  title.textContent = `${place + 1} · ${slide.querySelector("h1, h2").textContent}`;
  button.append(small(slide), title);
  button.addEventListener("click", () => {
    leave(overview);
    Reveal.slide(place);
  });
  return button;
};

// As few columns as show all slides; with more than six nobody recognizes a slide.
const NAME = 62, GAP = 16, EDGE = 24;
const layOut = () => {
  const number = overview.childElementCount;
  const wide = (columns) => (innerWidth - 2 * EDGE - (columns - 1) * GAP) / columns;
  const high = (columns) => Math.ceil(number / columns) * (wide(columns) * 9 / 16 + NAME + GAP) + 2 * EDGE;
  let columns = innerWidth < 700 ? 2 : 3;
  while (columns < (innerWidth < 700 ? 2 : 6) && high(columns) > innerHeight) columns += 1;
  overview.style.setProperty("--columns", columns);
  overview.style.setProperty("--zoom", wide(columns) / 1280);
  return columns;
};

const showOverview = () => {
  overview.replaceChildren(...Reveal.getSlides().map(card));
  overview.showModal();
  layOut();
  const here = overview.children[Reveal.getIndices().h];
  here.setAttribute("aria-current", "true");
  here.focus();
};

overview.addEventListener("keydown", (event) => {
  event.stopPropagation(); // none of these keys is for the deck beneath
  const cards = [...overview.children], place = cards.indexOf(document.activeElement);
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -layOut(), ArrowDown: layOut() };
  const goal = { Home: 0, End: cards.length - 1 }[event.key] ?? place + steps[event.key];
  const isWayOut = ["o", "O", "Escape"].includes(event.key);
  if (isWayOut) leave(overview);
  if (isWayOut || !Number.isNaN(goal)) event.preventDefault();
  cards[goal]?.focus();
});
addEventListener("resize", () => overview.open && layOut());
