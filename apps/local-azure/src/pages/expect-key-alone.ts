/** That the page at an address with its key opens for the key alone: typed in, as a cookie after that, or as a bearer. */
export async function expectOpensForItsKeyAlone(addressWithKey: string): Promise<void> {
  const address = new URL(addressWithKey);
  const key = address.searchParams.get('key')!;
  address.search = '';
  const signIn = (typed: string) =>
    fetch(address, { method: 'POST', body: new URLSearchParams({ key: typed }), redirect: 'manual' });
  expect((await fetch(address)).status).toBe(401);
  expect((await fetch(`${address.href}.json`)).status).toBe(401);
  expect((await signIn('wrong')).status).toBe(401);
  const opened = await signIn(key);
  expect(opened.status).toBe(303);
  const cookie = opened.headers.get('set-cookie')!.split(';', 1)[0]!;
  expect((await fetch(address, { headers: { cookie } })).status).toBe(200);
  expect((await fetch(`${address.href}.json`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(200);
}
