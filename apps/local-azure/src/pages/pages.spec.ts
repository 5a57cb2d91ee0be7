import type { HttpReply, HttpRequest } from '../http/http-server.js';
import { html } from './html.js';
import { Pages } from './pages.js';

const KEY = 'a+key/with=signs';

describe('the pages', () => {
  const pages = new Pages(KEY);
  pages.served('status', 5672);
  pages.served('data', 8081);
  const view = { status: 200, title: 'A <title>', content: html`<p>${'<b>'}</p>`, data: { one: 1n } };
  const ask = (target: string, more: Partial<HttpRequest> = {}): Promise<HttpReply | undefined> => {
    const request = {
      method: 'GET',
      target,
      headers: {},
      body: Buffer.alloc(0),
      secure: false,
      connection: {},
      ...more,
    };
    const headers = { host: 'localhost:8081', ...request.headers };
    return pages.answer('data', { ...request, headers }, () => view);
  };
  const withKey = `?key=${encodeURIComponent(KEY)}`;

  it('leave every other path alone', async () => {
    for (const path of ['/', '/$status', '/$database', '/dbs', '/$data/x']) expect(await ask(path)).toBeUndefined();
  });

  it.each(['', '?key=', '?key=wrong', `${withKey}x`])('show nothing for %j but a form for the key', async (search) => {
    const reply = await ask(`/$data${search}`);
    expect(reply).toMatchObject({ status: 401, body: expect.stringContaining('name="key"') });
    expect(reply!.body).not.toContain('title&gt;');
    expect(reply!.headers).not.toHaveProperty('set-cookie');
    expect(await ask(`/$data.json${search}`)).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
  });

  it('open for the key in the address, as a bearer token and in the cookie that it leaves', async () => {
    const shown = await ask(`/$data${withKey}`);
    expect(shown).toMatchObject({ status: 200, body: expect.stringContaining('<p>&lt;b&gt;</p>') });
    const cookie = shown!.headers['set-cookie']!;
    expect(cookie).toContain('; HttpOnly; SameSite=Strict');
    const headers = { cookie: `other=1; ${cookie.split(';', 1)[0]}` };
    expect(await ask('/$data', { headers })).toMatchObject({ status: 200 });
    expect(await ask('/$data', { headers: { authorization: `Bearer ${KEY}` } })).toMatchObject({ status: 200 });
    for (const wrong of ['local-azure-key=x', 'local-azure-key=%', 'local-azure-key=']) {
      expect(await ask('/$data', { headers: { cookie: wrong } })).toMatchObject({ status: 401 });
    }
  });

  it('open for the key typed into the form, and for no other', async () => {
    const type = (key: string) =>
      ask('/$data', { method: 'POST', body: Buffer.from(new URLSearchParams({ key }).toString()) });
    const opened = await type(KEY);
    expect(opened).toMatchObject({ status: 303, headers: { location: '/$data' } });
    expect(opened!.headers['set-cookie']).toContain(encodeURIComponent(KEY));
    const refused = await type('wrong');
    expect(refused).toMatchObject({ status: 401, body: expect.stringContaining('This is not the key.') });
    expect(refused!.headers).not.toHaveProperty('set-cookie');
    expect(await ask('/$data', { method: 'DELETE' })).toMatchObject({ status: 405 });
  });

  it('link to each other and to their JSON, never with the key, and run nothing', async () => {
    const { body, headers } = (await ask(`/$data${withKey}&container=a%26b`))!;
    expect(body).toContain('href="http://localhost:5672/$status"');
    expect(body).toContain('href="/$data.json?container=a%26b"');
    expect(body).not.toContain(encodeURIComponent(KEY));
    expect(body).toContain('<h1>A &lt;title&gt;</h1>');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(await ask(`/$data.json${withKey}`)).toMatchObject({ status: 200, body: '{"one":"1"}' });
  });

  it('have an address that opens them', () => {
    expect(pages.address('status', '127.0.0.1')).toBe('http://127.0.0.1:5672/$status?key=a%2Bkey%2Fwith%3Dsigns');
  });
});
