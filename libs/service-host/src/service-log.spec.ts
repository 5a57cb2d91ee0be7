import { runInTrace } from '@ballast/service-bus';
import { createServiceLog } from './service-log.js';

function lines(write: (log: ReturnType<typeof createServiceLog>) => void): {
  text: string;
  last: Record<string, unknown>;
} {
  let text = '';
  write(createServiceLog({ service: 'test', level: 'info' }, { write: (line: string) => void (text += line) }));
  return { text, last: JSON.parse(text.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown> };
}

it('writes JSON with level, time, service, fields and message', () => {
  const { last } = lines((log) => log.info({ orders: 3 }, 'done'));
  expect(last).toMatchObject({ level: 'info', service: 'test', orders: 3, msg: 'done' });
  expect(last['time']).toMatch(/^\d{4}-.*Z$/);
});

it('carries the correlation and trace of what is being handled', () => {
  const { last } = lines((log) =>
    runInTrace({ correlationId: 'req-1', traceparent: '00-a-b-01' }, () => log.info({}, 'handled')),
  );
  expect(last).toMatchObject({ correlationId: 'req-1', traceparent: '00-a-b-01' });
});

it.each([
  ['authorization', { headers: { Authorization: 'hunter2' } }],
  ['password', { password: 'hunter2' }],
  ['cookies', { headers: { cookie: 'hunter2', 'set-cookie': ['hunter2'] } }],
  ['API keys', { apiKey: 'hunter2', 'x-api-key': 'hunter2', api_key: 'hunter2' }],
  ['secrets', { clientSecret: 'hunter2', list: [{ secret: 'hunter2' }] }],
  ['tokens', { accessToken: 'hunter2' }],
  ['connection strings', { connectionString: 'hunter2' }],
  ['a key in a text', { reason: 'Endpoint=sb://x;SharedAccessKey=hunter2;A=b', other: 'AccountKey=hunter2' }],
  ['a token in a text', { reason: 'sent Bearer hunter2' }],
  ['an error', { err: new Error('cannot open Endpoint=sb://x;SharedAccessKey=hunter2') }],
  [
    'fields of an error',
    { err: Object.assign(new Error('no'), { request: { headers: { authorization: 'hunter2' } } }) },
  ],
])('hides %s', (_name, fields) => {
  expect(lines((log) => log.info(fields, 'said')).text).not.toContain('hunter2');
});

it('hides keys in the message itself', () => {
  expect(lines((log) => log.error({}, 'SharedAccessKey=hunter2 is wrong')).text).not.toContain('hunter2');
});

it('shows an error with its stack', () => {
  const { last } = lines((log) => log.error({ err: new TypeError('broken') }, 'failed'));
  expect(last['err']).toMatchObject({ type: 'TypeError', message: 'broken', stack: expect.stringContaining('spec') });
});
