// The desk in the browser: files that are dropped anywhere on the page go to the inbox, each with its progress; a choice made in a table keeps its focus.
"use strict";
(() => {
  const zone = () => document.querySelector("[data-drop]");
  const LARGEST = 25_000_000;
  let depth = 0;
  const carries = (e) => zone() && [...(e.dataTransfer?.types || [])].includes("Files");
  const mark = (on) => { zone()?.classList.toggle("is-over", on); document.body.classList.toggle("p-dropping", on); };
  addEventListener("dragenter", (e) => { if (carries(e)) { depth += 1; mark(true); } });
  addEventListener("dragleave", (e) => { if (carries(e)) { depth = Math.max(0, depth - 1); if (!depth) mark(false); } });
  addEventListener("dragover", (e) => { if (carries(e)) { e.preventDefault(); e.dataTransfer.dropEffect = "copy"; } });
  addEventListener("drop", (e) => { if (carries(e)) { e.preventDefault(); depth = 0; mark(false); take([...e.dataTransfer.files]); } });
  addEventListener("paste", (e) => { if (zone() && e.clipboardData?.files.length) { e.preventDefault(); take([...e.clipboardData.files]); } });
  addEventListener("change", (e) => { if (e.target.matches?.("[data-files]")) { const files = [...e.target.files]; e.target.value = ""; take(files); } });

  function part(name, className, text = "") { const made = document.createElement(name); made.className = className; made.textContent = text; return made; }
  function line(list, file) {
    const row = part("li", "p-sending");
    const bar = part("progress", "p-progress");
    bar.max = 1; bar.value = 0; bar.setAttribute("aria-label", file.name);
    const said = part("span", "p-soft p-small");
    const name = part("strong", "", file.name);
    row.append(name, bar, said);
    list.prepend(row);
    return { row, bar, said, name };
  }
  function post(file, progress) {
    return new Promise((answer) => {
      const ask = new XMLHttpRequest();
      ask.open("POST", `/api/v1/desk/inbox?name=${encodeURIComponent(file.name.slice(-200) || "photo.jpg")}`);
      ask.setRequestHeader("Content-Type", "application/octet-stream");
      ask.upload.addEventListener("progress", (e) => { if (e.lengthComputable) progress(e.loaded / e.total); });
      ask.addEventListener("load", () => { let said = {}; try { said = JSON.parse(ask.responseText); } catch { said = {}; } answer({ status: ask.status, said }); });
      for (const name of ["error", "abort", "timeout"]) ask.addEventListener(name, () => answer({ status: 0, said: {} }));
      ask.send(file);
    });
  }
  async function one(at, words, file) {
    const { row, bar, said, name } = line(at.querySelector("[data-sending]"), file);
    const refuse = (text) => { bar.remove(); row.classList.add("is-bad"); said.className = "p-wrong"; said.setAttribute("role", "alert"); said.textContent = text; return ""; };
    if (file.size > LARGEST) return refuse(words.large);
    if (!file.size) return refuse(words.empty);
    said.textContent = words.sending;
    const answer = await post(file, (share) => { bar.value = share; if (share >= 1) said.textContent = words.reading; });
    if (answer.status === 401) { window.plait?.signInAgain(); return refuse(words.again); }
    if (answer.status !== 200 && answer.status !== 201) {
      const [title, advice] = words.problems[answer.said.code] || [answer.said.title || words.lost, answer.said.advice || ""];
      return refuse([`${title}.`, answer.said.detail === answer.said.title ? "" : answer.said.detail, advice].filter(Boolean).join(" "));
    }
    bar.value = 1;
    said.textContent = answer.status === 200 ? words.known : words.taken;
    const a = part("a", "", file.name);
    a.href = `/console/desk/${encodeURIComponent(answer.said.id)}`;
    name.replaceChildren(a);
    return a.href;
  }
  let busy = Promise.resolve();
  function take(files) {
    const at = zone();
    if (!at || !files.length) return;
    const words = JSON.parse(at.dataset.words);
    busy = busy.then(async () => {
      const links = [];
      for (const file of files) links.push(await one(at, words, file));
      const good = links.filter(Boolean);
      at.dispatchEvent(new CustomEvent("taken", { bubbles: true, detail: good.length }));
      if (files.length === 1 && good.length && zone() === at) { const a = document.createElement("a"); a.href = good[0]; document.body.append(a); a.click(); a.remove(); }
    });
  }

  // -- a table that is drawn anew after a choice stands where it stood, and the choice has the focus again
  let chosen = "", left = 0, top = 0;
  addEventListener("change", (e) => {
    const at = e.target.closest?.("[data-pick]");
    const box = at?.closest(".p-sheetbox");
    if (at) { chosen = at.dataset.pick; left = box?.scrollLeft || 0; top = box?.scrollTop || 0; }
  });
  new MutationObserver(() => {
    if (!chosen) return;
    const again = document.querySelector(`[data-pick="${CSS.escape(chosen)}"]`);
    if (!again || again === document.activeElement) return;
    const box = again.closest(".p-sheetbox");
    if (box) { box.scrollLeft = left; box.scrollTop = top; }
    again.focus({ preventScroll: true });
    chosen = "";
  }).observe(document.documentElement, { childList: true, subtree: true });

  // -- from a doubt in the list to its cell
  document.addEventListener("click", (e) => {
    const at = e.target.closest?.("[data-cell]");
    const cell = at && document.getElementById(at.dataset.cell);
    if (!cell) return;
    e.preventDefault();
    document.querySelectorAll(".p-sheet .is-shown").forEach((each) => each.classList.remove("is-shown"));
    cell.classList.add("is-shown");
    cell.scrollIntoView({ block: "center", inline: "center" });
    cell.focus({ preventScroll: true });
  });
})();
