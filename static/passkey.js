// Passkeys: the device makes or signs, the form sends what it gave. Without
// this, or on a device without passkeys, the password does.
(() => {
  const forms = document.querySelectorAll('form[data-passkey]');
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
  const options = async url => {
    const res = await fetch(url, { method: 'POST' });
    if (!res.ok) throw new Error(res.status);
    return (await res.json()).publicKey;
  };
  forms.forEach(form => {
    const make = form.dataset.passkey === 'make', said = form.querySelector('[data-passkey-said]');
    const ask = async () => {
      const o = await options(form.dataset.options);
      return make ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(o) })
        : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(o) });
    };
    form.closest('[data-passkey-box]').hidden = false;
    form.addEventListener('submit', e => {
      e.preventDefault();
      said.textContent = '';
      ask().then(c => { form.elements.credential.value = JSON.stringify(c.toJSON()); form.submit(); })
        .catch(err => { said.textContent = err.message === '429' ? 'Too many tries. Wait a minute.' : 'Your device did not give a passkey. Nothing was changed; try again, or use the password.'; });
    });
  });
})();
