/** One mail as it goes out. */
export interface Mail {
  /** Stays the same when the mail is tried again; receivers tell a repetition by it. */
  readonly id: number;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string | null;
}

/** Where mails go: a mail server, or a folder. */
export interface MailGateway {
  /**
   * Sends one mail.
   *
   * @returns the file it was written to, where mails are files
   * @throws when it was not accepted
   */
  send(mail: Mail): Promise<string | null>;
  close(): void;
}
