// Read before the page is painted, so that a chosen theme does not flash.
"use strict";
(() => {
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch { /* storage is switched off in this browser: the system's theme stays */ }
  document.documentElement.classList.add("has-script");
})();
