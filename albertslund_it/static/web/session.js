// Says in time that the login ends, and when it has; what is typed stays where it is. Who logs in
// again in another tab goes on: the forms get what they have to carry from then on.
(function () {
  "use strict";
  const box = document.getElementById("session-end");
  const kept = document.querySelector("form[data-kept]");
  const asks = (box || kept)?.dataset.session;
  if (!asks) return;

  const WARN = 10 * 60 * 1000, AGAIN = 60 * 1000; // how long before the end; how often it is asked at most
  let ends = Date.now() + Number(box?.dataset.left || 0) * 1000;
  let timer, said = "", closed = "", asked = Date.now();

  const clock = moment => new Date(moment).toLocaleTimeString("da-DK", { hour: "2-digit", minute: "2-digit" });
  function say(what, text) {
    if (!box || closed === what || said === what) return;
    said = what;
    box.hidden = false;
    box.querySelector("a").hidden = what === "on" || what === "other";
    box.querySelector("[role=status]").textContent = text;
  }
  function hide() {
    if (box) box.hidden = true;
    said = "";
  }
  box?.querySelector("button").addEventListener("click", function () {
    closed = said;
    hide();
  });

  function told(answer) {
    if (!answer.user) {
      say("out", "Du er logget ud. Det, du har skrevet, står her endnu: log ind i en ny fane, og fortsæt her.");
      return;
    }
    if (box && String(answer.user) !== box.dataset.user) {
      say("other", "Du er nu logget ind som en anden. Genindlæs siden, før du gemmer noget.");
      return;
    }
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = answer.token;
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    if (kept) {
      kept.querySelector("[data-kept-says]").textContent = "Du er logget ind igen. Send det nu.";
      return;
    }
    ends = Date.now() + answer.left * 1000;
    if (answer.left * 1000 <= WARN) {
      say("soon", `Du bliver logget ud kl. ${clock(ends)}. Log ind igen inden da, så kan du fortsætte her.`);
    } else if (said) {
      say("on", `Du er logget ind til kl. ${clock(ends)}. Fortsæt, hvor du slap.`);
    }
    plan();
  }
  function ask() {
    asked = Date.now();
    fetch(asks, { headers: { Accept: "application/json" } })
      .then(answer => answer.json()).then(told)
      .catch(function () { timer = window.setTimeout(ask, AGAIN); });
  }
  function plan() {
    window.clearTimeout(timer);
    const next = ends - WARN > Date.now() ? ends - WARN : ends;
    timer = window.setTimeout(ask, Math.max(1000, next - Date.now() + 500));
  }

  // Coming back to the page, also after the machine has slept, when no timer ran.
  function back() {
    if (document.visibilityState === "visible" && (said || kept || Date.now() - asked > AGAIN)) ask();
  }
  document.addEventListener("visibilitychange", back);
  window.addEventListener("focus", back);
  document.addEventListener("htmx:responseError", function (event) {
    if (event.detail.xhr.status === 401) ask();
  });
  if (box && ends - WARN <= Date.now()) ask(); else if (box) plan();
})();
