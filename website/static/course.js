// What keyboards and films need of a page. Without scripts all of it can be read all the same.

const SCROLLING = "pre, .table-wrapper, .course-table, .math.notranslate";

// A box that scrolls sideways must be reachable with the Tab key, and one that does not must not be in the way.
function letKeyboardsScroll() {
  for (const box of document.querySelectorAll(SCROLLING)) {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

// A film has the colours of the page, whether the system or the theme's button chose them, and is as high as what it
// shows. Asked in its address for both, it says how high: on a disk no page may look into another one.
const FILMS = [...document.querySelectorAll(".course-film iframe")].map((frame) => ({ frame, file: frame.src }));

function dressFilm(film) {
  const theme = document.body.dataset.theme;
  const address = `${film.file}#fitted${["light", "dark"].includes(theme) ? `+${theme}` : ""}`;
  if (film.hasLoaded) film.frame.contentWindow.location.replace(address); // no step more in the reader's history
  else film.frame.src = address;
}

function fitFilm({ data, source }) {
  const film = FILMS.find(({ frame }) => frame.contentWindow === source);
  if (film && data?.vizwidgets === "height") film.frame.style.height = `${Number(data.height) + 2}px`;
}

function nameLandmarks() {
  document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "All pages");
  document.querySelector(".toc-drawer")?.setAttribute("aria-label", "On this page");
}

// A figure that a narrow screen makes small leads to itself in its own size.
const LEGIBLE = 0.8;

function leadToLargePictures() {
  for (const picture of document.querySelectorAll(".course-picture > img")) {
    if (picture.clientWidth >= LEGIBLE * Number(picture.getAttribute("width"))) continue;
    const link = document.createElement("a");
    [link.className, link.href, link.title] = ["course-large", picture.src, "Full size"];
    picture.replaceWith(link);
    link.append(picture);
  }
}

addEventListener("message", fitFilm);
for (const film of FILMS) {
  film.frame.addEventListener("load", () => (film.hasLoaded = true));
  dressFilm(film);
}
new MutationObserver(() => FILMS.forEach(dressFilm)).observe(document.body, { attributeFilter: ["data-theme"] });
nameLandmarks();
letKeyboardsScroll();
addEventListener("load", letKeyboardsScroll);
addEventListener("load", leadToLargePictures);
addEventListener("resize", letKeyboardsScroll);
addEventListener("resize", leadToLargePictures);
addEventListener("toggle", letKeyboardsScroll, true); // a folded answer was opened
