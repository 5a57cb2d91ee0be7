import { connectCosmos } from './connect-cosmos.js';

jest.mock('@azure/identity', () => ({
  DefaultAzureCredential: class {
    getToken(): Promise<never> {
      return Promise.reject(new Error('nobody is signed in'));
    }
  },
}));

describe('connecting', () => {
  const endpoint = 'https://127.0.0.1:1/';

  it('asks nobody, whatever the address', async () => {
    const database = await connectCosmos({ endpoint, key: 'a2V5', database: 'ballast' });
    expect(database.id).toBe('ballast');
  });

  it('signs in with the identity of the process where no key is given', async () => {
    const database = await connectCosmos({ endpoint, database: 'ballast' });
    await expect(database.container('books').item('a', 'b').read()).rejects.toThrow('nobody is signed in');
  });
});
