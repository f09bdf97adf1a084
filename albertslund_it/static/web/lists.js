// What lists do beyond links and forms: what is ticked is counted and added up. Works without, slower.
(function () {
  "use strict";

  // What is ticked is kept while one turns pages, until the list shows something else or it is sent on.
  const MANY = 60;  // more than an address holds
  const NONE = "Med de valgte";
  const bar = () => document.querySelector("#valgte[data-shows]");
  const place = () => `valgte:${location.pathname}`;
  const isElsewhere = box => "elsewhere" in box.dataset;

  function read() {
    try { return JSON.parse(sessionStorage.getItem(place())) || {}; } catch { return {}; }
  }

  function keep(isSent) {
    const form = bar();
    if (!form) return;
    const picked = boxesOf("valgte").filter(box => box.checked && !box.disabled).map(box => (
      { value: box.value, name: box.name, ore: box.dataset.ore, css: box.className }
    ));
    try {
      if (picked.length) sessionStorage.setItem(place(), JSON.stringify({ shows: form.dataset.shows, picked, isSent }));
      else sessionStorage.removeItem(place());
    } catch { /* a full or closed store: only this page's are kept */ }
  }

  function elsewhere(one) {
    const box = document.createElement("input");
    Object.assign(box, { type: "checkbox", name: one.name, value: one.value, className: one.css, hidden: true, checked: true });
    box.setAttribute("form", "valgte");
    box.dataset.elsewhere = "";
    if (one.ore !== undefined) box.dataset.ore = one.ore;
    return box;
  }

  function restore() {
    const form = bar(), kept = read();
    if (form && kept.shows === form.dataset.shows) {
      const here = new Map(boxesOf("valgte").map(box => [box.value, box]));
      for (const one of kept.picked) {
        const box = here.get(one.value);
        if (box && !isElsewhere(box)) box.checked = true;
        else if (!box) form.append(elsewhere(one));
      }
    }
    count();
  }

  const boxesOf = form => Array.from(document.querySelectorAll(`input.pick[form="${form}"]`));
  const kroner = ore => (ore / 100).toLocaleString("da-DK", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

  function count() {
    const told = document.querySelector("[data-picked]");
    const boxes = boxesOf("valgte"), ticked = boxes.filter(box => box.checked);
    const here = boxes.filter(box => !isElsewhere(box)), tickedHere = here.filter(box => box.checked);
    for (const page of document.querySelectorAll("[data-pick-page]")) {
      page.hidden = !here.some(box => !box.disabled);
      page.checked = tickedHere.length > 0 && tickedHere.length === here.length;
      page.indeterminate = tickedHere.length > 0 && tickedHere.length < here.length;
    }
    if (!told) return;
    const none = document.querySelector("[data-pick-none]");
    if (none) none.hidden = !ticked.length;
    if (!ticked.length) {
      // Words that stand there already are let be: to put them in again costs a page its styles anew.
      if (told.textContent !== NONE) told.textContent = NONE;
      return;
    }
    const sum = ticked.reduce((ore, box) => ore + Number(box.dataset.ore || 0), 0);
    const strong = document.createElement("strong");
    strong.textContent = `${ticked.length} valgt`;
    told.replaceChildren(strong);
    if (ticked.length > tickedHere.length) told.append(`, ${ticked.length - tickedHere.length} på andre sider`);
    if (ticked.some(box => "ore" in box.dataset)) {
      const amount = document.createElement("span");
      amount.textContent = `${kroner(sum)} kr. ${told.dataset.per}`;
      told.append(" ", amount);
    }
  }

  function tick(boxes, checked) {
    for (const box of boxes) {
      if (isElsewhere(box)) box.remove();
      else if (!box.disabled) box.checked = checked;
    }
    keep();
    count();
  }

  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-pick-page]")) {
      tick(boxesOf("valgte").filter(box => !isElsewhere(box)), event.target.checked);
    } else if (event.target.matches("input.pick")) {
      keep();
      count();
    }
  });
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form !== bar()) return;
    keep(true);
    const many = form.querySelector("[data-many]"), ticked = boxesOf("valgte").filter(box => box.checked).length;
    if (!many || form.method === "post" && many.disabled) return;
    many.disabled = ticked <= MANY;
    form.method = ticked <= MANY ? "get" : "post";
    form.querySelector("input[name=csrfmiddlewaretoken]")?.remove();
    const token = document.querySelector("input[name=csrfmiddlewaretoken]");
    if (token && ticked > MANY) form.append(token.cloneNode());
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-pick-none]")) tick(boxesOf("valgte"), false);
  });
  // What is opened over the list is left by a click beside it, and by the keyboard.
  for (const leaves of ["click", "focusin"]) {
    document.addEventListener(leaves, function (event) {
      for (const open of document.querySelectorAll(".list-columns[open], .filters-more[open]")) {
        if (!open.contains(event.target)) open.open = false;
      }
    });
  }
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || document.querySelector("[popover]:popover-open")) return;
    const open = document.querySelector(".list-columns[open], .filters-more[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); return; }
    const all = document.getElementById("pick-none");
    if (all) all.click();
    else if (boxesOf("valgte").some(box => box.checked)) tick(boxesOf("valgte"), false);
  });

  // What stands open in a list stays so when the list is swapped. What has the focus in it is shut when
  // htmx gives that back, and so is given it here; a column that is first or last has lost its arrow.
  let open = [], focused = "";
  document.addEventListener("htmx:beforeSwap", function (event) {
    open = Array.from(event.detail.target.querySelectorAll("details[id][open]"), one => one.id);
    focused = document.activeElement.id;
  });
  document.addEventListener("htmx:afterSwap", function () {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (open.length && focused && document.activeElement === document.body) {
      const column = focused.replace(/^(up|down)-/, "column-");
      (document.getElementById(focused) || document.getElementById(column))?.focus();
    }
    restore();
  });
  window.addEventListener("pageshow", count);
  // What was sent on is done; who goes back to it finds it ticked still.
  const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (bar() && read().isSent && !isBack) sessionStorage.removeItem(place());
  restore();
})();
