import { createContext, useContext } from 'react';
import type { Client } from '@som3d/client';

/** The SDK's client of the person who signed in. The shell provides it. */
export const ClientContext = createContext<Client | undefined>(undefined);

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error('ClientContext has no value');
  return client;
}
