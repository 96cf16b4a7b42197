/** What became of a variable of the predecessor's `.env`. */
export interface Translation {
  readonly name: string;
  /** For the operator: the variable that takes its place, or why nothing does. */
  readonly meaning: string;
  /** Nothing reads it. */
  readonly ignored: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;
type Values = Record<string, string>;

interface Rule {
  readonly meaning: string;
  /** Our variables, from the value of the predecessor's and the rest of the environment. */
  readonly ours?: (value: string, env: Environment) => Values;
}

const MINUTES_OF_A_DAY = 1440;
const TRUE = new Set(['1', 'true', 'yes', 'on']);

function isTrue(value: string | undefined): boolean {
  return TRUE.has((value ?? '').trim().toLowerCase());
}

function hasScheme(url: string): boolean {
  return /^[a-z][a-z+]*:\/\//i.test(url);
}

/** Origin of an address: `https://app.example.com/login` is `https://app.example.com`. */
function originOf(address: string): string {
  return URL.canParse(address) ? new URL(address).origin : address;
}

/** SQLAlchemy names the driver in the scheme: `mysql+pymysql://`. */
function withoutDriver(url: string): string {
  return url.replace(/^(mysql|mariadb)\+\w+:\/\//, '$1://');
}

const RULES: Readonly<Record<string, Rule>> = {
  MYSQL_URL: {
    meaning: 'MYSQL_URL; the driver in `mysql+pymysql://` is left out',
    ours: (value) => ({ MYSQL_URL: withoutDriver(value) }),
  },
  REFRESH_COOKIE_SAMESITE: {
    meaning: 'COOKIE_SAMESITE',
    ours: (value) => ({ COOKIE_SAMESITE: value.trim().toLowerCase() }),
  },
  REFRESH_COOKIE_SECURE: {
    meaning: 'COOKIE_SECURE',
    ours: (value) => ({ COOKIE_SECURE: String(isTrue(value)) }),
  },
  REFRESH_TOKEN_EXPIRE_MINUTES: {
    meaning: 'REFRESH_EXPIRE_DAYS, rounded up to whole days',
    ours: (value) => ({ REFRESH_EXPIRE_DAYS: String(Math.ceil(Number(value) / MINUTES_OF_A_DAY)) }),
  },
  FRONTEND_BASE_URL: {
    meaning: 'its origin is one of FRONTEND_ORIGINS',
    ours: (value, { FRONTEND_ORIGINS = '' }) => {
      const origins = [...FRONTEND_ORIGINS.split(','), originOf(value)].map((origin) => origin.trim()).filter(Boolean);
      return { FRONTEND_ORIGINS: [...new Set(origins)].join(',') };
    },
  },
  NGROK_URL: {
    meaning: 'BASE_URL, where that one is absent',
    ours: (value, { BASE_URL }): Values => (BASE_URL?.trim() ? {} : { BASE_URL: value }),
  },
  SMTP_USE_SSL: {
    meaning: 'SMTP_SECURE',
    ours: (value) => ({ SMTP_SECURE: String(isTrue(value)) }),
  },
  SMTP_USE_TLS: {
    meaning:
      'the same as without it: STARTTLS is used wherever the mail server offers it, and with SMTP_USER it is required unless SMTP_ALLOW_PLAIN=true',
  },
  S3_INSECURE: {
    meaning: 'the scheme of an S3_ENDPOINT that has none: http when true, else https',
    ours: (value, { S3_ENDPOINT }): Values =>
      S3_ENDPOINT && !hasScheme(S3_ENDPOINT)
        ? { S3_ENDPOINT: `${isTrue(value) ? 'http' : 'https'}://${S3_ENDPOINT}` }
        : {},
  },
};

/** Defaults of the predecessor that differ from ours. An `.env` without the variable relied on them. */
export const DEFAULTS_THAT_DIFFER: Readonly<Record<string, string>> = {
  DB_NAME: 'casaos',
  JWT_EXPIRE_MINUTES: '15',
};

/**
 * The environment with the predecessor's variables in our names. A variable of ours that is set wins over the
 * predecessor's.
 */
export function translatePredecessor(env: Environment): Environment {
  const translated: Values = {};
  for (const [name, { ours }] of Object.entries(RULES)) {
    const value = env[name]?.trim();
    if (!value || !ours) continue;
    for (const [own, text] of Object.entries(ours(value, { ...env, ...translated }))) {
      const isRewritten = own === name || own === 'FRONTEND_ORIGINS' || own === 'S3_ENDPOINT';
      if (isRewritten || !env[own]?.trim()) translated[own] = text;
    }
  }
  return { ...env, ...translated };
}

/** Variables that other programs of the process read. */
const OTHERS = /^(AWS_|OTEL_|NODE_|TOTALSEG|CUDA_|NVIDIA_|LD_|COMPOSE_|MYSQL_|MINIO_|TZ$|PATH$|HOME$|LANG)/;

/**
 * Says of each variable of an `.env` what it means now.
 *
 * @param names the variables of the file
 * @param known our own variables
 */
export function explainVariables(names: readonly string[], known: ReadonlySet<string>): Translation[] {
  return names.map((name) => {
    const rule = RULES[name];
    if (rule) return { name, meaning: rule.meaning, ignored: false };
    if (known.has(name) || OTHERS.test(name)) return { name, meaning: 'the same', ignored: false };
    return { name, meaning: 'nothing: no part of the service reads it', ignored: true };
  });
}
