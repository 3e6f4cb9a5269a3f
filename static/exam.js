// The exam room. Without this file the exam works by plain forms; with it answers save by themselves, wait out a lost
// connection, and moving between items needs none. Nothing is shown as saved that the server has not acknowledged.
(() => {
  const $ = (q, el = document) => el.querySelector(q);
  const $$ = (q, el = document) => [...el.querySelectorAll(q)];
  const page = $('[data-attempt]');
  if (!page) return;
  const attempt = page.dataset.attempt;
  const base = `/exam/${attempt}`;
  const say = text => document.dispatchEvent(new CustomEvent('say', { detail: text }));
  const time = ms => new Date(ms).toTimeString().slice(0, 8);
  // The server writes times in UTC, since it does not know where the reader is. Here they become the reader's own.
  const local = el => {
    if (el) el.textContent = el.textContent.replace(/\b(\d\d):(\d\d)((?::\d\d)?) UTC/, (_, h, m, s) => time(new Date().setUTCHours(h, m, s.slice(1) || 0)).slice(0, s ? 8 : 5));
  };
  const some = (n, one, many) => n === 1 ? `1 ${one}` : `${n} ${many}`;
  const id = () => crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, '0')).join('');

  // One id for this tab, so that a conflict can tell a second window from this one.
  const client = (() => { try { return sessionStorage.gwClient ??= id(); } catch { return id(); } })();

  // The queue of changes that the server has not acknowledged yet. It lies in localStorage, one entry a change: it
  // outlives a reload and a crash, and being synchronous it cannot be cut off half-way when the window closes.
  const prefix = `gw/${attempt}/`;
  const memory = new Map(); // where localStorage is refused
  const keep = (key, entry) => { try { localStorage.setItem(key, JSON.stringify(entry)); } catch { memory.set(key, entry); } };
  const drop = key => { try { localStorage.removeItem(key); } catch { /* not there */ } memory.delete(key); };
  const waiting = () => {
    const list = [...memory].map(([key, entry]) => ({ key, ...entry }));
    try {
      for (let i = 0; i < localStorage.length; i++) {
        const key = localStorage.key(i);
        if (!key.startsWith(prefix)) continue;
        try { list.push({ key, ...JSON.parse(localStorage.getItem(key)) }); } catch { drop(key); }
      }
    } catch { /* refused: memory only */ }
    return list.sort((a, b) => a.key < b.key ? -1 : 1);
  };
  let serial = 0;
  const enqueue = (slot, change) => {
    const mine = waiting().filter(e => e.slot === slot);
    const last = mine[mine.length - 1];
    if (last && last.event !== flying && last.client === client) { // not on its way yet: one change holds both
      keep(last.key, { ...strip(last), ...change, event: id(), at: Date.now() });
    } else {
      const key = prefix + String(Date.now()).padStart(15, '0') + String(serial++ % 1e4).padStart(4, '0');
      keep(key, { slot, base: revs.get(slot) ?? 0, after: last?.event, event: id(), client, at: Date.now(), ...change });
    }
    status();
    pump();
  };
  const strip = ({ key, ...entry }) => entry;

  // Sending: one change at a time, in order, again until it is answered.
  let flying = null, pause = 0, timer = 0, lostSince = 0, ended = false;
  const revs = new Map();
  const refused = new Map(); // why the server did not take the answer that a form shows
  const pump = async () => {
    if (flying || ended) return;
    const entry = waiting()[0];
    if (!entry) { status(); return; }
    flying = entry.event;
    clearTimeout(timer);
    let reply, code = 0;
    try {
      const res = await fetch(`${base}/slots/${entry.slot}`, {
        method: 'PUT', headers: { 'Content-Type': 'application/json' }, signal: AbortSignal.timeout(10000), keepalive: true,
        body: JSON.stringify({ event_id: entry.event, client_id: client, client_time: entry.at, base_rev: entry.base,
          response: entry.response, flagged: entry.flagged, note: entry.note, seen: entry.seen }),
      });
      code = res.status;
      reply = await res.json();
    } catch { reply = null; }
    flying = null;
    if (!reply || code >= 500 || code === 429) { // nobody there, or unable: keep it and try again
      lostSince ||= Date.now();
      pause = Math.min(8000, pause ? pause * 2 : 1000);
      timer = setTimeout(pump, pause);
      status();
      return;
    }
    pause = 0; lostSince = 0;
    heard(reply);
    settle(entry, reply, code);
    pump();
  };

  // settle does what an answer of the server asks for.
  const settle = (entry, reply, code) => {
    if (code === 200) {
      drop(entry.key);
      revs.set(entry.slot, reply.rev);
      if (entry.response !== undefined && refused.delete(entry.slot)) nav();
      for (const e of waiting()) if (e.after === entry.event) keep(e.key, { ...strip(e), base: reply.rev, after: undefined });
      if (entry.response !== undefined || entry.flagged !== undefined || entry.note !== undefined) saved(reply.saved_at > 0 ? Math.max(reply.saved_at, reply.server_now) : reply.server_now);
      const f = forms.get(entry.slot);
      if (f) {
        $('[name=base]', f).value = reply.rev;
        fault(entry.slot, '');
        if (entry.response !== undefined) $('[data-savedat]', f).textContent = blank(entry.response) ? 'The server has this item as blank. ' : `The server has this answer since ${time(reply.saved_at)}. `;
      }
      return;
    }
    if (code === 410) { ended = true; waiting().forEach(e => drop(e.key)); location.assign(`${base}/over?late=1`); return; }
    if (code === 409) { drop(entry.key); clash(entry, reply); return; }
    if (code === 422 || code === 400) {
      drop(entry.key);
      if (entry.response !== undefined && forms.has(entry.slot)) refused.set(entry.slot, reply.text);
      fault(entry.slot, `Not saved: ${reply.text}`);
      if (form) { nav(); status(); if (slotOf(form) !== entry.slot) say(`Item ${entry.slot} was not saved: ${reply.text}`); }
      return;
    }
    lostSince ||= Date.now(); // signed out, or somebody else's: keep it, say so, and stop asking
    ended = true;
    banner('This attempt cannot be reached', `${reply.text} Your answers are kept in this browser; sign in in another tab and reload this page.`);
  };
  const flushed = async ms => {
    const end = performance.now() + ms;
    pause = 0; pump();
    while (waiting().length && performance.now() < end) await new Promise(r => setTimeout(r, 100));
    return waiting().length === 0;
  };

  // What the learner sees of it: a line in the bar, and a banner when the connection is gone.
  const line = $('[data-save]');
  if (line) local($('span', line));
  let savedAt = 0;
  const saved = at => { savedAt = at; status(); };
  const status = () => {
    for (const e of waiting()) if (e.response !== undefined && forms.get(e.slot)) $('[data-savedat]', forms.get(e.slot)).textContent = 'The server does not have this answer yet. ';
    const open = waiting().filter(e => !e.seen || e.response !== undefined).length;
    const lost = lostSince > 0 && open > 0;
    if (line) {
      const text = $('span', line);
      if (lost) { line.dataset.state = 'lost'; text.textContent = `Not saved: ${some(open, 'answer waits', 'answers wait')}`; }
      else if (refused.size) { line.dataset.state = 'lost'; text.textContent = `Not saved: ${refused.size > 1 ? 'items' : 'item'} ${[...refused.keys()].sort((a, b) => a - b).join(', ')}`; }
      else {
        delete line.dataset.state;
        text.textContent = open ? 'Saving' : savedAt ? `Saved ${time(savedAt)}` : text.textContent;
      }
    }
    const box = $('#lost');
    if (!box || ended) return;
    if (!lost) { box.hidden = true; box.replaceChildren(); return; }
    banner(`No connection since ${time(lostSince).slice(0, 5)}`,
      `Keep going. ${some(open, 'answer is', 'answers are')} kept in this browser and will be sent as soon as the line is back, in the order you gave them. The end of the exam stays where it is.`);
  };
  let shown = '';
  const banner = (title, text) => {
    const box = $('#lost');
    if (!box) return;
    if (box.hidden || shown !== title) {
      const note = Object.assign(document.createElement('div'), { className: 'note fault mb5' });
      note.setAttribute('role', 'alert');
      note.append(Object.assign(document.createElement('h2'), { textContent: title }), document.createElement('p'), copyOut());
      box.replaceChildren(note);
      box.hidden = false; shown = title;
    }
    const p = $('p', box);
    if (p.textContent !== text) p.textContent = text;
    $('textarea', box).value = waiting().map(e => `Item ${e.slot}: ${words(e.response)}`).join('\n');
  };
  const copyOut = () => {
    const d = document.createElement('details');
    d.className = 'reveal';
    const area = Object.assign(document.createElement('textarea'), { className: 'input', readOnly: true, rows: 4 });
    area.setAttribute('aria-label', 'Answers that wait');
    d.append(Object.assign(document.createElement('summary'), { textContent: 'Copy out what waits' }), area);
    return d;
  };
  const words = r => !r ? 'flag' : [...(r.choice ?? []).map(c => optionText(c)), r.text, ...Object.entries(r.pairs ?? {}).map(([k, v]) => `${k}: ${v}`)].filter(Boolean).join(', ') || 'blank';
  const optionText = value => $(`input[value="${CSS.escape(value)}"]`, form)?.closest('label, li')?.textContent.trim() ?? value;
  const fault = (slot, text) => {
    const box = forms.get(slot) && $('.faults', forms.get(slot));
    if (!box) return;
    if (!text) { box.replaceChildren(); return; }
    const p = Object.assign(document.createElement('p'), { className: 'note fault', textContent: text });
    box.replaceChildren(p);
  };

  // The same item was changed in another window: nothing is thrown away, the learner chooses.
  const clash = (entry, reply) => {
    const f = forms.get(entry.slot);
    const box = f && $('.faults', f);
    if (!box) return;
    const note = Object.assign(document.createElement('div'), { className: 'note fault' });
    const mine = Object.assign(document.createElement('button'), { type: 'button', className: 'btn', textContent: 'Save what is here instead' });
    const theirs = Object.assign(document.createElement('button'), { type: 'button', className: 'btn quiet', textContent: 'Show the other answer' });
    mine.addEventListener('click', () => { revs.set(entry.slot, reply.rev); box.replaceChildren(); enqueue(entry.slot, { response: read(f), flagged: $('[name=flag]', f).checked, note: $('[name=note]', f).value }); });
    theirs.addEventListener('click', () => location.assign(`${base}/${entry.slot}`));
    const row = Object.assign(document.createElement('p'), { className: 'cluster mt3' });
    row.append(mine, theirs);
    note.append(Object.assign(document.createElement('h2'), { textContent: 'Changed in another window' }),
      Object.assign(document.createElement('p'), { textContent: `Item ${entry.slot} was answered elsewhere at ${time(reply.saved_at).slice(0, 5)}; that answer is kept. What is here was not saved.` }), row);
    box.replaceChildren(note);
    if (line) { line.dataset.state = 'lost'; $('span', line).textContent = 'Not saved: changed elsewhere'; }
  };

  // The clock is the server's. The page adds what has passed since the server last said the time, by a clock that
  // nobody can set, and trusts the answer that was quickest to come.
  let offset = Infinity, deadline = 0, limit = 0;
  const heard = reply => {
    const o = reply.server_now - performance.now();
    offset = Number.isFinite(offset) ? Math.max(offset, o) : o; // the later reading lost less time on the way
    if (reply.deadline_at > 0) deadline = reply.deadline_at;
    tick();
  };

  // The operator may give minutes back, or end the attempt, while nothing is being saved: a page that is looked at asks
  // every few seconds, and less often while the end is far, since thousands may sit at once. What was given is shown
  // and said once.
  const askEvery = 4000, farFrom = 10 * 60000;
  let given = -1, asking = null;
  const ask = () => asking ??= (async () => {
    try {
      const res = await fetch(`${base}/clock`, { signal: AbortSignal.timeout(5000), cache: 'no-store' });
      if (!res.ok) return;
      const reply = await res.json();
      if (reply.limit > 0) limit = reply.limit;
      for (const g of given < 0 ? [] : reply.given.slice(given)) gift(g);
      given = reply.given.length;
      heard(reply);
      if (reply.state !== 'in_progress' && !ended && !waiting().length) { ended = true; location.assign(base); }
    } catch { /* no connection: saving says so, and the next question comes soon */ }
  })().finally(() => { asking = null; });
  const gift = g => {
    const text = `You were given ${some(g.minutes, 'minute', 'minutes')} more.`;
    const note = Object.assign(document.createElement('div'), { className: 'note done mb5' });
    const p = document.createElement('p');
    p.append(Object.assign(document.createElement('b'), { textContent: text }), ` ${g.reason}`);
    note.append(p);
    $('#lost').before(note);
    told.clear(); // the notices before the end come again
    if (deadline) say(`${text} ${g.reason}`);
  };
  const left = () => deadline - (performance.now() + offset);
  const leftWords = () => {
    const ms = left();
    if (ms <= 0) return 'time is up';
    if (ms <= 60000) return `${some(Math.ceil(ms / 1000), 'second', 'seconds')} left`;
    return `${some(Math.ceil(ms / 60000), 'minute', 'minutes')} left`;
  };
  const clock = $('[data-ends]');
  const told = new Set();
  const tick = () => {
    if (!clock || !deadline) return;
    const out = $('.left', clock), ms = left();
    out.textContent = leftWords().replace(/ ?minutes?/, ' min').replace(/ ?seconds?/, ' s');
    const last = ms < 5 * 60000;
    out.hidden = hiding() && !last;
    $('[data-clock-hide]').hidden = last;
    for (const [name, at] of [['half', limit / 2], ['five', 300000], ['one', 60000]]) {
      if (ms > at || told.has(name)) continue;
      told.add(name);
      if (ms < at - 20000) continue; // the page was opened later than that
      const open = waiting().length;
      say(leftWords() + (open ? `. ${some(open, 'answer is', 'answers are')} not saved yet; trying now.` : '.'));
      pause = 0; pump();
    }
    if (ms <= 0 && !ended) timeUp();
  };
  const hiding = () => { try { return localStorage.gwClock === 'hidden'; } catch { return false; } };
  let closing = false;
  const timeUp = async () => {
    if (closing) return;
    closing = true;
    await ask(); // the end may have been moved
    if (left() > 0) { closing = false; return; }
    ended = true;
    say('Time is up. Handing in.');
    ended = false; await flushed(20000); ended = true;
    const f = Object.assign(document.createElement('form'), { method: 'post', action: `${base}/submit` });
    f.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'timeup', value: '1' }));
    document.body.append(f);
    f.submit();
  };
  if (clock) {
    const hide = $('[data-clock-hide]');
    const label = () => { hide.textContent = hiding() ? 'Show clock' : 'Hide clock'; };
    hide.addEventListener('click', () => { try { localStorage.gwClock = hiding() ? '' : 'hidden'; } catch { /* private mode */ } label(); tick(); });
    $('[data-clock-say]').addEventListener('click', () => say(leftWords()));
    label();
    setInterval(tick, 1000);
    let beats = 0;
    setInterval(() => { if (!document.hidden && !ended && (left() < farFrom || ++beats % 3 === 0)) ask(); }, askEvery);
    for (const [target, event] of [[document, 'visibilitychange'], [window, 'pageshow'], [window, 'online']]) target.addEventListener(event, () => { tick(); pause = 0; pump(); if (!document.hidden) ask(); });
  }

  // Items: the form in the page, and those that were loaded ahead.
  const forms = new Map();
  let form = $('form[data-autosave]');
  const slotOf = f => Number(f.dataset.slot);
  const read = f => {
    const type = f.dataset.type;
    if (type === 'single' || type === 'multiple') return { choice: $$('[name=a]:checked', f).map(i => i.value) };
    if (type === 'ordering') return { choice: $$('[name=a]', f).map(i => i.value) };
    if (type === 'matching' || type === 'cloze') return { pairs: Object.fromEntries($$('[name^="p-"]', f).filter(i => i.value).map(i => [i.name.slice(2), i.value])) };
    return { text: $('[name=text]', f)?.value ?? '' };
  };
  const write = (f, r) => {
    const type = f.dataset.type;
    if (type === 'ordering') {
      const list = $('.order', f), rows = [...list.children];
      for (const v of r.choice ?? []) { const li = rows.find(x => $('[name=a]', x).value === v); if (li) list.append(li); }
      return;
    }
    $$('input[name=a]', f).forEach(i => { i.checked = (r.choice ?? []).includes(i.value); });
    $$('[name^="p-"]', f).forEach(i => { i.value = r.pairs?.[i.name.slice(2)] ?? ''; });
    if ($('[name=text]', f)) $('[name=text]', f).value = r.text ?? '';
  };
  const blank = r => !(r.choice?.length || r.text?.trim() || Object.values(r.pairs ?? {}).some(v => v));

  const adopt = f => {
    forms.set(slotOf(f), f);
    local($('[data-savedat]', f));
    revs.set(slotOf(f), Number($('[name=base]', f).value));
    for (const e of waiting()) { // what waits is newer than what the server sent
      if (e.slot !== slotOf(f)) continue;
      if (e.response) write(f, e.response);
      if (e.flagged !== undefined) $('[name=flag]', f).checked = e.flagged;
      if (e.note !== undefined) $('[name=note]', f).value = e.note;
    }
  };
  const nav = () => {
    const cells = $$('.nav60 [name=goto]', form);
    let done = 0, flags = 0;
    for (const c of cells) {
      const f = forms.get(Number(c.value));
      const now = Number(c.value) === slotOf(form);
      c.toggleAttribute('aria-current', now);
      if (now) c.setAttribute('aria-current', 'true');
      if (f) {
        if (f.dataset.touched || f.dataset.type !== 'ordering') c.dataset.s = !blank(read(f)) && !refused.has(slotOf(f)) ? 'done' : c.dataset.s === 'new' && !now ? 'new' : 'seen';
        c.toggleAttribute('data-f', $('[name=flag]', f).checked);
        c.toggleAttribute('data-x', refused.has(slotOf(f)));
      }
      if (now && c.dataset.s === 'new') c.dataset.s = 'seen';
      done += c.dataset.s === 'done'; flags += c.hasAttribute('data-f');
      $('.vh', c).textContent = { new: ', not seen yet', seen: ', seen, no answer', done: ', answered' }[c.dataset.s] + (c.hasAttribute('data-f') ? ', flagged' : '') + (c.hasAttribute('data-x') ? ', not saved' : '');
    }
    const count = $('[data-count]', form);
    if (count) count.textContent = `${done} answered, ${flags} flagged`;
  };
  const show = (n, push) => {
    const next = forms.get(n);
    if (!next || next === form) return Boolean(next);
    const side = $('aside', form);
    form.replaceWith(next);
    next.append(side);
    form = next;
    document.title = `Item ${n} of ${next.dataset.of} · groundwork`;
    if (push) history.pushState({ n }, '', `${base}/${n}`);
    if ($(`.nav60 [value="${n}"]`, form)?.dataset.s === 'new') enqueue(n, { seen: true });
    nav();
    scrollTo(0, 0);
    $('#it', form).focus({ preventScroll: true });
    return true;
  };

  let typing = 0;
  const changed = f => {
    f.dataset.touched = '1';
    clearTimeout(typing); typing = 0;
    enqueue(slotOf(f), { response: read(f) });
    nav();
  };
  const typed = () => { if (typing) { clearTimeout(typing); typing = 0; changed(form); } };

  const start = () => {
    deadline = Number(form.dataset.deadline); limit = Number(form.dataset.limit); given = Number(form.dataset.given);
    offset = Number(form.dataset.now) - performance.now();
    if (Math.abs(Date.now() - Number(form.dataset.now)) > 60000) {
      const min = Math.round((Date.now() - Number(form.dataset.now)) / 60000);
      const p = Object.assign(document.createElement('p'), { className: 'fine', textContent: `The clock of this device is ${some(Math.abs(min), 'minute', 'minutes')} ${min > 0 ? 'ahead' : 'behind'}. The exam goes by the server’s clock.` });
      $('.item', form).append(p);
    }
    if (left() <= limit / 2) told.add('half');
    adopt(form);
    nav();
    if (new URLSearchParams(location.search).has('run')) { // the page came anew: go on where the learner was, and tell what came of it
      $('#result button', form)?.focus();
      say($('#result + .note', form)?.textContent.trim() || $('#result [role=status]', form)?.textContent.trim());
    }
    document.addEventListener('change', e => {
      if (e.target.form !== form) return;
      if (e.target.name === 'flag') { enqueue(slotOf(form), { flagged: e.target.checked }); nav(); }
      else if (e.target.name === 'note') enqueue(slotOf(form), { note: e.target.value });
      else changed(form);
    });
    document.addEventListener('input', e => {
      if (e.target.closest?.('.order')) { if (e.target.form !== form || true) changed(form); return; }
      if (e.target.form !== form || !['text', 'textarea', 'number'].includes(e.target.type) || e.target.name === 'note') return;
      clearTimeout(typing);
      typing = setTimeout(() => changed(form), 800);
    });
    document.addEventListener('submit', e => {
      if (e.target !== form) return;
      const b = e.submitter;
      if (b?.name === 'move') return; // app.js moves in place
      typed();
      if (b?.name === 'clear') { e.preventDefault(); write(form, {}); form.dataset.touched = ''; enqueue(slotOf(form), { response: {} }); nav(); return; }
      if (b?.name === 'run') { e.preventDefault(); leave(`${base}/${slotOf(form)}?run=${Date.now()}#result`); return; } // another address each time, or nothing is loaded
      if (b?.name === 'goto' && b.value === 'review') { e.preventDefault(); leave(`${base}/review`); return; }
      if (b?.name === 'goto' && show(Number(b.value), true)) e.preventDefault();
    });
    addEventListener('popstate', () => { const n = Number(location.pathname.split('/').pop()); typed(); if (!show(n, false)) location.reload(); });
    addEventListener('pagehide', typed);
    addEventListener('beforeunload', e => { typed(); if (waiting().some(x => x.response) && lostSince) e.preventDefault(); });
    fetch(`${base}/items`, { signal: AbortSignal.timeout(30000) }).then(r => r.ok ? r.text() : Promise.reject()).then(html => {
      for (const f of $$('form[data-slot]', new DOMParser().parseFromString(html, 'text/html'))) if (!forms.has(slotOf(f))) adopt(document.importNode(f, true));
      document.documentElement.dataset.ahead = String(forms.size); // for tests: everything is here
    }).catch(() => { /* then moving goes by the form */ });
  };
  const leave = async url => {
    if (!await flushed(1500)) { status(); while (!await flushed(5000)) status(); }
    const [first] = [...refused.keys()].sort((a, b) => a - b);
    if (first) { // mended or cleared before the exam is looked over: there it would stand as blank
      show(first, true);
      $('[name=text]', form)?.focus();
      say(`Item ${first} was not saved: ${refused.get(first)}`);
      return;
    }
    location.assign(url);
  };

  if (form) start();
  const hand = $('[data-submit]');
  if (hand) hand.addEventListener('submit', async e => { // what waits goes in first; a second press does not wait
    if (!waiting().length || hand.dataset.pressed) return;
    e.preventDefault(); hand.dataset.pressed = '1';
    if (await flushed(8000)) hand.submit(); else { status(); say('Some answers are not saved yet. Press again to hand in without them.'); }
  });
  if (page.hasAttribute('data-over')) waiting().forEach(e => drop(e.key)); // they came too late; the page says so
  pump();
})();
