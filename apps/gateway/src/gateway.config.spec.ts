import { readGatewaySettings } from './gateway.config.js';

const COMPLETE = {
  SERVICE_BUS_CONNECTION_STRING: 'Endpoint=sb://bus',
  ACCOUNTS_URL: 'http://accounts/',
  ORDERS_URL: 'http://orders',
  LEDGER_URL: 'http://ledger',
  AUDIT_URL: 'http://audit',
};

it('reads where the owners are', async () => {
  expect((await readGatewaySettings(COMPLETE)).owners.accounts).toBe('http://accounts');
});

it('starts nowhere with fault switches, as it cannot tell a local store from any other', async () => {
  const reading = readGatewaySettings({ ...COMPLETE, FAULTS_DIR: '/tmp/faults' });
  await expect(reading).rejects.toThrow('FAULTS_DIR is not for the gateway');
});
