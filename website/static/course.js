// What keyboards and films need of a page. Without scripts all of it can be read all the same.

const SCROLLING = "pre, .table-wrapper, .course-table, .math.notranslate";

// A box that scrolls sideways must be reachable with the Tab key, and one that does not must not be in the way.
function letKeyboardsScroll() {
  for (const box of document.querySelectorAll(SCROLLING)) {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

// A film is as high as what it shows; on a disk a page may not look into another one, and the style's height stays.
function fitFilm(frame) {
  const page = frame.contentDocument?.documentElement;
  if (!page || page.ownerDocument.URL === "about:blank") return;
  const fit = () => (frame.style.height = `${page.offsetHeight + 2}px`);
  new ResizeObserver(fit).observe(page);
}

function nameLandmarks() {
  document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "All pages");
  document.querySelector(".toc-drawer")?.setAttribute("aria-label", "On this page");
}

for (const frame of document.querySelectorAll(".course-film iframe")) {
  frame.addEventListener("load", () => fitFilm(frame));
  fitFilm(frame);
}
nameLandmarks();
letKeyboardsScroll();
addEventListener("load", letKeyboardsScroll);
addEventListener("resize", letKeyboardsScroll);
addEventListener("toggle", letKeyboardsScroll, true); // a folded answer was opened
