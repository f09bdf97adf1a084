// A download leaves the page as it is, so the list of files is asked for until the new one stands in it:
// after a second, and then half as often each time, since a large quarter's file takes a while to make.
(function () {
  "use strict";
  const PATIENCE = 5 * 60 * 1000;
  const listed = () => document.querySelectorAll("#hentet tbody tr").length;
  let expected = 0;

  function ask(files, wait) {
    setTimeout(function () {
      if (listed() >= files || wait > PATIENCE) return;
      window.htmx.trigger("#hentet", "hentet");
      ask(files, 2 * wait);
    }, wait);
  }

  document.addEventListener("submit", function (event) {
    if (!event.target.matches("form.download")) return;
    expected = Math.max(expected, listed()) + 1;
    ask(expected, 1000);
  });
})();
