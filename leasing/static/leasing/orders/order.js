// The order form by keyboard, and asked anew as it changes: each line, the price and the reply follow. Works without,
// by a reload.
(function () {
  "use strict";

  const tell = (element, name) => element?.dispatchEvent(new CustomEvent(name));

  const toModel = (field) => field.closest("fieldset").querySelector("select[name$=-model]").focus();
  document.addEventListener("chosen", function (event) {
    if (!event.target.matches("[name$=-who]")) return;
    tell(event.target.closest("fieldset"), "facts");
    toModel(event.target);
  });

  document.addEventListener("keydown", function (event) {
    const target = event.target;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.closest("#bestilling")) {
      event.preventDefault();
      document.getElementById("gem").click();
    } else if (event.key === "Enter" && !event.defaultPrevented && target.matches("[name$=-who]") && target.value) {
      event.preventDefault();
      toModel(target);
    } else if (event.key === "Enter" && target.matches("select[name$=-model]")) {
      event.preventDefault();
      document.getElementById("gem").focus();
    }
  });

  // What a person chooses is no suggestion of the page any more.
  document.addEventListener("change", function (event) {
    const field = event.target, line = field.closest("fieldset.order-line");
    for (const name of ["replaces", "stock"]) {
      const suggested = field.name.endsWith(`-${name}`) && line.querySelector(`[data-suggests=${name}]`);
      if (suggested) suggested.value = "";
    }
    if (line && field.matches("[name$=-model], [name$=-unit], [name$=-quantity]")) tell(line, "facts");
    else if (field.closest("#bestilling") && !field.matches("#id_mail, #id_reply")) {
      tell(document.getElementById("pris"), "price");
    }
  });
  // Why the shelf cannot be used means a new one.
  document.addEventListener("input", function (event) {
    if (!event.target.matches("[name$=-past_stock_because]") || !event.target.value.trim()) return;
    const isNew = event.target.closest("fieldset").querySelector("[value=ny]");
    if (!isNew || isNew.checked) return;  // of several, the shelf has no choice
    isNew.checked = true;
    isNew.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // The reply is written anew with the lines, until somebody writes in it.
  document.addEventListener("htmx:oobBeforeSwap", function (event) {
    const reply = event.detail.target.querySelector("#id_reply");
    const isWritten = reply && (reply.value !== reply.defaultValue || reply === document.activeElement);
    if (isWritten) event.detail.shouldSwap = false;
  });

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy);
    navigator.clipboard?.writeText(text.value).then(function () {
      button.textContent = button.dataset.copied;
    }, function () { text.select(); });
  });

  window.htmx.onLoad(function (part) {
    for (const button of part.querySelectorAll("[data-copy]")) button.hidden = false;
  });
})();
