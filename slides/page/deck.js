// One deck holds the three paths: ?path=5, ?path=15, and all of it. Keys: S speaker view, D dark, O overview.
const asked = new URLSearchParams(location.search);
const path = [5, 15, 45].includes(Number(asked.get("path"))) ? Number(asked.get("path")) : 45;

for (const slide of document.querySelectorAll(".slides > section")) {
  if (Number(slide.dataset.minutes) > path) slide.remove();
}
for (const place of document.querySelectorAll("[data-path]")) place.textContent = path;

const dark = () => {
  const colours = document.documentElement.classList.toggle("dark") ? "dark" : "light";
  for (const frame of document.querySelectorAll(".film iframe")) {
    for (const place of ["src", "data-src"]) {
      const address = frame.getAttribute(place);
      if (address) frame.setAttribute(place, address.replace(/#.*/, `#slide+${colours}`));
    }
  }
};
if (asked.has("dark")) dark();

window.MathJax = {
  tex: { inlineMath: [["\\(", "\\)"]], displayMath: [["\\[", "\\]"]] },
  // A formula takes its letters along into the speaker's window, and is as large on a slide that is not yet shown.
  svg: { fontCache: "local", matchFontHeight: false },
  options: { enableMenu: false },
  startup: {
    // The speaker's window lacks the style that hides what is meant for screen readers: there it would stand twice.
    pageReady: async () => {
      await MathJax.startup.defaultPageReady();
      document.querySelectorAll("aside mjx-assistive-mml").forEach((each) => each.remove());
    },
  },
};

Reveal.initialize({
  width: 1280,
  height: 720,
  margin: 0,
  center: false,
  controls: false,
  scrollActivationWidth: 0, // a phone shows whole slides, too
  hash: true,
  slideNumber: "c/t",
  transition: "none",
  totalTime: 60 * path,
  keyboard: { 68: dark },
  plugins: [RevealNotes],
});
