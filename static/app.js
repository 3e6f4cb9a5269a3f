// Enhancement only: every page works with this file missing.
// Other scripts may ask for something to be said: dispatch a CustomEvent "say" with the text as its detail.
(() => {
  const root = document.documentElement;
  const $ = (q, el = document) => el.querySelector(q);
  const $$ = (q, el = document) => [...el.querySelectorAll(q)];
  root.classList.add('js');

  // Theme. The server writes data-theme from a cookie; here we only avoid the reload.
  // The answer is not followed: the cookie is all we want of it. One after the other, so that the last press wins.
  let posted = Promise.resolve();
  $$('[data-theme-toggle]').forEach(b => b.addEventListener('click', e => {
    e.preventDefault();
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    const body = new URLSearchParams({ theme: root.dataset.theme });
    posted = posted.then(() => fetch(b.form.action, { method: 'POST', body, redirect: 'manual', keepalive: true })).catch(() => { /* then it holds for this page */ });
  }));

  // A polite voice, used only when asked for or when something changed by the learner's own hand.
  const voice = $('#voice');
  const say = t => { if (voice) { voice.textContent = ''; setTimeout(() => { voice.textContent = t; }, 60); } };
  document.addEventListener('say', e => say(e.detail));

  // Ordering: arrows in place, and drag by the grip.
  // Bound to the document, since a script may put another item in place.
  const rows = list => [...list.children];
  const settle = (list, li) => {
    rows(list).forEach((x, i, all) => {
      x.classList.toggle('moved', x === li);
      $('[data-move="up"]', x).disabled = i === 0;
      $('[data-move="down"]', x).disabled = i === all.length - 1;
    });
    say(`Moved to place ${rows(list).indexOf(li) + 1} of ${rows(list).length}`);
    list.dispatchEvent(new Event('input', { bubbles: true }));
  };
  document.addEventListener('click', e => {
    const b = e.target.closest('.order [data-move]'); if (!b) return;
    e.preventDefault();
    const li = b.closest('li'), list = li.parentElement;
    if (b.dataset.move === 'up') li.previousElementSibling?.before(li); else li.nextElementSibling?.after(li);
    settle(list, li); (b.disabled ? $('[data-move]:not(:disabled)', li) : b)?.focus();
  });
  document.addEventListener('pointerdown', e => {
    const li = e.target.closest('.order .grip')?.closest('li'); if (!li || e.button) return;
    e.preventDefault(); li.classList.add('drag');
    const list = li.parentElement, start = rows(list).indexOf(li);
    const move = ev => {
      const over = rows(list).find(x => { const r = x.getBoundingClientRect(); return ev.clientY >= r.top && ev.clientY <= r.bottom; });
      if (!over || over === li) return;
      const r = over.getBoundingClientRect();
      if (ev.clientY < r.top + r.height / 2) over.before(li); else over.after(li);
    };
    const end = () => {
      removeEventListener('pointermove', move); removeEventListener('pointerup', end); removeEventListener('pointercancel', end);
      li.classList.remove('drag'); if (rows(list).indexOf(li) !== start) settle(list, li);
    };
    addEventListener('pointermove', move); addEventListener('pointerup', end); addEventListener('pointercancel', end);
  });

  // Keys: only on pages that name them, never while typing, and with a switch.
  // data-keys="off" is the reader's setting, kept by the server; the switch is for this browser.
  if ($('[data-keys]')) {
    const keys = $('[data-keys]');
    const store = { get: () => { try { return localStorage.getItem('keys'); } catch { return null; } }, set: v => { try { localStorage.setItem('keys', v); } catch { /* private mode */ } } };
    let on = (store.get() ?? keys.dataset.keys) !== 'off';
    const label = () => $$('[data-keys-switch]').forEach(sw => { sw.textContent = on ? 'Turn keys off' : 'Turn keys on'; });
    label();
    document.addEventListener('click', e => { if (e.target.closest('[data-keys-switch]')) { on = !on; store.set(on ? 'on' : 'off'); label(); } });
    addEventListener('keydown', e => {
      if (!on || e.defaultPrevented || e.repeat || e.ctrlKey || e.metaKey || e.altKey || !e.target.closest) return;
      if (e.target.closest('textarea, select, input:not([type=radio]):not([type=checkbox]), [contenteditable]')) return;
      // Enter and Space belong to what has the focus.
      if (e.key === 'Enter' && e.target.closest('a, button, summary') || e.key === ' ' && e.target.closest('a, button, summary, input')) return;
      const hit = $(`[data-key="${CSS.escape(e.key.toLowerCase())}"]`);
      if (hit) { e.preventDefault(); hit.focus(); hit.click(); }
    });
  }

  document.addEventListener('click', e => { if (e.target.closest('[data-print]')) print(); });
  addEventListener('beforeprint', () => $$('main details').forEach(d => { d.open = true; }));
})();
