/** What is asked of the gateway for a Smart Checkout v2 session. Amounts in COP. */
export interface SessionRequest {
  readonly name: string;
  readonly description: string;
  readonly amount: number;
  readonly tax: number;
  readonly taxBase: number;
  readonly invoice: string;
  readonly response: string;
  readonly confirmation: string;
  readonly extra1: string;
  readonly test: boolean;
  readonly billing?: Payer;
}

/** Who pays, as far as it is known; the gateway fills its form with it. */
export interface Payer {
  readonly name?: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly address?: string | null;
}

/**
 * A payment as the gateway itself reports it. Values are the source text of its answer; what it did not say is absent.
 * The names are those of the confirmation, whichever of its interfaces was asked. `x_cod_response` is the code of the
 * state also where the gateway says it in words; `?` is a code that its list does not have.
 */
export interface GatewayPayment {
  readonly x_ref_payco?: string;
  readonly x_transaction_id?: string;
  readonly x_cod_response?: string;
  readonly x_amount?: string;
  readonly x_currency_code?: string;
  readonly x_id_invoice?: string;
  readonly x_extra1?: string;
  readonly x_test_request?: string;
  readonly x_approval_code?: string;
  readonly x_response?: string;
  readonly x_response_reason_text?: string;
  readonly x_transaction_date?: string;
  readonly x_description?: string;
}

/** The gateway did not answer, or not in a way that can be read: ask again later. */
export class GatewayUnavailable extends Error {}

/** What the gateway answered about a reference: the answer as it came, and the payment in it. */
export interface Validation {
  readonly answer: Readonly<Record<string, unknown>>;
  readonly payment: GatewayPayment;
}

/** The payment gateway. Every call ends within the configured time. */
export interface EpaycoGateway {
  /**
   * Looks up whatever reference a payer or an administrator has: the redirect's (hexadecimal) or the number.
   *
   * @returns `null` when the gateway does not know it
   * @throws GatewayUnavailable
   */
  validate(reference: string): Promise<Validation | null>;
  /**
   * The state of a payment for a decision about money. Asked in this order until one knows it: the authenticated
   * interface (with a private key), the validation endpoint by the redirect's references and by the number, the
   * transaction endpoint by the number. What is returned is about this very number.
   *
   * @param reference the number (`x_ref_payco`)
   * @param redirects references of the payer's redirect (`ref_payco`) that may lead to it
   * @returns `null` when the gateway knows none of them
   * @throws GatewayUnavailable when none of them knows it and one did not answer
   */
  payment(reference: string, redirects: readonly string[]): Promise<GatewayPayment | null>;
  /**
   * The numbers of the payments that were made with an invoice. Needs the private key.
   *
   * @throws GatewayUnavailable
   */
  referencesOf(invoice: string): Promise<string[]>;
  /**
   * Makes a checkout session. @returns its id
   *
   * @throws GatewayUnavailable, also when the gateway refuses
   */
  createSession(request: SessionRequest): Promise<string>;
}
