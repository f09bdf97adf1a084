// A drawing is one stop of the keyboard, and the arrows go through it. Without this each bar is a stop of its own.
(function () {
  "use strict";

  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

  function gather(part) {
    for (const drawing of part.querySelectorAll("[data-chart] .chart-draw")) {
      const spots = drawing.querySelectorAll(".chart-spot");
      spots.forEach((spot, at) => spot.setAttribute("tabindex", at ? "-1" : "0"));
    }
  }

  document.addEventListener("keydown", function (event) {
    const spot = event.target.closest?.(".chart-spot");
    if (!spot || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape") { spot.blur(); return; }
    if (!(event.key in steps)) return;
    event.preventDefault();
    const spots = [...spot.closest(".chart-draw").querySelectorAll(".chart-spot")];
    const at = Math.min(spots.length - 1, Math.max(0, spots.indexOf(spot) + steps[event.key]));
    spot.setAttribute("tabindex", "-1");
    spots[at].setAttribute("tabindex", "0");
    spots[at].focus();
  });
  document.addEventListener("htmx:afterSettle", event => gather(event.target));
  gather(document);
})();
