// The search from anywhere (Ctrl+K, or / outside a field), and the letters that lead to what is done most.
(function () {
  "use strict";

  // Single keys can be turned off, for who speaks to the computer (WCAG 2.1.4).
  const OFF = "enkelt-tast-fra";
  const areOn = () => { try { return localStorage.getItem(OFF) !== "1"; } catch { return true; } };
  const FIELDS = "input:not([type=checkbox], [type=radio]), select, textarea";
  const isTyping = target => target.isContentEditable || target.matches(FIELDS);

  const dialog = document.getElementById("palette");
  let open = () => false;
  if (dialog) {
    const field = document.getElementById("palette-field"), list = document.getElementById("palette-list");
    const ask = window.combobox.asker(dialog.dataset.options);
    const box = window.combobox.combobox(field, list, {
      keeps: true,
      first: true,
      text: () => field.value.trim(),
      async fill(typed) {
        const found = await ask(typed);
        if (found === null) return false;
        list.innerHTML = found;
        list.removeAttribute("aria-busy");
        list.scrollTop = 0;
        return true;
      },
      choose: option => option.click(),
    });
    open = function (text = "") {
      if (dialog.open) return;
      document.querySelectorAll("[popover]:popover-open").forEach(one => one.hidePopover());
      field.value = text;
      dialog.showModal(); // closing it gives the focus back to where it was
      box.ask();
    };
    // What is found stands for the words before, until the answer to these is there.
    field.addEventListener("input", () => list.setAttribute("aria-busy", "true"));
    // To the right of what is typed: what can be done with the one that is marked.
    field.addEventListener("keydown", function (event) {
      const narrow = box.active()?.dataset.narrow;
      if (event.key !== "ArrowRight" || !narrow || field.selectionStart !== field.value.length) return;
      event.preventDefault();
      field.value = narrow;
      field.dispatchEvent(new Event("input"));
    });
    dialog.addEventListener("click", function (event) {
      if (event.target === dialog || event.target.closest(".palette-close")) dialog.close();
    });
    for (const one of document.querySelectorAll("#site-search")) {
      one.addEventListener("input", function () {
        const typed = one.value;
        one.value = "";
        open(typed);
      });
      one.addEventListener("click", () => open(one.value));
    }
    for (const link of document.querySelectorAll("[data-opens-search]")) {
      link.addEventListener("click", function (event) {
        event.preventDefault();
        open();
      });
    }
    window.addEventListener("pageshow", event => { if (event.persisted) dialog.close(); });
  }

  function follow(key) {
    const found = [...document.querySelectorAll("[data-key]")].filter(one => one.dataset.key === key);
    // What is seen on the page before what is only known, and never what is not for now.
    const target = found.find(one => one.checkVisibility()) || found.find(one => one.hidden);
    target?.click();
    return Boolean(target);
  }

  document.addEventListener("keydown", function (event) {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && key === "k" && dialog) {
      event.preventDefault();
      open();
      return;
    }
    if (event.ctrlKey || event.metaKey || isTyping(event.target) || !areOn()) return;
    if (document.querySelector("dialog[open]")) return;
    if (key === "/" && dialog) {
      event.preventDefault();
      open();
    } else if (key === "?" && dialog) {
      event.preventDefault();
      window.location.assign(dialog.dataset.help);
    } else if (/^[a-zæøå]$/.test(key) && !event.shiftKey && follow(key)) {
      event.preventDefault();
    }
  });

  for (const place of document.querySelectorAll("[data-keys-switch]")) {
    const box = place.querySelector("input");
    place.hidden = false;
    box.checked = areOn();
    box.addEventListener("change", function () {
      try { localStorage.setItem(OFF, box.checked ? "0" : "1"); } catch { box.checked = true; }
    });
  }
})();
