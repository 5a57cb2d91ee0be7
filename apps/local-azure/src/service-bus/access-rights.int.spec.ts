import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { RawClient } from './raw-client-fixture.js';
import { ServiceBusFixture, receiveOne } from './service-bus-fixture.js';

const TOPICS = [
  { name: 'orders', subscriptions: [{ name: 'ledger' }] },
  { name: 'ledger', subscriptions: [{ name: 'audit' }] },
];
const POLICIES = [
  { name: 'sender', rights: ['Send' as const], keys: ['c2VuZGVy'] },
  { name: 'listener', rights: ['Listen' as const], keys: ['bGlzdGVuZXI='] },
  { name: 'ofOrders', rights: ['Send' as const, 'Listen' as const], keys: ['b3JkZXJz'], entities: ['Orders'] },
  {
    name: 'gateway',
    rights: ['Listen' as const, 'ManageSubscriptions' as const],
    keys: ['Z2F0ZXdheQ=='],
    entities: ['orders'],
  },
  { name: 'identity', rights: ['Send' as const, 'Listen' as const], principal: 'oid-1', entities: ['orders'] },
];
const UNAUTHORIZED = { code: 'UnauthorizedAccess' };
const REFUSED = { code: 'UnauthorizedRequestError', statusCode: 401 };
const ISSUER = 'https://login.example.test/tenant/v2.0';
const LEDGER = 'orders/Subscriptions/ledger';

describe('what a key permits', () => {
  let bus: ServiceBusFixture;
  let signingKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    signingKey = privateKey;
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256' }] };
    bus = await ServiceBusFixture.start(TOPICS, { policies: POLICIES, entra: { issuer: ISSUER, jwks } });
  });

  afterAll(() => bus.dispose());

  const as = (name: string) => bus.connectAs(name, POLICIES.find((one) => one.name === name)!.keys![0]!);
  const adminAs = (name: string) => bus.administration(POLICIES.find((one) => one.name === name)!.keys![0]!, name);
  const send = (name: string, topic = 'orders') => as(name).createSender(topic).sendMessages({ body: name });

  it('sends with Send and not without', async () => {
    await send('sender');
    await expect(send('listener')).rejects.toMatchObject(UNAUTHORIZED);
    await expect(as('listener').createSender('orders').scheduleMessages({ body: 1 }, new Date())).rejects.toMatchObject(
      UNAUTHORIZED,
    );
  });

  it('receives, peeks and settles with Listen and not without', async () => {
    await bus.send('orders', { body: 1 });
    const listener = as('listener').createReceiver('orders', 'ledger');
    expect(await listener.peekMessages(1)).toHaveLength(1);
    await listener.completeMessage(await receiveOne(listener));
    const sender = as('sender').createReceiver('orders', 'ledger');
    await expect(sender.receiveMessages(1, { maxWaitTimeInMs: 100 })).rejects.toMatchObject(UNAUTHORIZED);
    await expect(sender.peekMessages(1)).rejects.toMatchObject(UNAUTHORIZED);
    await expect(as('sender').acceptNextSession('orders', 'ledger')).rejects.toMatchObject(UNAUTHORIZED);
  });

  it('is limited to its entities and what is below them', async () => {
    await send('ofOrders');
    expect(await as('ofOrders').createReceiver('orders', 'ledger').peekMessages(1)).toHaveLength(1);
    await expect(send('ofOrders', 'ledger')).rejects.toMatchObject(UNAUTHORIZED);
    const other = as('ofOrders').createReceiver('ledger', 'audit');
    await expect(other.receiveMessages(1, { maxWaitTimeInMs: 100 })).rejects.toMatchObject(UNAUTHORIZED);
  });

  it('is refused under the name of another key', async () => {
    const stranger = bus.connectAs('listener', POLICIES[0]!.keys![0]!);
    const receiver = stranger.createReceiver('orders', 'ledger');
    await expect(receiver.receiveMessages(1, { maxWaitTimeInMs: 100 })).rejects.toMatchObject(UNAUTHORIZED);
    const nobody = bus.connectAs('nobody', 'bm8ga2V5');
    await expect(nobody.createSender('orders').sendMessages({ body: 1 })).rejects.toMatchObject(UNAUTHORIZED);
  });

  it('administers with Manage and not without', async () => {
    expect((await bus.administration().getTopic('orders')).name).toBe('orders');
    for (const name of ['sender', 'listener']) {
      await expect(adminAs(name).getTopic('orders')).rejects.toMatchObject(REFUSED);
      await expect(adminAs(name).createTopic('mine')).rejects.toMatchObject(REFUSED);
      await expect(adminAs(name).deleteTopic('orders')).rejects.toMatchObject(REFUSED);
      await expect(adminAs(name).getNamespaceProperties()).rejects.toMatchObject(REFUSED);
    }
  });

  it('changes the rules of a subscription with Listen, as at the service', async () => {
    await adminAs('listener').createRule('orders', 'ledger', 'extra', { sqlExpression: '1=1' });
    await adminAs('listener').deleteRule('orders', 'ledger', 'extra');
    await expect(adminAs('sender').createRule('orders', 'ledger', 'x', { sqlExpression: '1=1' })).rejects.toMatchObject(
      REFUSED,
    );
  });

  it('may be the subscriptions of given topics only, which it then receives from', async () => {
    const gateway = adminAs('gateway');
    await gateway.createSubscription('orders', 'gateway-1', { autoDeleteOnIdle: 'PT5M' });
    await bus.send('orders', { body: 'heard' });
    expect((await receiveOne(as('gateway').createReceiver('orders', 'gateway-1'))).body).toBe('heard');
    expect((await gateway.getSubscription('orders', 'gateway-1')).subscriptionName).toBe('gateway-1');
    await gateway.deleteSubscription('orders', 'gateway-1');
    await expect(gateway.createSubscription('ledger', 'gateway-1')).rejects.toMatchObject(REFUSED);
    await expect(gateway.createTopic('mine')).rejects.toMatchObject(REFUSED);
    await expect(gateway.deleteTopic('orders')).rejects.toMatchObject(REFUSED);
    await expect(send('gateway')).rejects.toMatchObject(UNAUTHORIZED);
  });

  it('may be given by an authorization rule of the entity, with either of its keys, until it is taken away', async () => {
    const admin = bus.administration();
    const [primaryKey, secondaryKey] = [
      'cHJpbWFyeSBrZXkgb2YgdGhlIHJ1bGUgd2l0aCAzMiBieQ==',
      'c2Vjb25kYXJ5IGtleSBvZiB0aGUgcnVsZSB3aXRoIDMyIA==',
    ];
    const rule = {
      claimType: 'SharedAccessKey',
      accessRights: ['Send'] as 'Send'[],
      keyName: 'own',
      primaryKey,
      secondaryKey,
    };
    await admin.createTopic('shared/prices', { authorizationRules: [rule] });
    for (const key of [primaryKey, secondaryKey]) {
      await bus.connectAs('own', key).createSender('shared/prices').sendMessages({ body: 1 });
      await expect(bus.connectAs('own', key).createSender('orders').sendMessages({ body: 1 })).rejects.toMatchObject(
        UNAUTHORIZED,
      );
    }
    await expect(bus.administration(primaryKey, 'own').getTopic('shared/prices')).rejects.toMatchObject(REFUSED);
    await admin.deleteTopic('shared/prices');
    await admin.createTopic('shared/prices');
    const sender = bus.connectAs('own', primaryKey).createSender('shared/prices');
    await expect(sender.sendMessages({ body: 1 })).rejects.toMatchObject(UNAUTHORIZED);
  });

  it('ends with its token: the link is closed', async () => {
    const raw = await RawClient.connect(bus.port);
    const audience = `sb://127.0.0.1:${bus.port}/${LEDGER}`;
    expect(await raw.putToken(audience, bus.key)).toBe(202);
    const link = await raw.receive(LEDGER);
    while ((await raw.putToken(audience, bus.key, 2)) !== 202);
    expect(await link.ended).toBe('amqp:unauthorized-access');
    await raw.close();
  });

  it('has an Entra token only of the configured issuer, for the service, in time, and of a known principal', async () => {
    const token = (change: { iss?: string; aud?: string; oid?: string; exp?: number } = {}) => {
      const { iss = ISSUER, aud = 'https://servicebus.azure.net', oid = 'oid-1', exp = 3_600 } = change;
      const jwt = new SignJWT({ oid }).setProtectedHeader({ alg: 'RS256' }).setIssuer(iss).setAudience(aud);
      return jwt.setExpirationTime(Math.floor(Date.now() / 1_000) + exp).sign(signingKey);
    };
    const raw = await RawClient.connect(bus.port);
    const put = (text: string, path = LEDGER) => raw.putJwt(`sb://127.0.0.1:${bus.port}/${path}`, text);
    expect(await put(await token())).toBe(202);
    const link = await raw.receive(LEDGER);
    expect(await link.drain(1)).toBeGreaterThanOrEqual(0);
    const administer = async (path: string) => {
      const headers = { authorization: `Bearer ${await token()}` };
      return (await fetch(`http://127.0.0.1:${bus.port}/${path}`, { headers })).status;
    };
    expect([await administer(`${LEDGER}/Rules`), await administer('orders')]).toEqual([200, 401]);
    expect(await put(await token(), 'ledger')).toBe(401);
    expect(await put(await token({ oid: 'oid-2' }))).toBe(401);
    expect(await put(await token({ iss: 'https://elsewhere.test' }))).toBe(401);
    expect(await put(await token({ aud: 'https://cosmos.azure.com' }))).toBe(401);
    expect(await put(await token({ exp: -60 }))).toBe(401);
    const { privateKey } = await generateKeyPair('RS256');
    const forged = await new SignJWT({ oid: 'oid-1' })
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(ISSUER)
      .setAudience('https://servicebus.azure.net')
      .setExpirationTime('1h')
      .sign(privateKey);
    expect(await put(forged)).toBe(401);
    await raw.close();
  });
});

describe('an Entra token', () => {
  it('is refused where no issuer is configured', async () => {
    const bus = await ServiceBusFixture.start(TOPICS);
    const raw = await RawClient.connect(bus.port);
    expect(await raw.putJwt(`sb://127.0.0.1:${bus.port}/${LEDGER}`, 'a.b.c')).toBe(401);
    await raw.close();
    await bus.dispose();
  });
});
