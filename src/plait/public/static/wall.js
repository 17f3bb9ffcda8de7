// A screen on the wall: what it shows is fetched again each second and put in place when it has changed. A silent node is said, never hidden.
"use strict";
(() => {
  const place = document.getElementById("tiles"), lost = document.getElementById("lost");
  const words = document.body.dataset.lost;
  let shown = "", since = null, busy = false;
  async function look() {
    if (busy || document.hidden) return;
    busy = true;
    const stop = new AbortController(), timer = setTimeout(() => stop.abort(), 5000);
    try {
      const answer = await fetch(`${location.pathname.replace(/\/$/, "")}/tiles`, { cache: "no-store", signal: stop.signal });
      if (answer.status === 404) { location.reload(); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      const text = await answer.text();
      if (text !== shown) { place.innerHTML = text; shown = text; }
      since = null;
      lost.hidden = true;
    } catch {
      since ||= new Date();
      lost.textContent = words.replace("…", since.toLocaleTimeString(document.documentElement.lang));
      lost.hidden = false;
    } finally { clearTimeout(timer); busy = false; }
  }
  setInterval(look, 1000);
  if (navigator.wakeLock) navigator.wakeLock.request("screen").catch(() => {});
})();
