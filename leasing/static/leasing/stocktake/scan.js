// The camera reads bar codes and QR codes into the field and counts them. All of it is extra: a
// scanner types into the field, and so does a person; where the browser reads no codes, it stays so.
(function () {
  "use strict";

  const form = document.getElementById("scan-form");
  if (!form) return;
  const field = form.querySelector("[name=numbers]"), button = form.querySelector("[data-camera]");
  const video = document.querySelector(button.dataset.camera), says = form.querySelector("[data-camera-says]");
  const PAUSE = 250, SAME_AGAIN = 4000, FORMATS = ["code_128", "code_39", "data_matrix", "qr_code"];

  // What is scanned while the last is on its way stands apart from it, and goes when that is answered.
  document.addEventListener("htmx:beforeSend", function (event) {
    if (event.target === form && !field.value.endsWith(" ")) field.value += " ";
  });
  // What was counted leaves the field; what could not be is left to be mended.
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.target.id !== "optalt") return;
    const isFaulty = event.target.querySelector(".error-summary");
    if (isFaulty) { isFaulty.focus(); return; }
    const counted = event.detail.requestConfig.parameters.numbers ?? "";
    if (field.value.startsWith(counted)) field.value = field.value.slice(counted.length).trimStart();
    if (!stream && !document.activeElement.matches("input")) field.focus();
  });

  let stream = null, last = { code: "", at: 0 };

  async function codesOffered() {
    if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return [];
    const known = await window.BarcodeDetector.getSupportedFormats();
    return FORMATS.filter(one => known.includes(one));
  }

  function stop() {
    for (const track of stream ? stream.getTracks() : []) track.stop();
    stream = null;
    video.hidden = true;
    button.textContent = "Brug kameraet";
  }

  function take(code) {
    const now = Date.now();
    if (!code || form.matches(".htmx-request") || (code === last.code && now - last.at < SAME_AGAIN)) return;
    last = { code, at: now };
    field.value = code;
    navigator.vibrate?.(80);
    says.textContent = `Læst: ${code}`;
    form.requestSubmit();
  }

  async function look(detector) {
    while (stream) {
      try {
        const [found] = await detector.detect(video);
        if (found) take(found.rawValue.trim());
      } catch { /* no picture yet */ }
      await new Promise(resolve => { window.setTimeout(resolve, PAUSE); });
    }
  }

  codesOffered().then(function (formats) {
    if (!formats.length) return;
    button.hidden = false;
    button.addEventListener("click", async function () {
      if (stream) { stop(); return; }
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      } catch {
        says.textContent = "Browseren giver ikke adgang til kameraet. Skriv nummeret i stedet.";
        return;
      }
      video.srcObject = stream;
      video.hidden = false;
      await video.play();
      button.textContent = "Stop kameraet";
      says.textContent = "Hold stregkoden eller etiketten op foran kameraet.";
      look(new window.BarcodeDetector({ formats }));
    });
  }, function () { /* no codes are read here */ });
  window.addEventListener("pagehide", stop);
})();
