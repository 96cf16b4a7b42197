interface Settings {
  readonly BASE_URL?: string | undefined;
  readonly HOST: string;
  readonly PORT: number;
}

const EVERY_INTERFACE = new Set(['0.0.0.0', '::']);

/** The address of a port on this machine, as a browser writes it. */
export function httpAddress(host: string, port: number): string {
  const name = EVERY_INTERFACE.has(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

/**
 * Where browsers, mails and the payment gateway reach this service: `BASE_URL`, or the address on which this process
 * listens. The `Host` of a request never counts: its sender chooses it.
 */
export class PublicAddress {
  readonly #settings: Settings;
  #port: number;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#port = settings.PORT;
  }

  /** The port that the system chose, when the configured one is 0. */
  listensOn(port: number): void {
    this.#port = port;
  }

  /** Without a slash at its end. */
  get url(): string {
    const { BASE_URL, HOST } = this.#settings;
    return BASE_URL?.replace(/\/+$/, '') ?? httpAddress(HOST, this.#port);
  }
}
