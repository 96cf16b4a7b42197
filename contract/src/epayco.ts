import { z } from 'zod';

/** What a browser needs to open a checkout of the payment gateway: the fields of its script tag. */
export const Checkout = z
  .object({
    key: z.string().meta({ description: 'Llave pública de la cuenta' }),
    amount: z.string().meta({ description: 'COP con dos decimales', examples: ['39900.00'] }),
    name: z.string(),
    description: z.string(),
    currency: z.literal('cop'),
    country: z.literal('co'),
    lang: z.literal('es'),
    test: z.boolean(),
    external: z.boolean(),
    response: z.string().meta({ description: 'Página a la que vuelve quien paga' }),
    confirmation: z.string().meta({ description: 'Dirección que recibe la confirmación' }),
    invoice: z.string().meta({ description: 'Única para cada intento' }),
    extra1: z.string().meta({ description: 'Identificador de la suscripción' }),
    tax: z.string(),
    tax_base: z.string(),
    tax_ico: z.string(),
    name_billing: z.string().optional(),
    email_billing: z.string().optional(),
    mobilephone_billing: z.string().optional(),
    address_billing: z.string().optional(),
    session_id: z
      .string()
      .optional()
      .meta({
        description: 'Sesión de Smart Checkout v2, cuyo monto no se puede cambiar; ausente si no se pudo crear',
      }),
  })
  .meta({ id: 'Checkout' });
export type Checkout = z.infer<typeof Checkout>;

/** Answer of the routes that start a subscription. */
export const StartedCheckout = z
  .object({
    suscripcion_id: z.int(),
    checkout: Checkout,
    onpage_html: z.string().meta({ description: 'Etiqueta script de ePayco con los mismos datos' }),
  })
  .meta({ id: 'StartedCheckout' });
export type StartedCheckout = z.infer<typeof StartedCheckout>;
