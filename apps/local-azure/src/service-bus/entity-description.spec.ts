import { versionAfter } from './entity-description.js';

describe('the version of an entity', () => {
  afterEach(() => jest.restoreAllMocks());

  it('is the moment of its change, but never that of the version before', () => {
    jest.spyOn(Date, 'now').mockReturnValue(100);
    expect([versionAfter(), versionAfter(7), versionAfter(100), versionAfter(250)]).toEqual([100, 100, 101, 251]);
  });
});
