/** Style sheet of the payer's page. Contrasts are at least 4.5:1, marks 3:1. */
export const PAGE_STYLE = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;min-height:100vh;display:flex;align-items:flex-start;justify-content:center;padding:16px 12px;
background:#eef2f5;color:#1b2733;font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{width:100%;max-width:32rem;background:#fff;border-radius:12px;padding:20px 20px 24px;text-align:center;
border-top:6px solid #5b6b7a;box-shadow:0 1px 3px rgba(27,39,51,.18)}
.brand{margin:0 0 12px;font-weight:700;letter-spacing:.08em;color:#46545f}
.mark{width:56px;height:56px;fill:none;stroke:#5b6b7a;stroke-width:3.5;stroke-linecap:round;stroke-linejoin:round}
h1{margin:6px 0 8px;font-size:1.5rem;line-height:1.25}
.text{margin:0 auto 16px;max-width:28rem}
.test{margin:0 0 20px;padding:8px 12px;border:1px solid #b58900;border-radius:8px;background:#fff8e1;color:#5c4300}
dl{margin:0 0 20px;font-size:.95rem;line-height:1.45;border-top:1px solid #d5dde3;text-align:left}
dl div{display:flex;gap:12px;padding:7px 0;border-bottom:1px solid #d5dde3}
dt{flex:0 0 6.25rem;color:#46545f}
dd{flex:1;min-width:0;margin:0;font-weight:500;overflow-wrap:anywhere}
nav{display:flex;flex-direction:column;gap:12px}
a{display:block;padding:12px 16px;border-radius:8px;border:2px solid #0b5cad;color:#0b5cad;font-weight:600;
text-decoration:none}
a:hover{text-decoration:underline}
a:focus-visible{outline:3px solid #1b2733;outline-offset:2px}
a.main{background:#0b5cad;color:#fff}
.hint{margin:20px 0 0;font-size:.9rem;color:#46545f}
.good{border-top-color:#1a7f4b}.good .mark{stroke:#1a7f4b}
.waiting{border-top-color:#a86a00}.waiting .mark{stroke:#a86a00}
.bad{border-top-color:#c22f2f}.bad .mark{stroke:#c22f2f}
@media (min-width:40rem){body{align-items:center;padding:32px 24px}main{max-width:36rem;padding:32px 40px}dt{flex-basis:8rem}
nav{flex-direction:row;justify-content:center}nav a{min-width:12rem}}
@media print{body{display:block;background:#fff;padding:0}main{max-width:none;box-shadow:none;border-radius:0}
nav,.hint{display:none}dl div{break-inside:avoid}}
`;
