import { createHmac } from 'node:crypto';
import { verifySignature, type SignedRequest } from './auth.js';

describe('the master-key signature', () => {
  const key = Buffer.from('secret');
  const now = Date.parse('Sat, 21 Nov 2026 10:00:00 GMT');
  const date = new Date(now).toUTCString();
  const signed = (text: string, over: Partial<SignedRequest> = {}): SignedRequest => {
    const signature = createHmac('sha256', key).update(text).digest('base64');
    const authorization = encodeURIComponent(`type=master&ver=1.0&sig=${signature}`);
    return { method: 'POST', segments: ['dbs', 'D', 'colls', 'C', 'docs'], authorization, date, ...over };
  };
  const text = `post\ndocs\ndbs/D/colls/C\n${date.toLowerCase()}\n\n`;

  it('is accepted for a feed and for an item', () => {
    expect(() => verifySignature(signed(text), key, now)).not.toThrow();
    const item = signed(`get\ndocs\ndbs/D/colls/C/docs/ünï\n${date.toLowerCase()}\n\n`, {
      method: 'GET',
      segments: ['dbs', 'D', 'colls', 'C', 'docs', 'ünï'],
    });
    expect(() => verifySignature(item, key, now)).not.toThrow();
  });

  it.each<[string, SignedRequest, number]>([
    ['another verb', signed(text, { method: 'DELETE' }), 401],
    ['another resource', signed(text, { segments: ['dbs', 'D', 'colls', 'E', 'docs'] }), 401],
    ['no signature', signed(text, { authorization: undefined }), 401],
    ['no date', signed(text, { date: undefined }), 401],
    ['a token of another type', signed(text, { authorization: 'type=aad&ver=1.0&sig=abc' }), 401],
    ['broken percent-encoding', signed(text, { authorization: '%E0%A4%A' }), 401],
  ])('is refused with %s', (_, request, status) => {
    expect(() => verifySignature(request, key, now)).toThrow(expect.objectContaining({ status }));
  });

  it.each([-16, 16])('is refused %d minutes off', (minutes) => {
    const verify = () => verifySignature(signed(text), key, now + minutes * 60_000);
    expect(verify).toThrow(expect.objectContaining({ status: 403 }));
  });
});
