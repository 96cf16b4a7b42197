/** One mail to send. */
export interface Mail {
  readonly id: number;
  /** Names the mail among all mails of all services. It stays the same when the mail is sent again. */
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string | null;
}

/** The destination of mails: a mail server or a folder. */
export interface MailGateway {
  /**
   * Sends one mail.
   *
   * @returns the file of the mail, where mails are files
   * @throws when the server does not accept the mail
   */
  send(mail: Mail): Promise<string | null>;
  close(): void;
}
