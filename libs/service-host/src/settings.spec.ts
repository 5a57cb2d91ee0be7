import { platformSettings, readSettings, settingsOrExit, telemetrySettings } from './index.js';

const COMPLETE = {
  PORT: '0',
  COSMOS_ENDPOINT: 'http://cosmos/',
  COSMOS_KEY: 'the-key',
  SERVICE_BUS_CONNECTION_STRING: 'Endpoint=sb://bus',
  ACCOUNTS_URL: 'http://accounts/',
};

it('reads what every service needs', async () => {
  expect(await readSettings((settings) => platformSettings(settings), COMPLETE)).toEqual({
    host: '127.0.0.1',
    port: 0,
    cosmos: { endpoint: 'http://cosmos/', key: 'the-key', database: 'ballast' },
    serviceBus: { connectionString: 'Endpoint=sb://bus' },
    accountsUrl: 'http://accounts',
    logLevel: 'info',
    telemetry: { tracePercent: 100 },
  });
});

it('goes without keys where an Azure identity is used', async () => {
  const settings = await readSettings((reader) => platformSettings(reader), {
    ...COMPLETE,
    COSMOS_KEY: undefined,
    SERVICE_BUS_CONNECTION_STRING: '',
    SERVICE_BUS_NAMESPACE: 'ns',
  });
  expect(settings.cosmos).toEqual({ endpoint: 'http://cosmos/', database: 'ballast' });
  expect(settings.serviceBus).toEqual({ namespace: 'ns' });
});

it('names everything that is missing or wrong at once, and no value', async () => {
  const reading = readSettings((settings) => platformSettings(settings), {
    PORT: 'hunter2',
    LOG_LEVEL: 'hunter2',
    COSMOS_KEY: 'hunter2',
  });
  const message = await reading.catch((error: Error) => error.message);
  expect(message).toBe(
    'PORT must be a whole number from 0 to 65535; COSMOS_ENDPOINT is missing; ' +
      'SERVICE_BUS_CONNECTION_STRING or SERVICE_BUS_NAMESPACE is missing; ACCOUNTS_URL is missing; ' +
      'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent',
  );
});

describe('with a Key Vault', () => {
  const secrets: Record<string, string> = { 'invttrdg-api-key': 'from-vault', 'other-api-key': 'from-other' };
  const openVault = async () => async (name: string) => secrets[name];
  const declare = (reader: Parameters<Parameters<typeof readSettings>[0]>[0]) => ({
    apiKey: reader.secret('API_KEY'),
    second: reader.optionalSecret('SECOND_KEY'),
  });
  const env = { KEY_VAULT_URI: 'https://vault', API_KEY: 'from-env', SECOND_KEY: 'second-from-env' };

  it('takes a secret from there, and from the environment where it is not there', async () => {
    expect(await readSettings(declare, env, openVault)).toEqual({ apiKey: 'from-vault', second: 'second-from-env' });
  });

  it('takes another prefix', async () => {
    const settings = await readSettings(declare, { ...env, KEY_VAULT_PREFIX: 'other-' }, openVault);
    expect(settings.apiKey).toBe('from-other');
  });

  it('is not asked where there is none', async () => {
    const settings = await readSettings(declare, { ...env, KEY_VAULT_URI: undefined }, () =>
      Promise.reject(new Error('asked')),
    );
    expect(settings.apiKey).toBe('from-env');
  });
});

it('reads where telemetry goes, and names what is wrong with it', async () => {
  const read = (env: object) => readSettings((settings) => telemetrySettings(settings), env as NodeJS.ProcessEnv);
  expect(await read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/', METRICS_PORT: '9464' })).toEqual({
    otlpEndpoint: 'http://collector:4318',
    metricsPort: 9464,
    tracePercent: 100,
  });
  await expect(
    read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector', METRICS_PORT: 'x', TRACE_PERCENT: '101' }),
  ).rejects.toThrow(
    'OTEL_EXPORTER_OTLP_ENDPOINT must be a URL; METRICS_PORT must be a whole number from 0 to 65535; TRACE_PERCENT must be',
  );
});

it('does not start with fault switches where money is', async () => {
  const env = { ...COMPLETE, FAULTS_DIR: '/tmp/faults' };
  const reading = (more: object) => readSettings((settings) => platformSettings(settings), { ...env, ...more });
  await expect(reading({})).rejects.toThrow('FAULTS_DIR must not be set where the store is not local');
  const local = { COSMOS_ENDPOINT: 'http://127.0.0.1:1/' };
  await expect(reading({ ...local, NODE_ENV: 'production' })).rejects.toThrow(
    'FAULTS_DIR must not be set in production',
  );
  expect((await reading(local)).cosmos.endpoint).toBe('http://127.0.0.1:1/');
});

describe('a process whose settings are wrong', () => {
  const exits: number[] = [];
  const exit = (code: number): never => {
    exits.push(code);
    throw new Error('the process has ended');
  };
  beforeEach(() => (exits.length = 0));
  afterEach(() => jest.restoreAllMocks());

  it('says which, and ends so that nobody starts it again', async () => {
    const said = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const reading = readSettings((settings) => platformSettings(settings), { ...COMPLETE, PORT: '' });
    await expect(settingsOrExit(reading, exit)).rejects.toThrow('the process has ended');
    expect([exits, said.mock.calls]).toEqual([[78], [['SettingsError: PORT is missing']]]);
  });

  it('is not meant by any other error, nor by settings that are right', async () => {
    await expect(settingsOrExit(Promise.reject(new Error('the vault is away')), exit)).rejects.toThrow('vault');
    expect(await settingsOrExit(Promise.resolve(1), exit)).toBe(1);
    expect(exits).toEqual([]);
  });
});
