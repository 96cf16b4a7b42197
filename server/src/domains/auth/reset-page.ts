import { createHash } from 'node:crypto';

/**
 * The page of the link for a new password. It is the same for everybody: the token stays in the address, from where the
 * script takes it. Nothing comes from another place, and nothing runs but what is hashed in the policy.
 */
const STYLE = `
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5 }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #f3f6f9; color: #16202b }
main { box-sizing: border-box; width: min(26rem, 100%); padding: 2rem 1.5rem; background: #fff; border-radius: 0.75rem }
p.brand { margin: 0; font-weight: 700; letter-spacing: 0.08em; color: #0b5c8a }
h1 { margin: 0.25rem 0 1rem; font-size: 1.5rem; line-height: 1.25 }
label { display: block; margin: 1rem 0 0.25rem; font-weight: 600 }
input { box-sizing: border-box; width: 100%; min-height: 2.75rem; padding: 0.5rem 0.75rem; font: inherit;
  color: inherit; background: transparent; border: 1px solid #5d6b7a; border-radius: 0.375rem }
label.show { display: flex; gap: 0.5rem; align-items: center; min-height: 2.75rem; margin: 0.25rem 0; font-weight: 400 }
label.show input { width: 1.25rem; min-height: 1.25rem; margin: 0 }
button { width: 100%; min-height: 2.75rem; margin-top: 0.75rem; font: inherit; font-weight: 600; color: #fff;
  background: #0b5c8a; border: 0; border-radius: 0.375rem; cursor: pointer }
button[disabled] { opacity: 0.6; cursor: progress }
:focus-visible { outline: 3px solid #2f9bd8; outline-offset: 2px }
.hint { margin: 0.375rem 0 0; color: #4a5764; font-size: 0.9rem }
#message { margin: 1rem 0 0; font-weight: 600 }
#message:empty { display: none }
.error { color: #a3121c }
.done { color: #11663a }
@media (prefers-color-scheme: dark) {
  body { background: #10161c; color: #e7edf3 }
  main { background: #1a232c }
  p.brand { color: #6fc0ee }
  .hint { color: #b4c0cb }
  .error { color: #ff9aa0 }
  .done { color: #7fdba6 }
}
`;

const SCRIPT = `
const form = document.querySelector('form');
const message = document.querySelector('#message');
const [first, second] = [document.querySelector('#password'), document.querySelector('#again')];
const button = form.querySelector('button');
const token = new URLSearchParams(location.search).get('token');
const say = (text, kind) => { message.textContent = text; message.className = kind; };
document.querySelector('#show').addEventListener('change', (event) => {
  for (const field of [first, second]) field.type = event.target.checked ? 'text' : 'password';
});
const refuse = (field, text) => {
  say(text, 'error');
  field.setAttribute('aria-invalid', 'true');
  field.focus();
};
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  for (const field of [first, second]) field.removeAttribute('aria-invalid');
  if (first.value.length < 8) return refuse(first, 'La contraseña debe tener 8 caracteres o más.');
  if (first.value !== second.value) return refuse(second, 'Las dos contraseñas no son iguales.');
  button.disabled = true;
  say('Guardando…', 'hint');
  try {
    const answer = await fetch('../reset-password', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, new_password: first.value }),
      credentials: 'omit',
    });
    if (answer.ok) {
      form.remove();
      history.replaceState(null, '', location.pathname);
      say('Su contraseña se cambió. Ya puede cerrar esta página e iniciar sesión.', 'done');
      message.focus();
      return;
    }
    const problem = await answer.json().catch(() => ({}));
    say(problem.detail || 'No se pudo cambiar la contraseña. Intente de nuevo.', 'error');
  } catch {
    say('No hay conexión con el servicio. Intente de nuevo.', 'error');
  }
  button.disabled = false;
});
`;

function documentOf(title: string, content: string): string {
  return `<!doctype html>
<html lang="es">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · SOM3D</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="brand">SOM3D</p>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`;
}

/** The form for the new password, typed twice. */
export const RESET_PAGE = documentOf(
  'Elija una contraseña nueva',
  `<form novalidate>
<label for="password">Contraseña nueva</label>
<input id="password" type="password" autocomplete="new-password" minlength="8" maxlength="128" required
  aria-describedby="rule message" autofocus>
<p class="hint" id="rule">8 caracteres o más.</p>
<label for="again">Repítala</label>
<input id="again" type="password" autocomplete="new-password" minlength="8" maxlength="128" required
  aria-describedby="message">
<label class="show"><input id="show" type="checkbox"> Mostrar lo que escribo</label>
<button type="submit">Cambiar la contraseña</button>
</form>
<p id="message" role="status" aria-live="polite" tabindex="-1"></p>
<noscript><p class="error">Esta página necesita JavaScript. Actívelo, o pida un código en lugar de un enlace.</p></noscript>
<script>${SCRIPT}</script>`,
);

/** What a link shows that was used, has run out or was never given. */
export const SPENT_LINK_PAGE = documentOf(
  'Este enlace ya no sirve',
  '<p>El enlace no es válido, ya se usó o venció. Pida uno nuevo desde la página de inicio de sesión.</p>',
);

/** The same for the link of the first start, which stands two steps below the application. */
export const SPENT_DEMO_PAGE = documentOf(
  'Este enlace ya no sirve',
  '<p>Sirve una vez, por 15 minutos y en la misma máquina. <a href="../">Ingrese con el correo y la contraseña</a> que mostró el primer inicio.</p>',
);

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** The policy of both pages. */
export const RESET_PAGE_POLICY = [
  "default-src 'none'",
  `style-src ${hashOf(STYLE)}`,
  `script-src ${hashOf(SCRIPT)}`,
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');
