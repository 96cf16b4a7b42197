const STYLE = `
  :root { color-scheme: light dark; --text: #1d2730; --soft: #55636f; --line: #d9e0e5; --code: #f3f6f8; --link: #0b6e6e; --page: #fff; }
  @media (prefers-color-scheme: dark) {
    :root { --text: #e4eaee; --soft: #9fb0bc; --line: #2c3942; --code: #182229; --link: #5cc9c4; --page: #10171c; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.6 system-ui, sans-serif; }
  main { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
  h1 { font-size: 1.7rem; line-height: 1.2; margin: 0.5rem 0; }
  h2 { font-size: 1.2rem; margin: 2.5rem 0 0.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
  a { color: var(--link); }
  nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin: 1rem 0; }
  code { font: 0.9em ui-monospace, monospace; background: var(--code); padding: 0.1em 0.3em; border-radius: 4px; overflow-wrap: anywhere; }
  pre { background: var(--code); border: 1px solid var(--line); border-radius: 8px; padding: 0.9rem; overflow-x: auto; }
  pre code { background: none; padding: 0; overflow-wrap: normal; }
  .table { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.8rem 0.4rem 0; border-bottom: 1px solid var(--line); }
  .soft { color: var(--soft); }
`;

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function code(text: string): string {
  return `<pre tabindex="0"><code>${escape(text.trim())}</code></pre>`;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: string;
}

const SECTIONS: readonly Section[] = [
  {
    id: 'primera-llamada',
    title: 'Primera llamada',
    body: `<p>El servicio habla JSON. Esta llamada no necesita sesión y dice si está en marcha:</p>
${code(`
API=http://127.0.0.1:8000
curl $API/health
`)}
<p>Los planes también se pueden ver sin sesión: <code>curl $API/plans</code>.</p>`,
  },
  {
    id: 'ingreso',
    title: 'Ingresar',
    body: `<p>Con el correo y la contraseña se recibe un token, que vale una hora y va en cada llamada:</p>
${code(`
curl $API/auth/login -c cookies.txt -H 'content-type: application/json' \\
  -d '{"correo":"maria.gomez@example.com","password":"Sierra-Nevada-2026"}'
# {"access_token":"eyJ…","token_type":"bearer"}

TOKEN=eyJ…
curl $API/auth/me -H "authorization: Bearer $TOKEN"
`)}
<p>Con el SDK:</p>
${code(`
import { createClient } from '@som3d/client';

const guest = createClient({ baseUrl: 'http://127.0.0.1:8000' });
const login = await guest.auth.login({ body: { correo, password } });
const client = createClient({ baseUrl: 'http://127.0.0.1:8000', token: login.body.access_token });
`)}
<p>El ingreso deja además las cookies <code>refresh_token</code> y <code>csrf_token</code>. Con ellas,
<code>POST /auth/refresh</code> da el token siguiente; el valor de <code>csrf_token</code> va en <code>X-CSRF-Token</code>.
Cinco contraseñas erradas bloquean la cuenta por 15 minutos (429).</p>`,
  },
  {
    id: 'subida',
    title: 'Subir un estudio',
    body: `<p>Un estudio es un ZIP de archivos DICOM. Los campos de texto van antes del archivo. Con
<code>Idempotency-Key</code> la misma subida se puede repetir sin crear otro trabajo.</p>
${code(`
curl $API/som3d/jobs -H "authorization: Bearer $TOKEN" -H 'idempotency-key: rodilla-01' \\
  -F nombre_proceso='Rodilla derecha' -F file=@estudio.zip
`)}
${code(`
import { uploadJob } from '@som3d/client';

const job = await uploadJob(client, { file, filename: 'estudio.zip' });
`)}
<p>Por una red que se corta, la subida se hace por partes y continúa desde lo que ya llegó. El servicio habla el protocolo
tus 1.0.0 (tus.io) en <code>/som3d/uploads</code>; una subida vence un día después de lo
último que llegó. Cuando está completa se hace de ella el trabajo:</p>
${code(`
curl -i -X POST $API/som3d/uploads -H "authorization: Bearer $TOKEN" \\
  -H 'tus-resumable: 1.0.0' -H "upload-length: $(wc -c < estudio.zip)"
# Location: /som3d/uploads/8d0f6a52-3c1b-4f7e-9b64-2a5d7e1c9f03

UPLOAD=8d0f6a52-3c1b-4f7e-9b64-2a5d7e1c9f03
curl -X PATCH $API/som3d/uploads/$UPLOAD -H "authorization: Bearer $TOKEN" -H 'tus-resumable: 1.0.0' \\
  -H 'upload-offset: 0' -H 'content-type: application/offset+octet-stream' --data-binary @estudio.zip
curl -I $API/som3d/uploads/$UPLOAD -H "authorization: Bearer $TOKEN"   # upload-offset: desde dónde se continúa
curl $API/som3d/jobs/from-upload -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \\
  -d '{"upload_id":"8d0f6a52-3c1b-4f7e-9b64-2a5d7e1c9f03","nombre_proceso":"Rodilla derecha"}'
`)}
<p>El SDK lo hace solo en el navegador con archivos de 16 MiB o más, también después de recargar la página; con pausa:</p>
${code(`
import { resumableUpload } from '@som3d/client';

const upload = resumableUpload(client, {
  file,
  onProgress: (loaded, total, { bytesPerSecond, secondsLeft }) => console.log(loaded / total, bytesPerSecond, secondsLeft),
});
upload.pause();
upload.resume();
const job = await upload.job;
`)}
<p>La respuesta es el trabajo, con su <code>job_id</code>. 402 es que falta una suscripción; 413, que el archivo es demasiado
grande.</p>`,
  },
  {
    id: 'espera',
    title: 'Esperar el resultado',
    body: `<p>El avance llega en vivo por server-sent events. El último evento cierra la respuesta:</p>
${code(`
curl -N $API/som3d/jobs/$JOB/events -H "authorization: Bearer $TOKEN"
`)}
${code(`
import { waitForJob } from '@som3d/client';

await waitForJob(client, job.job_id, { onProgress: ({ phase, percent }) => console.log(phase, percent) });
`)}
<p>Donde un proxy no deja pasar eventos sirve <code>GET /som3d/jobs/{id}/progress</code> cada dos segundos. Un trabajo termina en
<code>done</code>, en <code>error</code> (con una frase en <code>error</code>) o en <code>canceled</code>.</p>`,
  },
  {
    id: 'resultados',
    title: 'Descargar los modelos',
    body: `<p>Cada modelo viene como STL, GLB y PNG, con sus medidas; todos juntos, como ZIP y como 3MF:</p>
${code(`
curl $API/som3d/jobs/$JOB/stls -H "authorization: Bearer $TOKEN"
curl $API/som3d/jobs/$JOB/result/bytes -H "authorization: Bearer $TOKEN" -o modelos.zip
`)}
${code(`
const { body } = await client.som3d.stls({ params: { id: job.job_id } });
for (const model of body.items) console.log(model.filename, model.volume_cm3, model.url);
`)}
<p>Las direcciones firmadas sirven sin sesión hasta que vencen: se piden cuando se usan y no se guardan. Con
<code>POST /som3d/jobs/{id}/finalize</code> el resultado queda en el historial de un paciente.</p>`,
  },
  {
    id: 'pagos',
    title: 'Pagar',
    body: `<p><code>POST /subscriptions/start</code> (un médico) o <code>POST /hospitals/start-subscription</code> (un hospital)
devuelve los datos con los que el navegador abre el pago de ePayco. La pasarela confirma sola; lo que diga el navegador no
cuenta. Después se pregunta:</p>
${code(`
curl $API/subscriptions/start -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '{"plan_id":1}'
curl $API/subscriptions/mine/status -H "authorization: Bearer $TOKEN"
`)}
<p>Cuando <code>active</code> es <code>true</code>, la suscripción está vigente.</p>`,
  },
  {
    id: 'errores',
    title: 'Errores',
    body: `<p>Un error es un documento <code>application/problem+json</code> (RFC 9457). <code>detail</code> es una frase para la
persona; <code>request_id</code> es lo que el soporte necesita. Se decide por <code>status</code> y <code>type</code>, nunca por
el texto.</p>
${code(`
{
  "type": "urn:som3d:problem:validation",
  "title": "Datos no válidos",
  "status": 422,
  "detail": "nombres: Entrada inválida: se esperaba texto, recibido número",
  "request_id": "cc5100f9-81f9-48e8-bcaa-13d6b0383255",
  "errors": [{ "loc": ["body", "nombres"], "msg": "Entrada inválida: se esperaba texto, recibido número", "type": "invalid_type" }]
}
`)}
<div class="table"><table>
<thead><tr><th>Estado</th><th>Qué hacer</th></tr></thead>
<tbody>
<tr><td>400, 413, 415, 422</td><td>Corregir la solicitud</td></tr>
<tr><td>401</td><td>Renovar el token una vez; si no, ingresar de nuevo</td></tr>
<tr><td>402</td><td>Pagar o activar una suscripción</td></tr>
<tr><td>403, 404</td><td>Parar: no está permitido, o el registro no existe para quien pregunta</td></tr>
<tr><td>409</td><td>Leer otra vez el registro: su estado no lo permite, o ya existe</td></tr>
<tr><td>410</td><td>La subida venció: empezar otra</td></tr>
<tr><td>423, 429, 503</td><td>Repetir después de los segundos de <code>Retry-After</code></td></tr>
<tr><td>507</td><td>Eliminar lo que la cuenta ya no necesita: <code>GET /auth/me/usage</code></td></tr>
<tr><td>500, 502</td><td>Repetir un GET; un POST, solo con <code>Idempotency-Key</code></td></tr>
</tbody></table></div>`,
  },
];

/** The guide of the reference, a page without scripts: from the first call to the errors. */
export const GUIDE = `<!doctype html>
<html lang="es">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>SOM3D · Guía de la API</title>
  <link rel="icon" href="icon.svg" type="image/svg+xml">
  <style>${STYLE}</style>
</head>
<body>
<main>
  <p class="soft"><a href="../docs">← Referencia de la API</a></p>
  <h1>Guía de la API de SOM3D</h1>
  <p>De la tomografía al modelo 3D en siete pasos. Los ejemplos usan curl y el SDK <code>@som3d/client</code>.</p>
  <nav aria-label="Contenido">${SECTIONS.map(({ id, title }) => `<a href="#${id}">${title}</a>`).join(' ')}</nav>
  ${SECTIONS.map(({ id, title, body }) => `<h2 id="${id}">${title}</h2>\n${body}`).join('\n  ')}
</main>
</body>
</html>
`;
