// Applies the stored theme before the first paint, so that a dark page does not flash white: hence not a module.
"use strict";
{
  const THEMES = ["automatic", "light", "dark"];
  const root = document.documentElement;

  const storedTheme = () => {
    try {
      const theme = localStorage.getItem("theme");
      return THEMES.includes(theme) ? theme : "automatic";
    } catch {
      return "automatic"; // storage may be disabled
    }
  };

  const apply = (theme) => {
    root.dataset.theme = theme;
    const label = document.getElementById("theme-label");
    if (label) label.textContent = `Theme: ${theme}`;
  };

  const switchTheme = () => {
    const theme = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // then the choice lasts until the page is closed
    }
    apply(theme);
  };

  apply(storedTheme());
  document.addEventListener("DOMContentLoaded", () => {
    apply(storedTheme());
    document.getElementById("theme").addEventListener("click", switchTheme);
  });
}
