import type { Checkout } from '@som3d/client';

const GATEWAY = 'https://checkout.epayco.co';

interface Handler {
  open(fields?: object): void;
}

/** What ePayco's scripts add to the page: `checkout.js` and `checkout-v2.js`. */
interface Epayco {
  readonly checkout: { configure(settings: object): Handler };
}

function load(src: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = src;
    script.addEventListener('load', () => resolve());
    script.addEventListener('error', () => {
      script.remove();
      reject(new Error(`${src} did not load`));
    });
    document.head.append(script);
  });
}

/**
 * Opens the gateway's form. With a session the gateway itself holds the amount; otherwise the classic fields go along.
 *
 * @throws Error when the script does not load
 */
export async function openGateway({ session_id, key, test, ...fields }: Checkout): Promise<void> {
  await load(session_id ? `${GATEWAY}/checkout-v2.js` : `${GATEWAY}/checkout.js`);
  const { ePayco } = globalThis as unknown as { readonly ePayco: Epayco };
  if (session_id) ePayco.checkout.configure({ sessionId: session_id, type: 'onpage', test }).open();
  else ePayco.checkout.configure({ key, test }).open({ ...fields, external: String(fields.external) });
}
