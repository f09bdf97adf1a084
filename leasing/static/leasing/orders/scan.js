// Says how many serial numbers are scanned into a field; the page works without.
(function () {
  "use strict";

  for (const field of document.querySelectorAll("[data-scan]")) {
    const count = document.querySelector(`[data-scan-count="${field.id}"]`);
    const tell = function () {
      const found = new Set(field.value.toUpperCase().split(/[\s,;]+/).filter(Boolean)).size;
      const missing = Number(field.dataset.scan);
      if (!found) count.textContent = "";
      else if (found > missing) count.textContent = `${found} scannet: ${found - missing} flere end de ${missing}, der mangler`;
      else count.textContent = `${found} af ${missing} scannet`;
    };
    field.addEventListener("input", tell);
    tell();
  }
})();
