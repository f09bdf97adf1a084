// What the pages do beyond links and forms. All of it is extra: everything works without.
(function () {
  "use strict";

  // An empty filter stays out of the address.
  document.addEventListener("htmx:configRequest", function (event) {
    const parameters = event.detail.parameters;
    for (const name of Object.keys(parameters)) {
      if (parameters[name] === "") delete parameters[name];
    }
  });

  // An answer never overwrites what was typed or chosen since it was asked for: it is let go, and
  // asked for again. Fields that are only added to are no concern of it.
  const asked = new WeakMap(), again = new WeakMap();
  const valueOf = field => (field.matches("[type=checkbox], [type=radio]") ? field.checked : field.value);
  const fieldsOf = detail => [detail.requestConfig.elt, ...detail.target.querySelectorAll("input, select, textarea")]
    .filter(field => field.matches("input, select, textarea"));
  const replaces = detail => !/^(before|after)/.test(detail.requestConfig.elt.getAttribute("hx-swap") || "");
  document.addEventListener("htmx:beforeSend", function (event) {
    const detail = event.detail;
    if (replaces(detail)) asked.set(detail.xhr, new Map(fieldsOf(detail).map(field => [field, valueOf(field)])));
  });
  document.addEventListener("htmx:beforeSwap", function (event) {
    const detail = event.detail, config = detail.requestConfig, before = asked.get(detail.xhr);
    if (!before) return;
    const changed = fieldsOf(detail).filter(field => before.has(field) && before.get(field) !== valueOf(field));
    if (!changed.length) return;
    detail.shouldSwap = false;
    if (changed.includes(config.elt)) return; // what is typed in it asks by itself
    window.clearTimeout(again.get(config.elt));
    again.set(config.elt, window.setTimeout(() => window.htmx.ajax(config.verb, config.path, { source: config.elt }), 300));
  });

  // A list that is swapped in may say how many rows it has: read out by screen readers.
  document.addEventListener("htmx:afterSwap", function (event) {
    const count = event.target.querySelector("[data-announce]");
    const region = document.getElementById("announcements");
    if (count && region) region.textContent = count.textContent.trim();
  });

  // A double click sends a form once, but a download's as often as asked. Coming back opens it again.
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented || "again" in form.dataset) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    const button = event.submitter;
    if (!button || !button.dataset.busy) return;
    // As wide as before: the second click must not hit what would slide in under the pointer.
    button.style.minWidth = `${button.offsetWidth}px`;
    button.textContent = button.dataset.busy;
  });
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // The boxes of a list: all of the page at once.
  for (const button of document.querySelectorAll("[data-pick-all]")) {
    button.hidden = false;
    button.addEventListener("click", function () {
      const boxes = document.querySelectorAll(`input[type=checkbox][form="${button.dataset.pickAll}"]`);
      const all = Array.from(boxes).every(box => box.checked);
      for (const box of boxes) box.checked = !all;
    });
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  }

  // "/" (outside a field) and Ctrl+K lead to the search box.
  document.addEventListener("keydown", function (event) {
    const search = document.querySelector("#search-again, #site-search");
    if (!search || event.altKey || event.metaKey) return;
    const slash = event.key === "/" && !event.ctrlKey;
    const typing = event.target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (slash ? typing : !(event.ctrlKey && event.key.toLowerCase() === "k")) return;
    if (!search.checkVisibility()) return;
    event.preventDefault();
    search.focus();
    search.select();
  });

  document.querySelector(".error-summary")?.focus();
})();
