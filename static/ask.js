// Enhancement only: the form it stands beside does the same with a page of its own.
// The text streams in; if it turns out not to hold, it is taken back and the quotes stand.
(() => {
  const box = document.querySelector('[data-ask]'); if (!box) return;
  const $ = q => box.querySelector(q);
  const form = $('form'), text = $('[data-ask-text]'), by = $('[data-ask-by]'), failed = $('[data-ask-failed]');

  const fail = why => { text.hidden = by.hidden = true; text.textContent = ''; failed.textContent = why; failed.hidden = false; };

  // [2] becomes a link to the second passage.
  const cite = s => s.split(/(\[\d+\])/).map(part => {
    const m = /^\[(\d+)\]$/.exec(part); if (!m) return part;
    const a = document.createElement('a');
    a.href = '#passage-' + m[1]; a.textContent = part; a.setAttribute('aria-label', 'Passage ' + m[1]);
    return a;
  });

  const on = {
    delta: s => { text.append(s); },
    done: s => { text.replaceChildren(...cite(s)); text.removeAttribute('aria-busy'); by.hidden = false; over = true; },
    failed: s => { fail(s); over = true; },
  };
  let over = false;

  const run = async () => {
    const res = await fetch(box.dataset.ask, { headers: { Accept: 'text/event-stream' } });
    if (!res.ok || !res.body) throw new Error(res.status);
    const reader = res.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ''; ;) {
      const { value, done } = await reader.read(); if (done) break;
      const blocks = (rest + value).split('\n\n'); rest = blocks.pop();
      blocks.forEach(b => {
        const event = /^event: (.*)$/m.exec(b), data = /^data: (.*)$/m.exec(b);
        if (event && data) on[event[1]]?.(JSON.parse(data[1]));
      });
    }
    if (!over) throw new Error('cut off');
  };

  form.addEventListener('submit', e => {
    e.preventDefault();
    form.hidden = true; text.hidden = false; text.setAttribute('aria-busy', 'true'); text.tabIndex = -1; text.focus();
    run().catch(err => fail(err.message === '429' ? 'A moment: too many answers were composed from here. The passages stand without one.' : 'No answer could be composed just now. The passages stand without it.'));
  });
})();
