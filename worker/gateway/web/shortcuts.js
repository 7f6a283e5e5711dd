// Keyboard shortcuts that need no focus.  They are ignored while a field has the focus or a dialog is open.

const FIELDS = "input, textarea, select, [contenteditable]";

/** Call `search()` on "/", `step(1)` on "j" and `step(-1)` on "k", and show the list of shortcuts on "?". */
export function listenForShortcuts({ search, step }) {
  const help = document.getElementById("shortcuts");
  const actions = { "/": search, j: () => step(1), k: () => step(-1), "?": () => help.showModal() };
  document.addEventListener("keydown", (event) => {
    if (!Object.hasOwn(actions, event.key) || isTaken(event)) return;
    event.preventDefault(); // the character would be typed into the field that gets the focus
    actions[event.key]();
  });
}

/** Whether the key press was handled already, or belongs to the browser, a field or a dialog. */
const isTaken = (event) =>
  event.defaultPrevented ||
  event.ctrlKey ||
  event.altKey ||
  event.metaKey ||
  event.target.matches?.(FIELDS) ||
  document.querySelector("dialog[open]") !== null;
