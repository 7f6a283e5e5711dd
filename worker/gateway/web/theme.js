// Runs before the first paint, so that nobody who chose the dark is dazzled by the light: hence no module.
"use strict";
{
  const THEMES = ["automatic", "light", "dark"];
  const root = document.documentElement;

  const kept = () => {
    try {
      const theme = localStorage.getItem("theme");
      return THEMES.includes(theme) ? theme : "automatic";
    } catch {
      return "automatic"; // storage may be forbidden
    }
  };

  const show = (theme) => {
    root.dataset.theme = theme;
    const words = document.getElementById("theme-words");
    if (words) words.textContent = `Theme: ${theme}`;
  };

  const next = () => {
    const theme = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // then it lasts as long as the page does
    }
    show(theme);
  };

  show(kept());
  document.addEventListener("DOMContentLoaded", () => {
    show(kept());
    document.getElementById("theme").addEventListener("click", next);
  });
}
