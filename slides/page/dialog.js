// What the dialogs of a deck have in common.

const newDialog = (name, label) => {
  const dialog = document.createElement("dialog");
  dialog.className = name;
  dialog.setAttribute("aria-label", label);
  document.body.append(dialog);
  return dialog;
};

// A closed dialog keeps the focus until the page is drawn again, and with it the next key.
const leave = (dialog) => {
  document.activeElement.blur();
  dialog.close();
};
