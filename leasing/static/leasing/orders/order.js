// The order form by keyboard: people are chosen from a list as one types. Works without, by a reload.
(function () {
  "use strict";

  const inputOf = (element) => element.closest(".combo").querySelector("[role=combobox]");
  const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
  const options = (input) => [...listOf(input).querySelectorAll("[data-id]")];
  const active = (input) => options(input).find((one) => one.ariaSelected === "true");

  function show(input, isOpen) {
    listOf(input).hidden = !isOpen;
    input.setAttribute("aria-expanded", isOpen ? "true" : "false");
    const option = isOpen && active(input);
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function move(input, step) {
    const all = options(input);
    if (!all.length) return;
    const next = all[(all.indexOf(active(input)) + step + all.length) % all.length];
    for (const one of all) one.setAttribute("aria-selected", one === next ? "true" : "false");
    show(input, true);
  }

  function tellFacts(element) {
    element.closest("fieldset.order-line")?.dispatchEvent(new CustomEvent("facts"));
  }

  function choose(input, option) {
    input.value = option.dataset.label;
    input.closest(".combo").querySelector("[type=hidden]").value = option.dataset.id;
    delete input.dataset.waits;
    listOf(input).replaceChildren();
    show(input, false);
    tellFacts(input);
    input.closest("fieldset").querySelector("select[name$=-model]").focus();
  }

  document.addEventListener("input", function (event) {
    if (!event.target.matches("[role=combobox]")) return;
    event.target.closest(".combo").querySelector("[type=hidden]").value = "";
    event.target.dataset.stale = "1";
    if (!event.target.value.trim()) show(event.target, false);
  });

  // Also when Enter was faster than the answer.
  document.addEventListener("htmx:afterSwap", function (event) {
    if (!event.target.matches("[role=listbox]")) return;
    const input = inputOf(event.target);
    delete input.dataset.stale;
    const first = options(input)[0];
    if (input.dataset.waits && first) return choose(input, first);
    delete input.dataset.waits;
    show(input, event.target.children.length > 0 && document.activeElement === input);
  });

  document.addEventListener("keydown", function (event) {
    const target = event.target;
    if (target.matches("[role=combobox]")) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        move(target, event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Escape") {
        delete target.dataset.waits;
        show(target, false);
      } else if (event.key === "Enter" && target.value.trim()) {
        const isChosen = target.closest(".combo").querySelector("[type=hidden]").value;
        event.preventDefault();
        if (isChosen) target.closest("fieldset").querySelector("select[name$=-model]").focus();
        else if (!target.dataset.stale && active(target)) choose(target, active(target));
        else target.dataset.waits = "1";
      }
    } else if (event.key === "Enter" && target.matches("select[name$=-model]")) {
      event.preventDefault();
      document.getElementById("gem").focus();
    }
  });

  document.addEventListener("focusout", function (event) {
    if (event.target.matches("[role=combobox]")) show(event.target, false);
  });
  document.addEventListener("mousedown", function (event) {
    const option = event.target.closest(".combo [data-id]");
    if (!option) return;
    event.preventDefault();
    choose(inputOf(option), option);
  });

  // What a person chooses to be replaced is no suggestion any more; a reason for one pc more wins
  // over a suggestion, and one sees it.
  document.addEventListener("change", function (event) {
    if (!event.target.matches("select[name$=-replaces]")) return;
    event.target.parentElement.querySelector("[data-suggests]").value = "";
  });
  document.addEventListener("input", function (event) {
    if (!event.target.matches("input[name$=-exception_reason]")) return;
    const suggested = event.target.closest("fieldset.order-line").querySelector("[data-suggests]");
    if (!suggested || !suggested.value) return;
    const select = document.getElementById(suggested.dataset.suggests);
    select.value = event.target.value.trim() ? "-" : suggested.value;
  });
  // The same with the shelf: a choice is a choice, and why it cannot be used means a new one.
  document.addEventListener("change", function (event) {
    if (!event.target.matches("input[type=radio][name$=-stock]")) return;
    event.target.closest("fieldset").querySelector("[data-suggests-stock]").value = "";
  });
  document.addEventListener("input", function (event) {
    if (!event.target.matches("input[name$=-past_stock_because]")) return;
    const shelf = event.target.closest("fieldset"), suggested = shelf.querySelector("[data-suggests-stock]").value;
    if (!suggested) return;
    const wanted = event.target.value.trim() ? "ny" : suggested;
    for (const one of shelf.querySelectorAll("input[type=radio]")) one.checked = one.value === wanted;
  });

  document.addEventListener("change", function (event) {
    if (event.target.matches("select[name$=-model], select[name$=-unit]")) tellFacts(event.target);
  });

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-remove-line], [data-copy]");
    if (!button) return;
    if (button.dataset.copy) {
      const text = document.getElementById(button.dataset.copy);
      navigator.clipboard?.writeText(text.value).then(function () {
        button.textContent = button.dataset.copied;
      }, function () { text.select(); });
      return;
    }
    const lines = document.querySelectorAll("fieldset.order-line");
    if (lines.length < 2) return; // the last one is emptied by the server
    event.preventDefault();
    button.closest("fieldset").remove();
    document.getElementById("tilfoej").focus();
  });

  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
})();
