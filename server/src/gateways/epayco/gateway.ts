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
 * A payment as the gateway itself tells it. Values are the source text of its answer; what it did not say is absent.
 * The names are those of the confirmation, whichever of its interfaces was asked.
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

/** The payment gateway. Every call ends within the configured time. */
export interface EpaycoGateway {
  /**
   * Looks a payment up at the public validation endpoint.
   *
   * @param refs references to try in turn
   * @returns the whole answer for the first reference that is known, `null` when none is
   * @throws GatewayUnavailable
   */
  validate(refs: readonly string[]): Promise<Readonly<Record<string, unknown>> | null>;
  /**
   * The state of a payment for a decision about money: with the private key from the authenticated interface, else from
   * the validation endpoint. What is returned is about this very reference.
   *
   * @param reference the numeric, signed one (`x_ref_payco`)
   * @param redirects references of the payer's redirect (`ref_payco`) that may lead to it
   * @returns `null` when the gateway knows none of them
   * @throws GatewayUnavailable
   */
  payment(reference: string, redirects: readonly string[]): Promise<GatewayPayment | null>;
  /**
   * Makes a checkout session. @returns its id
   *
   * @throws GatewayUnavailable, also when the gateway refuses
   */
  createSession(request: SessionRequest): Promise<string>;
}
