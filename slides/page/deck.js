// One deck holds the three paths: ?path=5, ?path=15, and all of it. Keys: S speaker view, D dark, O all slides (overview.js).
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
  svg: { fontCache: "local" }, // a formula takes its letters along into the speaker's window
  options: { enableMenu: false },
  startup: {
    // The speaker's window lacks the style that hides what is meant for screen readers: there it would stand twice.
    pageReady: async () => {
      await MathJax.startup.defaultPageReady();
      document.querySelectorAll("aside mjx-assistive-mml").forEach((each) => each.remove());
    },
  },
};

// A film that was clicked has the keyboard; it hands on what plays no film, such as the keys of a presenter's remote.
addEventListener("message", ({ data }) => {
  if (data?.vizwidgets !== "key") return;
  document.activeElement.blur(); // the next key comes here by itself
  focus();
  Reveal.triggerKey(data.keyCode);
});

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
  overview: false, // ours shows all slides
  keyboard: { 27: showOverview, 68: dark, 79: showOverview },
  plugins: [RevealNotes],
});
