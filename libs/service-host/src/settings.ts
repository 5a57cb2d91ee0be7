/** How a service names the settings it needs; each call declares one environment variable and returns its value. */
export interface SettingsReader {
  /** A text that is not empty; absent without a default, the start stops. */
  text(name: string, options?: { default?: string }): string;
  /** A text, or `undefined` where it is absent. */
  optionalText(name: string): string | undefined;
  /** A whole number from `min` to `max`. */
  integer(name: string, options: { min: number; max: number; default?: number }): number;
  /** `true` or `false`. */
  flag(name: string, options: { default: boolean }): boolean;
  /** One of a closed list of words. */
  word<Word extends string>(name: string, words: readonly Word[], options: { default: Word }): Word;
  /** A secret: from Key Vault (`COSMOS_KEY` is the secret `<prefix>cosmos-key`) where there is one, else the variable. */
  secret(name: string): string;
  /** A secret, or `undefined` where it is absent. */
  optionalSecret(name: string): string | undefined;
  /** Stops the start with this complaint about a setting. The complaint must not contain a value. */
  complain(name: string, complaint: string): void;
}

/** Settings are missing or wrong; `message` names every one of them and no value. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** The exit code of a process whose settings are wrong (`EX_CONFIG`), by which a supervisor knows not to start it again. */
const SETTINGS_EXIT_CODE = 78;

/** The settings; ends the process with exit code 78, and what is wrong with them, where they cannot be used. */
export async function settingsOrExit<T>(
  reading: Promise<T>,
  exit: (code: number) => never = (code) => process.exit(code),
): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    console.error(`${error.name}: ${error.message}`);
    return exit(SETTINGS_EXIT_CODE);
  }
}

/** Prefix of our secrets in a vault that others use too, unless `KEY_VAULT_PREFIX` says otherwise. */
const VAULT_PREFIX_DEFAULT = 'invttrdg-';

type Environment = Readonly<Record<string, string | undefined>>;
/** Reads the secret of that name, or `undefined` where the vault has none. */
export type Vault = (secretName: string) => Promise<string | undefined>;

/**
 * Reads everything that `declare` asks for. It is called twice, first to learn the names of the secrets, so it must do
 * nothing but read. Throws one `SettingsError` for all that is missing or wrong.
 */
export async function readSettings<T>(
  declare: (settings: SettingsReader) => T,
  env: Environment = process.env,
  openVault: (uri: string) => Promise<Vault> = openKeyVault,
): Promise<T> {
  const secretNames = new Set<string>();
  declare(new Reader(env, (name) => void secretNames.add(name)));
  const vaultUri = env['KEY_VAULT_URI'];
  const secrets = vaultUri ? await secretsOf(await openVault(vaultUri), [...secretNames], env) : {};
  const reader = new Reader({ ...env, ...secrets });
  const settings = declare(reader);
  if (reader.complaints.size > 0) throw new SettingsError([...reader.complaints].join('; '));
  return settings;
}

class Reader implements SettingsReader {
  readonly complaints = new Set<string>();

  constructor(
    private readonly env: Environment,
    private readonly onSecret: (name: string) => void = () => {},
  ) {}

  text(name: string, options: { default?: string } = {}): string {
    const value = this.optionalText(name) ?? options.default;
    if (value === undefined) this.complain(name, 'is missing');
    return value ?? '';
  }

  optionalText(name: string): string | undefined {
    return this.env[name] || undefined;
  }

  integer(name: string, options: { min: number; max: number; default?: number }): number {
    const text = this.optionalText(name);
    if (text === undefined && options.default !== undefined) return options.default;
    const value = /^-?\d{1,15}$/.test(text ?? '') ? Number(text) : Number.NaN;
    if (text === undefined) this.complain(name, 'is missing');
    else if (!(value >= options.min && value <= options.max)) {
      this.complain(name, `must be a whole number from ${options.min} to ${options.max}`);
    }
    return value;
  }

  flag(name: string, options: { default: boolean }): boolean {
    return this.word(name, ['true', 'false'], { default: options.default ? 'true' : 'false' }) === 'true';
  }

  word<Word extends string>(name: string, words: readonly Word[], options: { default: Word }): Word {
    const text = this.optionalText(name) ?? options.default;
    const word = words.find((candidate) => candidate === text);
    if (word === undefined) this.complain(name, `must be one of ${words.join(', ')}`);
    return word ?? options.default;
  }

  secret(name: string): string {
    this.onSecret(name);
    return this.text(name);
  }

  optionalSecret(name: string): string | undefined {
    this.onSecret(name);
    return this.optionalText(name);
  }

  complain(name: string, complaint: string): void {
    this.complaints.add(`${name} ${complaint}`);
  }
}

async function secretsOf(vault: Vault, names: readonly string[], env: Environment): Promise<Environment> {
  const prefix = env['KEY_VAULT_PREFIX'] ?? VAULT_PREFIX_DEFAULT;
  const found = await Promise.all(
    names.map(async (name) => [name, await vault(`${prefix}${name.toLowerCase().replaceAll('_', '-')}`)] as const),
  );
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

async function openKeyVault(uri: string): Promise<Vault> {
  const [{ SecretClient }, { DefaultAzureCredential }] = await Promise.all([
    import('@azure/keyvault-secrets'),
    import('@azure/identity'),
  ]);
  const client = new SecretClient(uri, new DefaultAzureCredential());
  return async (secretName) => {
    try {
      return (await client.getSecret(secretName)).value;
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return undefined;
      throw new SettingsError(`the secret ${secretName} cannot be read from Key Vault`, { cause: error });
    }
  };
}
