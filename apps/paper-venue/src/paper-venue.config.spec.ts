import { readConfig } from './paper-venue.config.js';

describe('the configuration', () => {
  it('has a value for everything', () => {
    expect(readConfig({})).toMatchObject({
      port: 3010,
      control: false,
      host: '127.0.0.1',
      initialCash: '100000000.00',
    });
  });

  it('reads the environment', () => {
    const environment = {
      PORT: '0',
      DATA_DIR: '/d',
      CONTROL: 'true',
      BARS_PER_SECOND: '2.5',
      SEED: 's',
      INITIAL_CASH: '1',
      SHORTING: 'true',
    };
    expect(readConfig(environment)).toEqual({
      port: 0,
      dataDir: '/d',
      control: true,
      barsPerSecond: 2.5,
      seed: 's',
      shorting: true,
      initialCash: '1',
      host: '127.0.0.1',
    });
  });

  it.each([{ PORT: 'x' }, { PORT: '70000' }, { CONTROL: 'yes' }, { BARS_PER_SECOND: '0' }, { INITIAL_CASH: '1e3' }])(
    'names what it cannot use: %p',
    (environment) => {
      expect(() => readConfig(environment)).toThrow(Object.keys(environment)[0]);
    },
  );
});
