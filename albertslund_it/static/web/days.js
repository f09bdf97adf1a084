// Beside a date that is typed: the browser's calendar, and what was typed, in full, as the server reads it.
(function () {
  "use strict";

  const WRITTEN = /^(\d{2})-(\d{2})-(\d{4})$/;

  function tell(field) {
    for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
  }

  async function inFull(field) {
    const typed = field.value;
    if (!typed.trim() || WRITTEN.test(typed)) return;
    const url = new URL(field.dataset.day, window.location.href);
    url.searchParams.set("skrevet", typed);
    try {
      const answer = await fetch(url);
      const day = answer.ok && !answer.redirected ? await answer.text() : "";
      if (!WRITTEN.test(day) || field.value !== typed) return; // it was changed since
      field.value = day;
      tell(field);
    } catch { /* the form is read as it stands */ }
  }

  function offerCalendar(field) {
    const calendar = document.createElement("input");
    if (field.type !== "text" || !("showPicker" in calendar)) return;
    calendar.type = "date";
    calendar.tabIndex = -1;
    calendar.ariaHidden = "true";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "calendar-button";
    button.innerHTML = '<svg width="16" height="16" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">' +
      '<path d="M5 1v1.5h6V1h1.5v1.5H14A1.5 1.5 0 0 1 15.500 4v10A1.500 1.500 0 0 1 14 15.500H2A1.500 1.500 0 0 1 .5 14V4A1.500 ' +
      '1.500 0 0 1 2 2.500h1.500V1zM2 6.500V14h12V6.500zM4 8.500h2v2H4zm3 0h2v2H7zm3 0h2v2h-2z"/></svg>';
    const label = field.labels?.[0]?.firstChild?.textContent.trim();
    button.setAttribute("aria-label", label ? `Vælg i kalender: ${label}` : "Vælg i kalender");
    const around = document.createElement("div"), hadFocus = document.activeElement === field;
    around.className = "with-calendar";
    field.before(around);
    around.append(field, calendar, button);
    if (hadFocus) field.focus();
    button.addEventListener("click", function () {
      const [, day, month, year] = WRITTEN.exec(field.value) || [];
      calendar.value = year ? `${year}-${month}-${day}` : "";
      calendar.showPicker();
    });
    calendar.addEventListener("input", event => event.stopPropagation());
    calendar.addEventListener("change", function (event) {
      event.stopPropagation();
      if (!calendar.value) return;
      const [year, month, day] = calendar.value.split("-");
      field.value = `${day}-${month}-${year}`;
      tell(field);
      field.focus();
    });
  }

  function enhance(root) {
    const all = [...(root.matches?.("[data-day]") ? [root] : []), ...root.querySelectorAll("[data-day]")];
    for (const field of all) {
      if (field.parentElement.matches(".with-calendar")) continue;
      field.addEventListener("change", () => inFull(field));
      offerCalendar(field);
    }
  }

  document.addEventListener("htmx:load", event => enhance(event.detail.elt));
  enhance(document);
})();
