// Runs before the page is painted, so that a dark page never flashes white.
(function () {
  "use strict";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  function chosen() {
    try { return localStorage.getItem("theme") || "auto"; } catch { return "auto"; }
  }
  function show() {
    const theme = chosen();
    document.documentElement.dataset.bsTheme =
      theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
    }
  }
  show();
  dark.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", function () {
    show();
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.hidden = false;
      button.addEventListener("click", function () {
        try { localStorage.setItem("theme", button.dataset.themeChoice); } catch { /* private window */ }
        show();
      });
    }
  });
})();
