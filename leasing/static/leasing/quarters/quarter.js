// A download leaves the page as it is: a moment later the list of files is fetched again.
(function () {
  "use strict";
  document.addEventListener("submit", function (event) {
    if (!event.target.matches("form.download")) return;
    setTimeout(function () { window.htmx.trigger("#hentet", "hentet"); }, 3000);
  });
})();
