import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import '../ui/tokens.css';
import { useFormats } from '../format.ts';
import { planTexts } from '../plan/plan.texts.ts';
import { language } from '../settings.ts';
import { useStore } from '../store.ts';
import { LanguageContext, useTexts } from '../texts.ts';
import { Alert } from '../ui/Alert.tsx';
import { Facts } from '../ui/Page.tsx';
import { keptCheckout } from './checkout.ts';
import { openGateway } from './gateway.ts';
import styles from './pay.module.css';

/**
 * The page of a payment. It stands alone, because the gateway's script may run here and nowhere else: here is no session
 * and nothing of a patient.
 */
function Pay() {
  const t = useTexts(planTexts);
  const format = useFormats();
  const [state, setState] = useState<'ready' | 'opening' | 'failed'>('ready');
  const [checkout] = useState(keptCheckout);
  const open = async () => {
    if (!checkout || state === 'opening') return;
    setState('opening');
    try {
      await openGateway(checkout);
      setState('ready');
    } catch {
      setState('failed');
    }
  };
  return (
    <main className={styles['pay']}>
      <h1>{t.payTitle}</h1>
      {checkout ? (
        <>
          <Facts
            facts={[
              [t.plan, checkout.name],
              [t.amount, format.money(Number(checkout.amount))],
              [t.invoice, checkout.invoice],
            ]}
          />
          {checkout.test && <Alert kind="info">{t.test}</Alert>}
          <p>
            {t.external} {t.after}
          </p>
          <div role="alert">{state === 'failed' && <Alert>{t.gatewayFailed}</Alert>}</div>
          <button type="button" onClick={() => void open()} aria-busy={state === 'opening'}>
            {state === 'opening' ? t.opening : t.go}
          </button>
        </>
      ) : (
        <p>{t.noCheckout}</p>
      )}
      <a href="./plan">{t.backToPlan}</a>
    </main>
  );
}

function App() {
  return (
    <LanguageContext value={useStore(language)}>
      <Pay />
    </LanguageContext>
  );
}

const container = document.querySelector('#app');
if (!container) throw new Error('pago.html has no #app');
createRoot(container).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
