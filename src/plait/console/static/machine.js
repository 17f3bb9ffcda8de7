// One machine over time: its states above, its signals below on one axis, from a year to a second. Each zoom fetches what it shows, as wide as the screen.
"use strict";
(() => {
  const known = window.plaitKnown || { lang: "en", zone: "UTC", factor: 1 };
  const STATES = ["running", "idle", "down", "setup", "silent"];
  const SPANS = { "10m": 6e5, "1h": 36e5, "8h": 288e5, "1d": 864e5, "7d": 6048e5, "30d": 2592e6, "1y": 31536e6 };
  const LEAST = 1000, MOST = 2 * 31536e6, LEFT = 64, RIGHT = 12, RIBBON = 26, JOBS = 16, PANEL = 92, AXIS = 26, SHOWN = 6;
  const form = (options) => new Intl.DateTimeFormat(known.lang === "zh" ? "zh-CN" : known.lang, { timeZone: known.zone, ...options });
  const FORMS = {
    ms: form({ hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 2, hourCycle: "h23" }),
    s: form({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }),
    m: form({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
    d: form({ day: "numeric", month: "short" }),
    y: form({ month: "short", year: "numeric" }),
    full: form({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }),
  };
  const STEPS = [10, 50, 100, 500, 1000, 2000, 5000, 1e4, 3e4, 6e4, 12e4, 3e5, 6e5, 18e5, 36e5, 72e5, 216e5, 432e5, 864e5, 1728e5, 6048e5, 2592e6, 7776e6, 31536e6];
  const number = (value) => {
    const size = Math.abs(value);
    if (value === 0) return "0";
    return size >= 1e6 || size < 1e-3 ? value.toExponential(2) : value.toLocaleString(known.lang === "zh" ? "zh-CN" : known.lang, { maximumSignificantDigits: 4 });
  };

  class Chart {
    constructor(box) {
      this.box = box;
      this.machine = box.dataset.machine;
      this.words = JSON.parse(box.dataset.words);
      this.signals = JSON.parse(box.dataset.signals);
      this.clock = { at: Number(box.dataset.now), seen: performance.now() };
      this.end = this.clock.at;
      this.span = SPANS[box.dataset.span] || SPANS["8h"];
      this.live = true;
      this.data = null;
      this.asked = 0;
      this.pointers = new Map();
      this.hover = null;
      this.on = this.kept();
      this.build();
      this.watch();
      this.size();
      this.fetch();
      this.timer = setInterval(() => this.beat(), 1000);
    }

    now() { return this.clock.at + (performance.now() - this.clock.seen) * (known.stepped ? 0 : known.factor); }
    kept() {
      try { const found = JSON.parse(localStorage.getItem(`plait-signals-${this.machine}`)); if (Array.isArray(found)) return new Set(found.filter((name) => this.signals.includes(name))); } catch { /* nothing kept */ }
      return new Set(this.signals.slice(0, SHOWN));
    }

    build() {
      const w = this.words, make = (name, cls, text) => { const e = document.createElement(name); e.className = cls; if (text) e.textContent = text; return e; };
      const bar = make("div", "m-bar");
      this.buttons = {};
      for (const key of Object.keys(SPANS)) {
        const b = make("button", "m-span", w.spans[key]);
        b.type = "button";
        b.addEventListener("click", () => { const end = this.live ? this.now() : this.end - this.span / 2 + SPANS[key] / 2; this.go(SPANS[key], Math.min(end, this.now())); });
        this.buttons[key] = b;
        bar.append(b);
      }
      const act = (sign, label, call) => { const b = make("button", "m-act"); b.type = "button"; b.title = label; b.setAttribute("aria-label", label); const i = make("i", "material-icons", sign); i.setAttribute("aria-hidden", "true"); b.append(i); b.addEventListener("click", call); bar.append(b); return b; };
      act("chevron_left", w.back, () => this.go(this.span, this.end - this.span / 2));
      act("chevron_right", w.on, () => this.go(this.span, this.end + this.span / 2));
      act("zoom_in", w.nearer, () => this.zoom(0.5, 0.5));
      act("zoom_out", w.farther, () => this.zoom(2, 0.5));
      this.liveButton = make("button", "m-span m-live", w.live);
      this.liveButton.type = "button";
      this.liveButton.addEventListener("click", () => { this.live = true; this.go(Math.min(this.span, SPANS["1d"]), this.now()); });
      bar.append(this.liveButton);
      this.canvas = make("canvas", "m-canvas");
      this.canvas.tabIndex = 0;
      this.canvas.setAttribute("role", "img");
      this.canvas.setAttribute("aria-label", w.label);
      this.tip = make("div", "m-tip");
      this.tip.hidden = true;
      const frame = make("div", "m-frame");
      frame.append(this.canvas, this.tip);
      this.note = make("p", "m-note");
      this.picks = make("div", "m-picks");
      for (const name of this.signals) {
        const b = make("button", "m-pick", name);
        b.type = "button";
        b.setAttribute("aria-pressed", String(this.on.has(name)));
        b.addEventListener("click", () => {
          if (this.on.has(name)) this.on.delete(name); else this.on.add(name);
          b.setAttribute("aria-pressed", String(this.on.has(name)));
          try { localStorage.setItem(`plait-signals-${this.machine}`, JSON.stringify([...this.on])); } catch { /* private window */ }
          this.size();
          this.fetch();
        });
        this.picks.append(b);
      }
      this.box.replaceChildren(bar, frame, this.note, this.picks);
    }

    watch() {
      const c = this.canvas;
      this.resize = new ResizeObserver(() => { this.size(); this.later(); });
      this.resize.observe(this.box);
      this.dress = new MutationObserver(() => this.draw());
      this.dress.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
      c.addEventListener("wheel", (e) => {
        if (!(e.ctrlKey || e.metaKey || Math.abs(e.deltaX) > Math.abs(e.deltaY))) return;
        e.preventDefault();
        if (e.ctrlKey || e.metaKey) this.zoom(Math.exp(e.deltaY / 200), this.share(e)); else this.go(this.span, this.end + (e.deltaX / this.inner) * this.span);
      }, { passive: false });
      c.addEventListener("pointerdown", (e) => { c.setPointerCapture(e.pointerId); this.pointers.set(e.pointerId, e.offsetX); this.drag = { end: this.end, span: this.span, at: [...this.pointers.values()] }; });
      c.addEventListener("pointermove", (e) => {
        if (!this.pointers.has(e.pointerId)) { this.point(e.offsetX); return; }
        this.pointers.set(e.pointerId, e.offsetX);
        const now = [...this.pointers.values()], was = this.drag.at;
        if (now.length === 1) { this.tip.hidden = true; this.hover = null; this.go(this.drag.span, this.drag.end - ((now[0] - was[0]) / this.inner) * this.drag.span); }
        else if (was.length > 1) {
          const before = Math.max(20, Math.abs(was[0] - was[1])), after = Math.max(20, Math.abs(now[0] - now[1])), middle = (was[0] + was[1]) / 2;
          const span = this.drag.span * (before / after), at = this.drag.end - this.drag.span + ((middle - LEFT) / this.inner) * this.drag.span;
          const here = ((now[0] + now[1]) / 2 - LEFT) / this.inner;
          this.go(span, at + span * (1 - here));
        }
      });
      const up = (e) => { this.pointers.delete(e.pointerId); this.drag = { end: this.end, span: this.span, at: [...this.pointers.values()] }; };
      c.addEventListener("pointerup", up);
      c.addEventListener("pointercancel", up);
      c.addEventListener("pointerleave", () => { this.hover = null; this.tip.hidden = true; this.draw(); });
      c.addEventListener("dblclick", (e) => this.zoom(0.25, this.share(e)));
      c.addEventListener("keydown", (e) => {
        const act = { ArrowLeft: () => this.go(this.span, this.end - this.span / 10), ArrowRight: () => this.go(this.span, this.end + this.span / 10), "+": () => this.zoom(0.5, 0.5), "=": () => this.zoom(0.5, 0.5), "-": () => this.zoom(2, 0.5), End: () => { this.live = true; this.go(this.span, this.now()); } }[e.key];
        if (act) { e.preventDefault(); e.stopPropagation(); act(); }
      });
    }

    share(e) { return Math.min(1, Math.max(0, (e.offsetX - LEFT) / this.inner)); }
    zoom(factor, share) {
      const span = Math.min(MOST, Math.max(LEAST, this.span * factor));
      const end = this.live && factor > 1 ? this.now() : this.end - this.span * (1 - share) + span * (1 - share);
      this.go(span, end);
    }
    go(span, end) {
      const now = this.now();
      this.span = Math.min(MOST, Math.max(LEAST, span));
      this.end = Math.min(end, now);
      this.live = this.end >= now - this.span * 0.002;
      this.draw();
      this.later();
    }
    later() { clearTimeout(this.wait); this.wait = setTimeout(() => this.fetch(), 120); }

    beat() {
      if (!this.box.isConnected) { clearInterval(this.timer); this.resize.disconnect(); this.dress.disconnect(); return; }
      if (document.hidden || this.pointers.size) return;
      if (this.live) {
        this.end = this.now();
        const rest = Math.max(1000, Math.min(30000, this.span / this.inner / Math.max(1, known.factor)));
        if (performance.now() - (this.last || 0) >= rest - 50) this.fetch(); else this.draw();
      }
    }

    async fetch() {
      const mine = ++this.asked, since = this.end - this.span, more = this.live ? 0 : this.span * 0.1;
      const asked = new URLSearchParams({ since: new Date(Math.floor(since - more)).toISOString(), until: new Date(Math.ceil(this.end + more) + 1).toISOString(), width: String(Math.max(50, Math.min(4000, Math.round(this.inner)))), signals: [...this.on].join(",") });
      this.last = performance.now();
      try {
        const answer = await fetch(`/api/v1/machines/${encodeURIComponent(this.machine)}/picture?${asked}`, { cache: "no-store" });
        if (mine !== this.asked) return;
        if (answer.status === 401) { window.plait?.signInAgain(); return; }
        if (!answer.ok) throw new Error((await answer.json()).detail || String(answer.status));
        this.data = await answer.json();
        for (const curve of this.data.curves) curve.at = curve.at.map((at) => at + this.data.since);
        this.clock = { at: this.data.now, seen: performance.now() };
        this.said = "";
      } catch (error) {
        if (mine !== this.asked) return;
        this.said = `${this.words.lost} ${error.message}`;
      }
      this.draw();
    }

    get shown() { return this.signals.filter((name) => this.on.has(name)); }
    size() {
      const wide = Math.max(280, this.canvas.parentElement.clientWidth), ratio = devicePixelRatio || 1, tall = RIBBON + JOBS + 12 + this.shown.length * PANEL + AXIS;
      if (this.canvas.width !== Math.round(wide * ratio) || this.canvas.height !== Math.round(tall * ratio)) {
        this.canvas.width = Math.round(wide * ratio);
        this.canvas.height = Math.round(tall * ratio);
        this.canvas.style.height = `${tall}px`;
      }
      this.wide = wide;
      this.tall = tall;
      this.inner = wide - LEFT - RIGHT;
      this.draw();
    }

    draw() { if (!this.frame) this.frame = requestAnimationFrame(() => { this.frame = 0; this.paint(); }); }
    x(at) { return LEFT + ((at - (this.end - this.span)) / this.span) * this.inner; }

    paint() {
      const g = this.canvas.getContext("2d"), ratio = devicePixelRatio || 1, style = getComputedStyle(this.box), color = (name) => style.getPropertyValue(`--${name}`).trim();
      const ink = color("ink"), soft = color("soft"), line = color("line"), from = this.end - this.span;
      g.setTransform(ratio, 0, 0, ratio, 0, 0);
      g.clearRect(0, 0, this.wide, this.tall);
      g.font = "12px system-ui, sans-serif";
      g.textBaseline = "middle";
      this.marks(g, ink, soft, line);
      g.save();
      g.beginPath();
      g.rect(LEFT, 0, this.inner, this.tall - AXIS);
      g.clip();
      if (this.data) {
        for (const each of this.data.states) this.bar(g, each, 0, RIBBON, color(STATES.includes(each.kind) && each.kind !== "silent" ? each.kind : "line"), each.kind === "silent" ? soft : "");
        for (const each of this.data.jobs) {
          const a = this.x(each.since), b = this.x(each.until);
          g.fillStyle = line;
          g.fillRect(a, RIBBON + 2, Math.max(1, b - a - 1), JOBS - 4);
          if (b - a > 60) { g.save(); g.beginPath(); g.rect(a, RIBBON, b - a - 4, JOBS); g.clip(); g.fillStyle = ink; g.font = "11px system-ui, sans-serif"; g.fillText(each.text, Math.max(a, LEFT) + 4, RIBBON + JOBS / 2); g.restore(); }
        }
        for (const each of this.data.gaps) this.hatch(g, this.x(each.since), RIBBON + JOBS, this.x(each.until), this.tall - AXIS, soft);
      }
      g.restore();
      let top = RIBBON + JOBS + 12;
      for (const name of this.shown) {
        this.panel(g, this.data?.curves.find((each) => each.name === name), name, top, ink, soft, line, color("setup"));
        top += PANEL;
      }
      if (this.data) for (const each of this.data.marks) {
        const x = this.x(each.at);
        if (x < LEFT || x > this.wide - RIGHT) continue;
        g.strokeStyle = g.fillStyle = color("down");
        g.globalAlpha = 0.6;
        g.beginPath(); g.moveTo(x, RIBBON + JOBS); g.lineTo(x, this.tall - AXIS); g.stroke();
        g.globalAlpha = 1;
        g.beginPath(); g.moveTo(x - 5, RIBBON + JOBS - 9); g.lineTo(x + 5, RIBBON + JOBS - 9); g.lineTo(x, RIBBON + JOBS); g.fill();
      }
      if (this.hover !== null) { const x = this.x(this.hover); g.strokeStyle = soft; g.beginPath(); g.moveTo(x, 0); g.lineTo(x, this.tall - AXIS); g.stroke(); }
      for (const [key, b] of Object.entries(this.buttons)) b.setAttribute("aria-pressed", String(Math.abs(this.span - SPANS[key]) < 1));
      this.liveButton.setAttribute("aria-pressed", String(this.live));
      const words = [`${FORMS.full.format(from)} – ${FORMS.full.format(this.end)}`];
      if (this.data?.power_kwh) words.push(this.words.power.replace("{kwh}", number(this.data.power_kwh)));
      if (this.data?.energy_kwh) words.push(this.words.energy.replace("{kwh}", number(this.data.energy_kwh)));
      this.note.textContent = this.said || words.join(" · ");
      this.note.classList.toggle("p-bad", Boolean(this.said));
    }

    bar(g, each, top, tall, fill, hatch) {
      const a = this.x(each.since), b = Math.max(this.x(each.until), a + 1);
      g.fillStyle = fill;
      g.fillRect(a, top, b - a, tall);
      if (hatch) this.hatch(g, a, top, b, top + tall, hatch);
    }
    hatch(g, left, top, right, bottom, color) {
      const a = Math.max(left, LEFT), b = Math.min(Math.max(right, left + 2), this.wide - RIGHT);
      if (b <= a) return;
      g.save();
      g.beginPath(); g.rect(a, top, b - a, bottom - top); g.clip();
      g.strokeStyle = color;
      g.globalAlpha = 0.45;
      g.lineWidth = 1;
      g.beginPath();
      for (let x = a - (bottom - top); x < b; x += 7) { g.moveTo(x, bottom); g.lineTo(x + (bottom - top), top); }
      g.stroke();
      g.restore();
    }

    marks(g, ink, soft, line) {
      const from = this.end - this.span, wanted = this.span / Math.max(2, Math.floor(this.inner / 110)), step = STEPS.find((each) => each >= wanted) || STEPS.at(-1);
      const shape = step < 1000 ? "ms" : step < 6e4 ? "s" : step < 864e5 ? "m" : step < 2592e6 ? "d" : "y";
      const parts = form({ hour: "numeric", minute: "numeric", hourCycle: "h23" }).formatToParts(from), part = (type) => Number(parts.find((each) => each.type === type)?.value || 0);
      const away = step >= 36e5 ? ((part("hour") * 60 + part("minute")) - (new Date(from).getUTCHours() * 60 + new Date(from).getUTCMinutes())) * 6e4 : 0;
      g.textAlign = "center";
      for (let at = Math.ceil((from + away) / step) * step - away; at <= this.end; at += step) {
        const x = this.x(at);
        g.strokeStyle = line;
        g.beginPath(); g.moveTo(x, RIBBON + JOBS); g.lineTo(x, this.tall - AXIS); g.stroke();
        g.fillStyle = soft;
        const midnight = shape === "m" && FORMS.m.format(at) === "00:00";
        g.fillText(midnight ? FORMS.d.format(at) : FORMS[shape].format(at), Math.min(x, this.wide - 22), this.tall - AXIS / 2);
      }
      g.textAlign = "left";
    }

    panel(g, curve, name, top, ink, soft, line, stroke) {
      const base = top + PANEL - 14, head = top + 16;
      g.strokeStyle = line;
      g.beginPath(); g.moveTo(LEFT, base + 0.5); g.lineTo(this.wide - RIGHT, base + 0.5); g.stroke();
      const from = this.end - this.span;
      let low = Infinity, high = -Infinity;
      if (curve) for (let i = 0; i < curve.at.length; i++) if (curve.at[i] >= from - this.span * 0.05 && curve.at[i] <= this.end) { if (curve.value[i] < low) low = curve.value[i]; if (curve.value[i] > high) high = curve.value[i]; }
      const words = curve && curve.words.length > 0, some = low <= high;
      if (some && low === high) { low -= Math.abs(low) * 0.1 || 1; high += Math.abs(high) * 0.1 || 1; }
      const y = (value) => base - 4 - ((value - low) / (high - low)) * (base - head - 8);
      if (some && !words) {
        g.fillStyle = soft;
        g.textAlign = "right";
        g.fillText(number(high), LEFT - 6, y(high) + 2);
        g.fillText(number(low), LEFT - 6, y(low) - 2);
        g.textAlign = "left";
      }
      g.save();
      g.beginPath(); g.rect(LEFT, top, this.inner, PANEL); g.clip();
      if (some && words) this.say(g, curve, head, base, ink, line);
      else if (some) {
        const gaps = this.data.gaps;
        let gap = 0, open = false;
        g.strokeStyle = stroke;
        g.lineWidth = 1.5;
        g.lineJoin = "round";
        g.beginPath();
        for (let i = 0; i < curve.at.length; i++) {
          const at = curve.at[i], x = this.x(at);
          while (gap < gaps.length && gaps[gap].until <= at) { open = false; gap++; }
          if (open) g.lineTo(x, y(curve.value[i])); else g.moveTo(x, y(curve.value[i]));
          open = true;
        }
        g.stroke();
        if (curve.at.length < this.inner / 8) { g.fillStyle = stroke; for (let i = 0; i < curve.at.length; i++) { g.beginPath(); g.arc(this.x(curve.at[i]), y(curve.value[i]), 2, 0, 7); g.fill(); } }
        g.lineWidth = 1;
      }
      g.restore();
      const title = curve?.title || name, latest = curve && curve.latest !== null && curve.latest !== undefined ? `${typeof curve.latest === "number" ? number(curve.latest) : curve.latest} ${curve.unit}` : "";
      g.fillStyle = ink;
      g.font = "600 12px system-ui, sans-serif";
      g.fillText(title, LEFT, top + 6);
      const after = g.measureText(title).width + LEFT + 10;
      g.font = "12px system-ui, sans-serif";
      g.fillStyle = soft;
      g.fillText(some ? latest : `${latest} ${this.words.nothing}`, after, top + 6);
    }
    say(g, curve, head, base, ink, line) {
      for (let i = 0; i < curve.at.length; i++) {
        const a = this.x(curve.at[i]), b = i + 1 < curve.at.length ? this.x(curve.at[i + 1]) : this.x(Math.min(this.end, this.now()));
        if (b < LEFT || a > this.wide) continue;
        g.fillStyle = line;
        g.fillRect(a, head + 4, Math.max(1, b - a - 1), base - head - 8);
        if (b - a > 30) { g.save(); g.beginPath(); g.rect(a, head, b - a - 3, base - head); g.clip(); g.fillStyle = ink; g.fillText(curve.words[curve.value[i]] ?? String(curve.value[i]), Math.max(a, LEFT) + 4, (head + base) / 2); g.restore(); }
      }
    }

    point(x) {
      if (x < LEFT || x > this.wide - RIGHT || !this.data) { this.hover = null; this.tip.hidden = true; this.draw(); return; }
      const at = this.end - this.span + ((x - LEFT) / this.inner) * this.span;
      this.hover = at;
      const rows = [(this.span < 1e4 ? FORMS.ms : FORMS.full).format(at)];
      const state = this.data.states.find((each) => each.since <= at && at < each.until);
      if (state) rows.push(`${this.words.states[state.kind] || state.kind}${state.text ? `: ${state.text}` : ""}`);
      const job = this.data.jobs.find((each) => each.since <= at && at < each.until);
      if (job) rows.push(job.text);
      const gap = this.data.gaps.find((each) => each.since <= at && at < each.until);
      if (gap) rows.push(`${this.words.gap}${gap.text ? `: ${gap.text}` : ""}`);
      for (const each of this.data.marks) if (Math.abs(this.x(each.at) - x) < 6) rows.push(`▼ ${each.text}`);
      for (const name of this.shown) {
        const curve = this.data.curves.find((each) => each.name === name);
        if (!curve?.at.length) continue;
        let a = 0, b = curve.at.length - 1;
        while (a < b) { const m = (a + b + 1) >> 1; if (curve.at[m] <= at) a = m; else b = m - 1; }
        rows.push(`${curve.title}: ${curve.words[curve.value[a]] ?? number(curve.value[a])} ${curve.unit}`);
      }
      this.tip.textContent = rows.join("\n");
      this.tip.hidden = false;
      const wide = this.tip.offsetWidth;
      this.tip.style.left = `${x + wide + 24 > this.wide ? x - wide - 12 : x + 12}px`;
      this.draw();
    }
  }

  const begin = () => { for (const box of document.querySelectorAll(".m-chart:not([data-on])")) { box.dataset.on = "1"; new Chart(box); } };
  let waiting = 0;
  new MutationObserver(() => { if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; begin(); }); }).observe(document.documentElement, { childList: true, subtree: true });
  begin();
})();
