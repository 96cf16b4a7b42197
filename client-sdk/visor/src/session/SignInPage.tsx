import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Front } from '../shell/Front.tsx';
import { useTexts } from '../texts.ts';
import { SignInForm } from './SignInForm.tsx';
import { sessionTexts } from './session.texts.ts';

export function SignInPage() {
  const t = useTexts(sessionTexts);
  useEffect(() => {
    document.title = `${t.signIn} · SOM3D`;
  }, [t]);
  return (
    <Front>
      <h1>{t.signInTitle}</h1>
      <SignInForm secondary={<Link to="/recuperar">{t.forgot}</Link>} />
      <p>
        {t.noAccount} <Link to="/registro">{t.register}</Link>
      </p>
    </Front>
  );
}
