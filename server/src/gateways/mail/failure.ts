/** Why a mail was not accepted. */
export interface MailFailure {
  /** The server has judged this very mail and refuses it for good: another try gets the same answer. */
  readonly permanent: boolean;
  /** What went wrong, without addresses: fit for the log. */
  readonly reason: string;
  readonly code: unknown;
  readonly responseCode: unknown;
}

/** The server's answer to the sender, to the receiver or to the message. Other answers are about the connection. */
const ABOUT_THE_MAIL = new Set<unknown>(['EENVELOPE', 'EMESSAGE']);
/** "Authentication required": the operator can mend that. */
const AUTHENTICATION_REQUIRED = 530;
const ADDRESS = /[^\s<>"',;:()[\]]+@[^\s<>"',;:()[\]]+/g;

/** The text without addresses. A server can also name the receiver by the part before the `@` alone. */
function withoutAddresses(text: string, to: string): string {
  const [name = ''] = to.split('@');
  const hidden = text.replace(ADDRESS, '(address)');
  return name === '' ? hidden : hidden.replaceAll(name, '(address)');
}

/** Reads what the sending of a mail threw. */
export function failureOf(error: unknown, to: string): MailFailure {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  const message = error instanceof Error ? error.message : 'unknown error';
  const refused = typeof responseCode === 'number' && responseCode >= 500 && responseCode !== AUTHENTICATION_REQUIRED;
  return {
    permanent: refused && ABOUT_THE_MAIL.has(code),
    reason: withoutAddresses(message, to).replace(/\s+/g, ' ').slice(0, 300),
    code,
    responseCode,
  };
}
