// The keys of a deck, asked for with "?". Any key or a click leads back to the slide, and to what was black before.

const KEYS = [
  ["→ ←", "on and back"],
  ["O", "all slides"],
  ["S", "notes of the speaker"],
  ["D", "dark or light"],
  ["F", "full screen"],
  ["B", "black, until the next key or click"],
  ["Esc", "out of full screen, or all slides"],
];
const [B, DOT] = [66, 190];
const MODIFIERS = ["Shift", "Control", "Alt", "AltGraph", "Meta"];

const help = newDialog("help", "Keys");
help.tabIndex = -1;
for (const [key, meaning] of KEYS) {
  const [name, words] = [document.createElement("kbd"), document.createElement("span")];
  name.textContent = key;
  words.textContent = meaning;
  help.append(name, words);
}

// In the speaker's window the slide is too small to read keys on it, and no key would close them.
const showHelp = () => {
  if (!new URLSearchParams(location.search).has("receiver") && !help.open) help.showModal();
};

help.addEventListener("click", () => leave(help));
help.addEventListener("keydown", (event) => {
  event.stopPropagation(); // it is not for the deck beneath
  if (MODIFIERS.includes(event.key)) return;
  event.preventDefault();
  leave(help);
});

// Asked for each key, whether the deck may have it. One that comes from a film or a speaker has a code alone.
const isForDeck = ({ key, keyCode }) => {
  if (MODIFIERS.includes(key)) return true;
  if (Reveal.isPaused() && ![B, DOT].includes(keyCode)) {
    Reveal.togglePause(false); // nobody shall look for the one key that brings the slide back
    return false;
  }
  if (key !== "?") return true;
  showHelp(); // wherever it lies on the keyboard
  return false;
};
