'use strict';
// The operator pages: what is tapped goes into a queue on the telephone first, and from there to the node, each once.
(() => {
const $ = id => document.getElementById(id);
const words = Object.fromEntries(document.body.dataset.words.split('|').map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
const say = (key, values = {}) => (words[key] || key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
const firm = $('who').textContent;
const lang = document.documentElement.lang;
const keep = (key, value) => value === null ? localStorage.removeItem('op.' + key) : localStorage.setItem('op.' + key, JSON.stringify(value));
const kept = key => { try { return JSON.parse(localStorage.getItem('op.' + key)); } catch { return null; } };
const clock = at => at ? new Date(at).toLocaleTimeString(lang, { hour: '2-digit', minute: '2-digit' }) : '';
const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');

function el(tag, props = {}, ...inside) {
  const made = Object.assign(document.createElement(tag), props);
  made.append(...inside.filter(each => each !== '' && each != null));
  return made;
}

let me = kept('me'), data = kept('data') || {}, station = kept('station') || '', pin = '', sending = false, off = false, again = 0, wait = 3, chosen = '';

// -- talking to the node

async function call(method, path, { body, headers, patience = 12000 } = {}) {
  const cut = new AbortController(), timer = setTimeout(() => cut.abort(), patience);
  const json = body && !(body instanceof Blob);
  const own = { 'X-Plait': 'op', 'Accept-Language': lang, ...(json ? { 'Content-Type': 'application/json' } : {}), ...headers };
  try {
    const answer = await fetch('/op/' + path, { method, body: json ? JSON.stringify(body) : body, headers: own, signal: cut.signal, cache: 'no-store' });
    const told = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
    off = false;
    return { status: answer.status, ok: answer.ok, told };
  } catch {
    off = true;
    return { status: 0, ok: false, told: {} };
  } finally { clearTimeout(timer); }
}

const why = answer => answer.status ? answer.told.words || answer.told.title || say('failed') : say('nonet');

// -- the queue: in localStorage, photos in IndexedDB

const queue = () => kept('queue') || [];
const mine = () => queue().filter(each => me && each.who === me.person && !each.error);
const change = (id, made) => keep('queue', queue().flatMap(each => each.id !== id ? [each] : made ? [{ ...each, ...made }] : []));

function photos(mode, ask) {
  return new Promise((done, failed) => {
    const open = indexedDB.open('plait-op', 1);
    open.onupgradeneeded = () => open.result.createObjectStore('photos');
    open.onerror = failed;
    open.onsuccess = () => {
      const asked = ask(open.result.transaction('photos', mode).objectStore('photos'));
      asked.onsuccess = () => done(asked.result);
      asked.onerror = failed;
    };
  });
}

async function put(body, photo) {
  const entry = { id: newId(), who: me.person, name: me.name, lang, body: { station, ...body, tapped: new Date().toISOString() }, photo: !!photo };
  try {
    if (photo) await photos('readwrite', store => store.put(photo, entry.id));
    keep('queue', [...queue(), entry]);
  } catch { return refuse(say('full')); }
  navigator.vibrate?.(30);
  $('sheet').close();
  draw();
  flush();
}

async function post(entry) {
  const headers = { 'Idempotency-Key': entry.id, 'X-Sent-At': new Date().toISOString(), 'X-Person': entry.who };
  if (!entry.photo) return call('POST', 'acts', { body: entry.body, headers });
  const picture = await photos('readonly', store => store.get(entry.id)).catch(() => null);
  if (!picture) return { status: 410, ok: false, told: { words: say('lostphoto') } };
  const { station: place, job, tapped } = entry.body;
  return call('POST', 'photos?' + new URLSearchParams({ station: place, job, tapped }), { body: picture, headers: { ...headers, 'Content-Type': picture.type }, patience: 90000 });
}

async function flush() {
  clearTimeout(again);
  if (sending || !me) return;
  sending = true;
  try {
    for (let entry; (entry = mine()[0]);) {
      const answer = await post(entry);
      if (answer.status === 401) { expire(); break; }
      if (!answer.status || answer.status === 429 || answer.status >= 500) {
        again = setTimeout(flush, wait * 1000);
        wait = Math.min(wait * 2, 60);
        break;
      }
      wait = 3;
      change(entry.id, answer.ok ? null : { error: why(answer) });
      if (entry.photo) photos('readwrite', store => store.delete(entry.id)).catch(() => 0);
      if (answer.ok && answer.told.jobs && answer.told.station.id === station) take({ ...data, board: answer.told });
      if (!answer.ok) refresh();
      draw();
    }
  } finally { sending = false; draw(); }
}

// -- what is known

function take(told) { data = told; keep('data', told); }

async function refresh() {
  const answer = await call('GET', 'state?' + new URLSearchParams({ station }));
  if (answer.status === 401) return expire();
  if (answer.ok) {
    if (station && !answer.told.board) { station = ''; keep('station', null); }
    take(answer.told);
    enter(answer.told.me);
  }
  draw();
}

function enter(who) {
  me = who;
  keep('me', me);
  if (me.language && me.language !== lang && !off) speak(me.language);
}

function expire() { me = null; keep('me', null); draw(); }

function speak(to) {
  keep('lang', to);
  location.replace('/op?lang=' + to);
}

/** What the board will say once everything that waits here is sent. */
function seen() {
  const board = structuredClone(data.board);
  for (const { body, photo } of mine()) {
    if (photo || body.station !== station) continue;
    const job = board.jobs.find(each => each.id === body.job);
    if (body.do === 'help') board.calls.push({ id: '', job: body.job, name: me.name, at: body.tapped });
    if (body.do === 'answer') board.calls = board.calls.filter(each => each.id !== body.call);
    if (!job) continue;
    job.waits = true;
    if (body.do === 'start') Object.assign(job, { state: 'running', person: me.person, name: me.name, since: body.tapped });
    if (body.do === 'stop') Object.assign(job, { state: 'stopped', reason: body.reason, since: body.tapped });
    if (body.do === 'count') { job.good += body.good || 0; job.scrap += body.scrap || 0; }
    if (body.do === 'finish') board.jobs = board.jobs.filter(each => each !== job);
  }
  return board;
}

// -- the page

function show(name) {
  for (const each of ['badge', 'pin', 'where', 'work']) $(each).hidden = each !== name;
  if (name !== 'badge' && name !== 'where') dark();
}

function draw() {
  const waiting = queue().filter(each => !each.error), others = me ? waiting.filter(each => each.who !== me.person) : waiting;
  const told = [off ? say('offline') : '', waiting.length ? say('waiting', { count: waiting.length }) : '', others.length ? say('whose', { name: others[0].name }) : ''];
  $('wait').textContent = told.filter(Boolean).join(' · ');
  $('wait').hidden = !$('wait').textContent;
  $('refused').replaceChildren(...queue().filter(each => each.error).map(each =>
    notice(say('nottaken', { what: say(each.photo ? 'photo' : each.body.do), time: clock(each.body.tapped) }) + ' ' + each.error, () => { change(each.id); draw(); })));
  $('who').textContent = me ? me.name : firm;
  $('out').hidden = !me;
  if (!me) return show(kept('badge') ? 'pin' : 'badge');
  if (!station || !data.board || data.board.station.id !== station) { places(); return show('where'); }
  work();
  show('work');
}

const notice = (text, close) => el('div', { className: 'row' }, text, el('button', { textContent: say('ok'), onclick: close }));
const refuse = text => { const row = notice(text, () => row.remove()); $('refused').append(row); };
const sign = { running: '▶', idle: '‖', down: '■', setup: '◆', silent: '○' };

function places() {
  $('places').replaceChildren(...(data.stations || []).map(each => el('button', { className: 'row', onclick: () => choose(each.id) },
    el('b', { textContent: each.name }), el('span', { textContent: `${sign[each.state] || ''} ${say(each.state)}${each.reason ? ' · ' + reason(each.reason) : ''}` }))));
  if (!(data.stations || []).length) $('places').append(el('p', { textContent: say('noplaces') }));
}

async function choose(id) {
  const answer = await call('PUT', 'station', { body: { station: id } });
  if (answer.status === 401) return expire();
  if (!answer.ok) return refuse(why(answer));
  station = id;
  chosen = '';
  keep('station', id);
  take({ ...data, board: answer.told });
  if (location.pathname !== '/op') history.replaceState(null, '', '/op');
  draw();
}

const batch = job => job.id.replace(/-[^-]*$/, '');
const reason = text => ((data.stop_reasons || []).find(each => each[0] === text) || [text, text])[1];

function work() {
  const board = seen(), here = board.jobs.filter(each => each.state === 'running' || each.state === 'stopped');
  const job = board.jobs.find(each => each.id === chosen) || here[0] || board.jobs.find(each => each.state === 'ready');
  $('place').firstElementChild.textContent = board.station.name;
  $('calls').replaceChildren(...board.calls.map(each => el('div', { className: 'row call' }, el('div', {}, el('b', { textContent: say('called') }), el('span', { textContent: `${each.name} · ${clock(each.at)}` })),
    each.id ? el('button', { textContent: say('answer'), onclick: () => put({ do: 'answer', call: each.id }) }) : '')));
  tile(board, job);
  acts(board, job);
  $('next').replaceChildren(...board.jobs.filter(each => each !== job).map(each => el('button', { className: 'row', onclick: () => { chosen = each.id; draw(); scrollTo(0, 0); } },
    el('b', { textContent: `${each.part} · ${each.quantity}` }), el('span', { textContent: `${batch(each)} · ${each.step}${each.customer ? ' · ' + each.customer : ''}` }),
    el('span', { textContent: each.state === 'ready' ? '' : say('job.' + each.state) }))));
  if (board.jobs.length < 2) $('next').append(el('p', { className: 'soft', textContent: say('nomore') }));
  $('photo').parentElement.hidden = !job;
  $('photo').dataset.job = job ? job.id : '';
  $('help').disabled = board.calls.some(each => each.job === (job ? job.id : ''));
}

function tile(board, job) {
  let state = 'idle', word = say('ready'), note = '';
  if (!job) word = say('nojob');
  else if (job.state === 'running') { state = 'running'; word = say('running'); }
  else if (job.state === 'stopped') { state = job.reason === 'set-up' ? 'setup' : 'down'; word = reason(job.reason); }
  else if (job.state === 'waiting') { state = 'silent'; word = say('job.waiting'); }
  if (board.station.linked && board.station.state === 'down') { state = 'down'; word = say('down'); note = board.station.reason; }
  const done = job ? [job.good, job.scrap].map(each => Math.min(100, 100 * each / Math.max(1, job.quantity))) : [0, 0];
  const bars = done.map(each => { const bar = el('i'); bar.style.width = each + '%'; return bar; });
  $('tile').className = state;
  $('tile').replaceChildren(
    el('div', { className: word.length > 12 ? 'word long' : 'word' }, el('span', { textContent: sign[state], ariaHidden: 'true' }), el('span', { textContent: word })),
    ...(job ? [
      el('p', { textContent: [note, job.since ? say('since', { time: clock(job.since) }) : '', job.name && job.person !== me.person ? job.name : '', job.waits ? say('unsent') : ''].filter(Boolean).join(' · ') }),
      el('p', { className: 'part', textContent: `${job.part}${job.revision ? ' · ' + job.revision : ''}` }),
      el('p', { textContent: `${batch(job)} · ${job.step}${job.customer ? ' · ' + job.customer : ''}` }),
      el('p', { className: 'count' }, el('b', { textContent: say('counted', job) }), job.scrap ? el('span', { textContent: say('bad', job) }) : ''), el('div', { className: 'bar' }, ...bars),
    ] : []));
}

function acts(board, job) {
  const two = el('div', { className: 'two' });
  const add = (text, look, call) => two.append(el('button', { textContent: text, className: look, onclick: call }));
  const foreign = job && job.person && job.person !== me.person, linked = board.station.linked;
  if (job && (job.state === 'ready' || job.state === 'stopped' || (job.state === 'running' && !linked && (foreign || !job.person)))) {
    if (!(linked && job.state === 'ready')) add(say(job.state === 'stopped' ? 'goon' : job.state === 'ready' ? 'start' : 'takeover'), 'big wide go', () => put({ do: 'start', job: job.id }));
    else two.append(el('p', { className: 'wide soft', textContent: say('itself') }));
  }
  const own = job && (job.state === 'running' || job.state === 'stopped') && (linked || job.person === me.person);
  if (own && !linked) {
    add(say('one'), 'big', () => put({ do: 'count', job: job.id, good: 1 }));
    add(say('more'), 'big', () => many(job, 'good'));
  }
  if (own) add(say('scrap'), job.state === 'running' ? 'big' : 'big wide', () => many(job, 'scrap'));
  if (own && job.state === 'running') add(say('stop'), 'big halt', () => pick(say('whystop'), data.stop_reasons, value => put({ do: 'stop', job: job.id, reason: value })));
  if (own && !linked) add(say('finish'), 'big wide', () => finish(job));
  $('acts').replaceChildren(two);
}

// -- questions

function pick(title, choices, then) {
  $('asked').textContent = title;
  $('choices').replaceChildren(...choices.map(([value, text]) => el('button', { textContent: text, onclick: () => then(value) })));
  $('sheet').showModal();
}

function many(job, kind) {
  const left = Math.max(1, job.quantity - job.good - job.scrap), sizes = [...new Set(kind === 'good' ? [2, 5, 10, left] : [1, 2, 3, 5])].filter(each => each <= left);
  const then = count => kind === 'good' ? put({ do: 'count', job: job.id, good: count })
    : count < 0 ? put({ do: 'count', job: job.id, scrap: count }) : pick(say('whyscrap'), data.scrap_reasons, value => put({ do: 'count', job: job.id, scrap: count, reason: value }));
  pick(say(kind === 'good' ? 'howgood' : 'howscrap'), sizes.map(each => [each, '+' + each]), then);
  const input = el('input', { inputMode: 'numeric', pattern: '-?[0-9]{1,6}', required: true, placeholder: say('number'), ariaLabel: say('number') });
  const form = el('form', { className: 'wide', onsubmit: event => { event.preventDefault(); if (+input.value) then(+input.value); } }, input, el('button', { textContent: say('ok') }));
  $('choices').append(form, el('p', { className: 'wide soft', textContent: say('correct') }));
}

function finish(job) {
  const rest = job.quantity - job.good - job.scrap, done = kind => put({ do: 'finish', job: job.id, ...(kind ? { rest: kind } : {}) });
  pick(rest > 0 ? say('rest', { rest }) : say('sure', job), rest > 0 ? [['good', say('restgood')], ['scrap', say('restscrap')]] : [['', say('finish')]], done);
}

// -- codes

function code(text) {
  const found = text.trim().split(/[?#]/)[0].replace(/\/$/, ''), place = found.match(/\/op\/m\/([^/]+)$/);
  if (place) { wanted(decodeURIComponent(place[1])); return true; }
  const number = found.split('/').pop().toUpperCase().replace(/[^A-Z0-9]/g, '');
  if (number.length !== 26) return false;
  keep('badge', number);
  pin = '';
  dots();
  if (location.pathname !== '/op') history.replaceState(null, '', '/op');
  draw();
  return true;
}

function wanted(id) {
  if (me) return choose(id);
  keep('wanted', id);
  draw();
}

let stream = null;
function dark() { stream?.getTracks().forEach(each => each.stop()); stream = null; $('video').hidden = true; }

async function look() {
  try { stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } }); } catch { return refuse(say('nocamera')); }
  const reader = new BarcodeDetector({ formats: ['qr_code'] }), video = $('video');
  (me ? $('scanplace') : $('scan')).after(video);
  video.hidden = false;
  video.srcObject = stream;
  await video.play();
  while (stream) {
    const found = await reader.detect(video).catch(() => []);
    if (found.some(each => code(each.rawValue))) return dark();
    await new Promise(next => setTimeout(next, 150));
  }
}

async function shot(file) {
  const answer = await call('POST', 'read', { body: file, headers: { 'Content-Type': file.type || 'application/octet-stream' }, patience: 60000 });
  if (!answer.ok) return refuse(why(answer));
  if (!answer.told.texts.some(code)) refuse(say('nocode'));
}

// -- signing in and out

const dots = () => { $('dots').textContent = '•'.repeat(pin.length); };

async function key(value) {
  if (value === 'back') pin = pin.slice(0, -1);
  else if (value !== 'ok' && pin.length < 8) pin += value;
  dots();
  if (value !== 'ok' || pin.length < 4) return;
  const given = pin;
  pin = '';
  const answer = await call('POST', 'session', { body: { badge: kept('badge') || '', pin: given }, patience: 30000 });
  dots();
  if (!answer.ok) return refuse(why(answer));
  $('refused').replaceChildren();
  me = answer.told;
  const place = kept('wanted');
  keep('wanted', null);
  if (place) await choose(place);
  await flush();
  await refresh();
}

async function out() {
  if (mine().length && !confirm(say('leaving', { count: mine().length }))) return;
  await call('DELETE', 'session');
  for (const each of ['me', 'badge', 'station', 'data']) keep(each, null);
  me = null; station = ''; data = {};
  draw();
}

$('keys').onclick = event => event.target.value && key(event.target.value);
addEventListener('keydown', event => {
  if ($('pin').hidden || event.target.tagName === 'INPUT') return;
  const value = { Backspace: 'back', Enter: 'ok' }[event.key] || (/^\d$/.test(event.key) ? event.key : '');
  if (value) { event.preventDefault(); key(value); }
});
$('other').onclick = () => { keep('badge', null); draw(); };
$('typed').onsubmit = event => { event.preventDefault(); if (!code($('number').value)) refuse(say('nobadge')); };
$('out').onclick = out;
$('close').onclick = () => $('sheet').close();
$('place').lastElementChild.onclick = () => { station = ''; keep('station', null); draw(); refresh(); };
$('help').onclick = () => put({ do: 'help', job: $('photo').dataset.job });
$('lang').onchange = async event => { if (me) await call('PUT', 'language', { body: { language: event.target.value } }); speak(event.target.value); };
for (const [id, then] of [['shot', shot], ['photo', file => put({ job: $('photo').dataset.job }, file)]])
  $(id).onchange = event => { const file = event.target.files[0]; event.target.value = ''; if (file) then(file); };
if ('BarcodeDetector' in window && navigator.mediaDevices) for (const id of ['scan', 'scanplace']) { $(id).hidden = false; $(id).onclick = look; }
addEventListener('online', () => { off = false; wait = 3; flush().then(refresh); });
addEventListener('offline', () => { off = true; draw(); });
document.addEventListener('visibilitychange', () => { if (!document.hidden && me) flush().then(refresh); });
setInterval(() => { if (!document.hidden && me && !sending && !$('sheet').open) { if (mine().length) flush(); else refresh(); } }, 10000);

off = !navigator.onLine;
const asked = kept('lang');
if (!off && asked && asked !== lang && !new URLSearchParams(location.search).has('lang')) location.replace(location.pathname + '?lang=' + asked);
const path = location.pathname.match(/^\/op\/([bm])\/([^/]+)$/);
if (path && path[1] === 'b' && me) { me = null; keep('me', null); }
draw();
if (path) code(location.pathname);
if (me) flush().then(refresh);
if ('serviceWorker' in navigator) navigator.serviceWorker.register('/op/sw.js', { scope: '/op' }).catch(() => 0);
})();
