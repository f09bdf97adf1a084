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

  // An answer leads on who waits where it was asked for, and nobody who is somewhere else by now: also
  // where that is swapped with it, and is given the focus again by its id.
  let held;
  document.addEventListener("htmx:beforeSwap", function () { held = document.activeElement; });
  document.addEventListener("htmx:afterSwap", function (event) {
    const now = document.activeElement, asker = event.detail.requestConfig.elt;
    // A mail address or a number does not tell where one writes in it: that is at its end, not its start.
    if (now !== held && now.matches("[type=email], [type=number]")) {
      const { value } = now;
      now.value = "";
      now.value = value;
    }
    if (held === document.body || held === asker || (held.id && held.id === asker.id)) return;
    for (const one of event.target.querySelectorAll("[autofocus]")) one.removeAttribute("autofocus");
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
    if (form.dataset.progress) follow(form, form.dataset.progress);
  });

  // While a page waits for what takes long, another request asks how far it is.
  function follow(form, address) {
    const line = document.createElement("p");
    line.className = "soft mt-2 mb-0";
    line.setAttribute("role", "status");
    form.append(line);
    const ask = () => fetch(address).then(answer => (answer.ok ? answer.text() : ""))
      .then(text => { if (text) line.textContent = text; window.setTimeout(ask, 1000); }, () => {});
    window.setTimeout(ask, 1500);
  }
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // A menu that the keyboard has left does not lie over what it comes to.
  document.addEventListener("focusin", function (event) {
    for (const open of document.querySelectorAll("[popover]:popover-open")) {
      if (!open.contains(event.target)) open.hidePopover();
    }
  });

  // What leads to a place on the page itself stands in its way no longer.
  document.addEventListener("click", function (event) {
    event.target.closest('[popover] a[href^="#"]')?.closest("[popover]").hidePopover();
  });

  // What the keyboard comes to is seen: a browser lets be what shows by a pixel at the edge of a row that
  // scrolls, and does not know how high the bar is that stays at the foot.
  document.addEventListener("keyup", function (event) {
    const one = document.activeElement;
    if (event.key !== "Tab" || !one.closest("main .frame") || one.closest(".price-bar, .selection-bar")) return;
    const bar = document.querySelector(".price-bar, .selection-bar");
    document.documentElement.style.setProperty("--bar", `${bar ? bar.offsetHeight : 0}px`);
    one.scrollIntoView({ block: "nearest", inline: "nearest" });
  });

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  }

  // A row of rooms or views that is wider than a phone begins at the one that is open.
  for (const current of document.querySelectorAll(":is(.tabs, .views) [aria-current]")) {
    const row = current.closest("ul");
    if (row) row.scrollLeft = current.offsetLeft - row.offsetLeft - 16;
  }

  document.querySelector(".error-summary")?.focus();
})();
