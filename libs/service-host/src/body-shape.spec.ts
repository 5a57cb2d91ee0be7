import { BODY_DEPTH_MAX, BODY_MEMBERS_MAX, shapeError } from './body-shape.js';

const nested = (depth: number): unknown => JSON.parse('[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2));

describe('the shape of a body', () => {
  it('is bounded in depth', () => {
    expect(shapeError(nested(BODY_DEPTH_MAX))).toBeUndefined();
    expect(shapeError(nested(BODY_DEPTH_MAX + 2))).toMatch('deeper than 32 levels');
  });

  it('is bounded in size, over all levels', () => {
    const items = Array.from({ length: BODY_MEMBERS_MAX - 1 }, () => 1);
    expect(shapeError({ items })).toBeUndefined();
    expect(shapeError({ items, one: 1 })).toMatch('more than 10000 fields');
  });

  it.each([undefined, null, 'text', 1, {}, []])('is right for %p', (value) =>
    expect(shapeError(value)).toBeUndefined(),
  );
});
