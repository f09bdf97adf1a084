// A list of what fits under a field, while one types: the pattern of a combobox, by keyboard and by pointer.
// A text asks the server (data-suggest), a select offers its own options (data-choose). Without it they are as they were.
(function () {
  "use strict";

  let made = 0;
  const fold = text => text.toLowerCase().replaceAll("æ", "ae").replaceAll("ø", "oe").replaceAll("å", "aa").trim();
  // Behind an open dialog nothing is read out: it has a place of its own.
  const announce = function (text, near) {
    const region = near.closest("dialog")?.querySelector("[data-announcements]") || document.getElementById("announcements");
    if (region) region.textContent = text;
  };
  const tell = (field, names) => {
    for (const name of names) field.dispatchEvent(new Event(name, { bubbles: true }));
  };

  // Ask for `text`; the answer of an earlier question never comes after that of a later one.
  function asker(address) {
    let control = null;
    return async function (text) {
      control?.abort();
      control = new AbortController();
      const url = new URL(address, window.location.href);
      url.searchParams.set("q", text);
      try {
        const answer = await fetch(url, { signal: control.signal, headers: { "HX-Request": "true" } });
        return answer.ok && !answer.redirected ? await answer.text() : null;
      } catch {
        return null; // another question was asked, or nobody answered
      }
    };
  }

  // `text` is what is asked about; `fill` puts the options into the list, and tells whether it could; `choose` takes
  // an option. `first`: the best one is chosen by Enter alone. `wait` is how long one may type on, in milliseconds.
  function combobox(field, list, { text, fill, choose, first = false, wait = 100, keeps = false }) {
    let timer = 0, asked = 0, isShown = null, enters = false;
    const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
    const active = () => list.querySelector("[role=option][aria-selected=true]");

    function show(isOpen) {
      list.hidden = !isOpen;
      if (field.getAttribute("role") === "combobox") field.setAttribute("aria-expanded", String(isOpen));
      const option = isOpen && active();
      if (option) field.setAttribute("aria-activedescendant", option.id);
      else field.removeAttribute("aria-activedescendant");
    }
    function close() {
      window.clearTimeout(timer);
      asked += 1;
      enters = false;
      if (keeps) return;
      isShown = text(); // what was taken, or left as it is typed: the next Enter is the form's
      show(false);
    }
    function mark(option) {
      for (const one of options()) one.setAttribute("aria-selected", String(one === option));
      option?.scrollIntoView({ block: "nearest" });
      show(true);
    }
    async function ask() {
      const typed = text(), question = ++asked;
      const isFilled = await fill(typed);
      if (asked !== question || typed !== text()) return; // asked anew, or something else was typed since
      isShown = isFilled ? typed : null;
      const found = options();
      found.forEach((one, at) => {
        one.id = `${list.id}-${at}`;
        one.setAttribute("aria-selected", String(first && at === 0));
      });
      if (enters && isFilled && found.length) {
        enters = false;
        choose(found[0]);
        return;
      }
      enters = false;
      if (!isFilled || document.activeElement !== field) return;
      show(keeps || list.children.length > 0);
      announce(found.length ? `${found.length} forslag` : list.textContent.trim(), list);
    }
    function later() {
      window.clearTimeout(timer);
      if (!text() && !keeps) return close();
      timer = window.setTimeout(ask, wait);
    }

    field.addEventListener("input", later);
    field.addEventListener("focusout", function () { if (!list.matches(":hover, :active")) close(); });
    field.addEventListener("keydown", function (event) {
      if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
      const isOpen = !list.hidden, found = options();
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (!isOpen || !found.length) {
          if (field.matches("textarea") || event.key === "ArrowUp") return;
          event.preventDefault();
          ask();
          return;
        }
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1, at = found.indexOf(active());
        mark(found[at < 0 && step < 0 ? found.length - 1 : (at + step + found.length) % found.length]);
      } else if (event.key === "Escape" && isOpen && !keeps) {
        event.preventDefault();
        event.stopPropagation();
        close();
      } else if (event.key === "Enter") {
        const isCurrent = isShown === text();
        if (isOpen && isCurrent && active()) {
          event.preventDefault();
          choose(active());
        } else if (first && text() && !isCurrent) { // Enter was faster than the answer
          event.preventDefault();
          enters = true;
          window.clearTimeout(timer);
          ask();
        }
      }
    });
    list.addEventListener("mousedown", event => event.preventDefault()); // the field keeps the focus
    list.addEventListener("click", function (event) {
      const option = event.target.closest("[role=option]:not([aria-disabled])");
      if (option && !option.href) choose(option);
    });
    return { ask, close, later, mark, options, active };
  }

  function listFor(field) {
    const list = document.createElement("ul");
    list.className = "suggestions";
    list.id = `forslag-${++made}`;
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Forslag");
    const around = document.createElement("div");
    around.className = "suggests";
    field.before(around);
    around.append(field, list);
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    return list;
  }
  function become(field) {
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-expanded", "false");
  }

  // The word of a text of several that the cursor stands in.
  function wordAt(area) {
    const before = area.value.slice(0, area.selectionStart).split(/[\s,;]/).pop();
    const after = area.value.slice(area.selectionStart).split(/[\s,;]/)[0];
    const from = area.selectionStart - before.length;
    return { from, to: from + before.length + after.length, word: before + after };
  }

  function suggest(field) {
    const ask = asker(field.dataset.suggest), isMany = field.matches("textarea");
    const list = listFor(field);
    const also = field.dataset.also && document.getElementById(field.dataset.also);
    let isOurs = false;
    if (!isMany) become(field);
    const box = combobox(field, list, {
      first: "first" in field.dataset,
      text: () => (isMany ? wordAt(field).word : field.value.trim()),
      async fill(typed) {
        const found = typed ? await ask(typed) : "";
        if (found === null) return false;
        list.innerHTML = found;
        return true;
      },
      choose(option) {
        const value = option.dataset.value;
        isOurs = true;
        if (isMany) {
          const { from, to } = wordAt(field);
          field.setRangeText(value, from, to, "end");
        } else {
          field.value = value;
        }
        if (also) also.value = option.dataset.id || "";
        tell(field, ["input", "change"]);
        isOurs = false;
        box.close();
        field.dispatchEvent(new CustomEvent("chosen", { bubbles: true, detail: option.dataset }));
      },
    });
    field.addEventListener("input", function () {
      if (isOurs) box.close();
      else if (also) also.value = "";
    });
  }

  // A select as a field to write in; the select itself is kept, and is what is sent.
  function write(select) {
    const field = document.createElement("input");
    field.type = "text";
    field.className = "form-select";
    field.id = `${select.id}-skriv`;
    field.autocomplete = "off";
    field.spellcheck = false;
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (select.hasAttribute(name)) field.setAttribute(name, select.getAttribute(name));
    }
    const empty = [...select.options].find(one => one.value === "");
    field.placeholder = empty ? empty.text : "";
    for (const one of [...select.labels]) one.htmlFor = field.id;
    if (!select.labels.length && select.hasAttribute("aria-label")) field.ariaLabel = select.getAttribute("aria-label");
    select.before(field);
    const list = listFor(field);
    become(field);
    field.parentElement.append(select);
    select.classList.add("visually-hidden");
    select.tabIndex = -1;
    select.setAttribute("aria-hidden", "true");

    const chosenText = () => (select.value === "" ? "" : select.selectedOptions[0]?.text || "");
    const matches = function (typed) {
      const words = fold(typed).split(/\s+/);
      return [...select.options].filter(one => !one.disabled && (one.value !== "" || !typed)).filter(function (one) {
        const said = fold(`${one.text} ${one.parentElement.label || ""}`);
        return words.every(word => said.includes(word));
      });
    };
    const box = combobox(field, list, {
      first: true,
      wait: 0,
      text: () => (field.value === chosenText() ? "" : field.value.trim()),
      async fill(typed) {
        const found = matches(typed);
        const place = one => Math.min(fold(one.text).indexOf(fold(typed)) >>> 0, 1000);
        if (typed) found.sort((a, b) => place(a) - place(b));
        list.replaceChildren(...found.map(function (one) {
          const item = document.createElement("li"), group = one.parentElement.label;
          item.setAttribute("role", "option");
          item.dataset.value = one.value;
          item.append(one.text);
          if (group) {
            const said = document.createElement("span");
            said.className = "soft";
            said.textContent = group;
            item.append(" ", said);
          }
          return item;
        }));
        if (!found.length) {
          const none = document.createElement("li");
          none.setAttribute("role", "option");
          none.setAttribute("aria-disabled", "true");
          none.textContent = `Intet passer til »${typed}«`;
          list.replaceChildren(none);
        }
        return true;
      },
      choose: option => take(option.dataset.value),
    });
    function take(value) {
      const isNew = select.value !== value;
      select.value = value;
      told();
      box.close();
      if (isNew) tell(select, ["input", "change"]);
    }
    function told() {
      field.value = chosenText();
      field.setCustomValidity("");
    }
    // What is written and not chosen: the one thing it can mean, or a question. Never silently something else.
    function settle() {
      if (field.value === chosenText()) return true;
      const typed = field.value.trim(), found = typed ? matches(typed) : [];
      const exact = found.filter(one => fold(one.text) === fold(typed));
      if (!typed) {
        if (empty) take("");
        else told();
      } else if ((exact.length ? exact : found).length === 1) {
        take((exact.length ? exact : found)[0].value);
      } else {
        field.setCustomValidity(found.length ? "Flere passer. Vælg en fra listen." : "Intet passer. Vælg fra listen.");
        return false;
      }
      return true;
    }
    field.addEventListener("input", function (event) {
      event.stopPropagation(); // it is the select that the page listens to
      field.setCustomValidity("");
    });
    field.addEventListener("change", event => event.stopPropagation());
    field.addEventListener("focusout", settle);
    field.addEventListener("focus", () => field.select());
    field.addEventListener("click", function () { if (list.hidden) box.ask(); });
    select.addEventListener("focus", () => field.focus()); // from the list of what is wrong
    select.addEventListener("change", told);
    select.form?.addEventListener("reset", () => window.setTimeout(told));
    select.form?.addEventListener("submit", function (event) {
      if (!field.isConnected || settle()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      field.reportValidity();
    }, true);
    told();
    if (select.autofocus) field.focus();
  }

  function enhance(root) {
    const all = selector => [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];
    for (const field of all("[data-suggest]:not([aria-autocomplete])")) {
      const hadFocus = document.activeElement === field;
      suggest(field);
      if (hadFocus || field.autofocus && document.activeElement === document.body) field.focus();
    }
    for (const select of all("select[data-choose]:not([aria-hidden])")) write(select);
  }

  window.combobox = { combobox, asker };
  document.addEventListener("htmx:load", event => enhance(event.detail.elt));
  enhance(document);
})();
