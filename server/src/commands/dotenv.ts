import { existsSync } from 'node:fs';

export const DOTENV = '.env';

/** Adds the variables of `.env` to the environment. A variable that is set already stays. */
export function loadDotenv(): void {
  if (existsSync(DOTENV)) process.loadEnvFile(DOTENV);
}
