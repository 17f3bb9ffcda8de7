// What the console does in the browser itself: theme, clock, search, keys, scanning, signing in again. No library, no request to the outside.
"use strict";
(() => {
  const known = window.plaitKnown || { words: { kinds: {} }, lang: "en", theme: "auto", factor: 1, zone: "UTC" };
  const root = document.documentElement;
  const words = known.words;
  const opened = Date.now();
  const params = new URLSearchParams(location.search);
  const keep = (name, value) => { document.cookie = `${name}=${value}; path=/; max-age=31536000; SameSite=Lax`; };
  root.lang = known.lang === "zh" ? "zh-CN" : known.lang;
  if (params.has("lang")) keep("plait_lang", known.lang);
  if (params.has("theme")) keep("plait_theme", known.theme);

  function dark() { return known.theme === "dark" || (known.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches); }
  function dress() {
    if (known.theme === "auto") delete root.dataset.theme; else root.dataset.theme = known.theme;
    if (document.body) { document.body.classList.toggle("body--dark", dark()); document.body.classList.toggle("body--light", !dark()); }
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dress);

  // -- time
  function now() { return known.stepped ? new Date(known.now) : new Date(Date.parse(known.now) + (Date.now() - opened) * known.factor); }
  const relative = new Intl.RelativeTimeFormat(root.lang, { numeric: "auto" });
  const steps = [["day", 86400], ["hour", 3600], ["minute", 60]];
  function tick() {
    const here = now();
    for (const each of document.querySelectorAll("time[data-rel]")) {
      const seconds = (Date.parse(each.dateTime) - ("real" in each.dataset ? Date.now() : here)) / 1000;
      const step = steps.find(([, size]) => Math.abs(seconds) >= size);
      const text = step ? relative.format(Math.round(seconds / step[1]), step[0]) : relative.format(0, "minute");
      if (each.textContent !== text) each.textContent = text;
    }
    const clock = document.querySelector(".p-clock");
    if (clock) {
      const text = new Intl.DateTimeFormat(root.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", weekday: "short", timeZone: known.zone }).format(here) + (known.factor !== 1 ? ` ×${known.factor}` : "");
      if (clock.textContent !== text) { clock.textContent = text; clock.dateTime = here.toISOString(); }
    }
  }
  setInterval(tick, 1000);
  let waiting = 0;
  new MutationObserver(() => { if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; tick(); }); }).observe(root, { childList: true, subtree: true });

  // -- the node's health
  async function look() {
    const dot = document.querySelector(".p-dot");
    if (!dot) return;
    try {
      const answer = await fetch("/health/ready", { cache: "no-store" });
      dot.className = `p-dot ${answer.ok ? "is-good" : "is-warn"}`;
    } catch { dot.className = "p-dot is-bad"; }
  }
  setInterval(look, 30000);

  // -- search
  let asked = 0, timer = 0, hits = [], on = -1;
  function box() { return document.getElementById("p-hits"); }
  function close() { box()?.classList.remove("open"); on = -1; }
  function draw(found, text) {
    const place = box();
    place.replaceChildren();
    hits = [];
    for (const hit of found) {
      const a = document.createElement("a");
      a.href = hit.link;
      const label = document.createElement("span");
      label.textContent = hit.label;
      const kind = document.createElement("span");
      kind.className = "kind";
      kind.textContent = [hit.detail, words.kinds[hit.kind] || hit.kind].filter(Boolean).join(" · ");
      a.append(label, kind);
      a.addEventListener("click", () => { close(); });
      place.append(a);
      hits.push(a);
    }
    if (!found.length) { const p = document.createElement("p"); p.textContent = words.nothing; place.append(p); }
    place.classList.toggle("open", Boolean(text));
    on = -1;
  }
  async function find(text) {
    const mine = ++asked;
    if (!text.trim()) { close(); return []; }
    const answer = await fetch(`/api/v1/find?q=${encodeURIComponent(text.slice(0, 200))}`, { headers: { "Accept-Language": known.lang } });
    if (mine !== asked) return [];
    if (answer.status === 401) { signInAgain(); return []; }
    const found = answer.ok ? (await answer.json()).hits : [];
    draw(found, text);
    return found;
  }
  function go(path) { const a = document.createElement("a"); a.href = path; document.body.append(a); a.click(); a.remove(); }
  document.addEventListener("input", (e) => { if (e.target.id === "p-search") { clearTimeout(timer); timer = setTimeout(() => find(e.target.value), 150); } });
  document.addEventListener("submit", async (e) => {
    if (!e.target.classList?.contains("p-search")) return;
    e.preventDefault();
    clearTimeout(timer);
    if (on >= 0) { hits[on].click(); return; }
    const found = await find(document.getElementById("p-search").value);
    if (found.length) { close(); go(found[0].link); }
  });

  // -- keys
  let goes = 0;
  const typing = (e) => e.target.closest?.("input, textarea, select, [contenteditable=true]");
  document.addEventListener("keydown", (e) => {
    const field = document.getElementById("p-search");
    if (e.target === field) {
      if (e.key === "Escape") { close(); field.blur(); }
      if (e.key === "ArrowDown" || e.key === "ArrowUp") {
        e.preventDefault();
        on = Math.max(0, Math.min(hits.length - 1, on + (e.key === "ArrowDown" ? 1 : -1)));
        hits.forEach((each, index) => each.classList.toggle("on", index === on));
      }
      return;
    }
    const row = e.target.closest?.(".p-table tbody tr, .p-scroll");
    if (row && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
      const next = row.matches("tr") ? (e.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling) : row.querySelector("tbody tr");
      if (next) { e.preventDefault(); next.tabIndex = -1; next.focus(); }
      return;
    }
    if (row?.matches("tr") && e.key === "Enter" && e.target === row) { row.querySelector("a")?.click(); return; }
    if (typing(e) || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "/") { e.preventDefault(); field?.focus(); field?.select(); return; }
    if (e.key === "Escape") { document.querySelector(".p-rail.open")?.classList.remove("open"); document.querySelectorAll("details.p-person[open]").forEach((each) => { each.open = false; }); return; }
    if (e.key === "g") { goes = Date.now(); return; }
    if (goes && Date.now() - goes < 1500) { document.querySelector(`.p-menu a[data-key="${CSS.escape(e.key)}"]`)?.click(); goes = 0; }
  });

  // -- clicks of the frame
  document.addEventListener("click", async (e) => {
    const at = (what) => e.target.closest?.(what);
    if (!at(".p-search")) close();
    if (!at(".p-person")) document.querySelectorAll("details.p-person[open]").forEach((each) => { each.open = false; });
    const rail = document.querySelector(".p-rail");
    if (at("[data-more]")) rail.classList.toggle("open"); else if (at(".p-menu a, .p-bar a")) rail?.classList.remove("open");
    if (at("[data-lang]")) { keep("plait_lang", at("[data-lang]").dataset.lang); reload("lang"); }
    if (at("[data-theme-to]")) { keep("plait_theme", at("[data-theme-to]").dataset.themeTo); reload("theme"); }
    if (at("[data-sign-out]")) { await fetch("/api/v1/session", { method: "DELETE" }); location.href = "/login"; }
    if (at("[data-scan]")) { e.preventDefault(); scan(); }
    if (at("[data-csv]")) save(at(".p-tablebox").querySelector("table"), at("[data-csv]").dataset.csv);
    if (at("[data-copy]")) { await navigator.clipboard?.writeText(at("[data-copy]").dataset.copy); }
  });
  function reload(drop) { const url = new URL(location.href); url.searchParams.delete(drop); location.href = url; }

  // -- a table as a file; a cell that a spreadsheet would take for a formula is told to be text
  function save(table, name) {
    const cell = (td) => { const text = td.innerText.trim().replace(/\s+/g, " "); return `"${(/^[=+\-@\t]/.test(text) && Number.isNaN(Number(text)) ? "'" + text : text).replaceAll('"', '""')}"`; };
    const lines = [...table.rows].map((row) => [...row.cells].map(cell).join(","));
    download(new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv;charset=utf-8" }), `${name.replace(/[^\p{L}\p{N} _-]/gu, "")}.csv`);
  }
  function download(blob, name) { const a = document.createElement("a"); a.href = URL.createObjectURL(blob); a.download = name; a.click(); setTimeout(() => URL.revokeObjectURL(a.href), 10000); }

  // -- scanning
  function native(title) {
    const dialog = document.createElement("dialog");
    dialog.className = "p-native";
    const inner = document.createElement("div");
    const head = document.createElement("strong");
    head.textContent = title;
    const shut = document.createElement("button");
    shut.className = "p-quiet"; shut.type = "button"; shut.textContent = words.close;
    shut.addEventListener("click", () => dialog.close());
    inner.append(head); dialog.append(inner); inner.append(shut);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    return { dialog, add: (...what) => what.forEach((each) => shut.before(each)) };
  }
  async function found(text) {
    const all = await find(text);
    const field = document.getElementById("p-search");
    if (field) field.value = text;
    if (all.length === 1) { close(); go(all[0].link); }
  }
  async function scan() {
    const { dialog, add } = native(words.scan);
    const said = document.createElement("p");
    const file = document.createElement("input");
    file.type = "file"; file.accept = "image/*"; file.capture = "environment"; file.setAttribute("aria-label", words.photo);
    file.addEventListener("change", async () => {
      const answer = await fetch("/console/decode", { method: "POST", body: file.files[0] });
      const codes = answer.ok ? await answer.json() : [];
      if (codes.length) { dialog.close(); found(codes[0]); } else said.textContent = words.noCode;
    });
    if ("BarcodeDetector" in window && navigator.mediaDevices) {
      const video = document.createElement("video");
      video.autoplay = true; video.muted = true; video.playsInline = true;
      try {
        const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
        video.srcObject = stream;
        add(video);
        const detector = new BarcodeDetector();
        const stop = () => stream.getTracks().forEach((each) => each.stop());
        dialog.addEventListener("close", stop);
        const turn = async () => {
          if (!dialog.open) return;
          const codes = video.readyState >= 2 ? await detector.detect(video).catch(() => []) : [];
          if (codes.length) { dialog.close(); found(codes[0].rawValue); return; }
          requestAnimationFrame(turn);
        };
        turn();
      } catch { said.textContent = words.noCamera; }
    } else said.textContent = words.noCamera;
    add(said, file);
  }

  // -- an ended session: the login lies over the page, which stays as it is
  let asking = false;
  function signInAgain() {
    if (asking) return;
    asking = true;
    const { dialog, add } = native(words.signIn);
    const frame = document.createElement("iframe");
    frame.src = "/login?popup=1";
    frame.title = words.signIn;
    add(frame);
    const back = async (e) => {
      if (e.origin !== location.origin || e.data?.plait !== "signed-in") return;
      const answer = await fetch(`/console/again?client=${encodeURIComponent(window.clientId || "")}`, { method: "POST" });
      if (!answer.ok) { location.reload(); return; }
      dialog.close();
    };
    addEventListener("message", back);
    dialog.addEventListener("close", () => { asking = false; removeEventListener("message", back); });
  }

  // -- the schedule: a bar dragged to another time or row asks what that would do; Enter on anything that acts is a click
  let held = null;
  function row(e) { return document.elementsFromPoint(e.clientX, e.clientY).map((each) => each.closest?.("[data-centre]")).find(Boolean); }
  document.addEventListener("pointerdown", (e) => {
    const bar = e.button === 0 && e.pointerType !== "touch" && e.target.closest?.("[data-gantt] .g-bar:not(.is-fixed)");
    if (bar) held = { bar, svg: bar.closest("svg"), x: e.clientX, y: e.clientY, moved: false };
  });
  document.addEventListener("pointermove", (e) => {
    if (!held) return;
    const dx = e.clientX - held.x, dy = e.clientY - held.y;
    if (!held.moved && Math.hypot(dx, dy) < 6) return;
    const size = held.svg.getScreenCTM().a;
    held.moved = true;
    e.preventDefault();
    held.bar.classList.add("is-held");
    held.bar.setAttribute("transform", `translate(${dx / size} ${dy / size})`);
  });
  document.addEventListener("pointerup", (e) => {
    if (!held) return;
    const { bar, svg, x, moved } = held;
    held = null;
    if (!moved) return;
    const home = bar.closest("[data-centre]"), target = row(e), size = svg.getScreenCTM().a;
    const span = Date.parse(svg.dataset.until) - Date.parse(svg.dataset.since);
    const start = Date.parse(bar.dataset.start) + (e.clientX - x) / size / (svg.dataset.width - svg.dataset.left) * span;
    const centre = target && target.dataset.group === home.dataset.group ? target.dataset.centre : home.dataset.centre;
    const drop = svg.closest(".p-block").querySelector(".g-drop");
    addEventListener("click", (event) => { event.stopPropagation(); event.preventDefault(); }, { capture: true, once: true });
    setTimeout(() => {
      bar.removeAttribute("transform"); bar.classList.remove("is-held");
      drop.dataset.arg = JSON.stringify([bar.dataset.arg, new Date(Math.round(start / 60000) * 60000).toISOString(), centre]);
      drop.click();
    }, 0);
  });
  document.addEventListener("keydown", (e) => {
    const at = e.target.closest?.("[role=button][data-act]");
    if (at && (e.key === "Enter" || e.key === " ")) { e.preventDefault(); at.dispatchEvent(new MouseEvent("click", { bubbles: true })); }
    if (e.key === "Escape" && held) { held.bar.removeAttribute("transform"); held = null; }
  });

  window.plait = { signInAgain, scan, find, download, now, token: (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim() };
  dress();
  // NiceGUI's own box says in English that the connection is lost; it says it in the person's language instead
  function lost() { const box = document.getElementById("popup"); if (box && words.lost) { box.textContent = words.lost; box.setAttribute("role", "alert"); } }
  addEventListener("DOMContentLoaded", () => { dress(); tick(); look(); lost(); });
})();
