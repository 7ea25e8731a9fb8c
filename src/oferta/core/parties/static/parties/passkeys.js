// Passkeys: joins the buttons of our pages to allauth's dialogue with the browser.
// <… data-passkey="login|authenticate|add"> stands around button, hidden credential and error.
document.addEventListener('DOMContentLoaded', function () {
  const forms = window.allauth.webauthn.forms
  const calls = {
    login: forms.loginForm,
    authenticate: forms.authenticateForm,
    add: forms.addForm
  }
  const part = document.querySelector('[data-passkey]')
  if (!part) return
  if (!window.PublicKeyCredential) return
  part.hidden = false
  calls[part.dataset.passkey]({
    ids: {
      login: 'passkey-button',
      authenticate: 'passkey-button',
      add: 'passkey-button',
      credential: 'passkey-credential',
      passwordless: document.getElementById('passkey-alone') ? 'passkey-alone' : undefined,
      data: 'passkey-data'
    }
  })
  document.addEventListener('allauth.error', function (event) {
    event.preventDefault()
    const error = document.getElementById('passkey-error')
    error.hidden = false
    error.focus()
  })
})
