// One deck holds the three paths: ?path=5, ?path=15, and all of it. Keys: S speaker view, D dark, O all slides (overview.js),
// ? all keys (help.js).
const asked = new URLSearchParams(location.search);
const isPath = [5, 15, 45].includes(Number(asked.get("path")));
const path = isPath ? Number(asked.get("path")) : 45;

for (const slide of document.querySelectorAll(".slides > section")) {
  if (Number(slide.dataset.minutes) > path) slide.remove();
}
for (const place of document.querySelectorAll("[data-path]")) place.textContent = path;
if (asked.has("path") && !isPath) {
  const words = ` · no path “${asked.get("path").slice(0, 12)}”, so this is all of it`;
  document.querySelector(".path").append(words);
}

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
    // The speaker's window lacks our style: what is meant for screen readers would stand there twice, and a long
    // formula would be cut off.
    pageReady: async () => {
      await MathJax.startup.defaultPageReady();
      document.querySelectorAll("aside mjx-assistive-mml").forEach((each) => each.remove());
      for (const { style } of document.querySelectorAll("aside mjx-container > svg")) {
        style.maxWidth = "100%";
        style.height = "auto";
      }
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
  help: false, // so are our keys
  keyboardCondition: isForDeck,
  keyboard: { 27: showOverview, 63: showHelp, 68: dark, 79: showOverview, 112: showHelp, 191: showHelp },
  plugins: [RevealNotes],
});
