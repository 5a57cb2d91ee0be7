import { RouteMethods } from './route-methods.js';

it('knows the methods of a path, and of its query strings', () => {
  const routes = new RouteMethods();
  routes.add('/v1/orders', 'POST');
  routes.add('/v1/orders', ['GET', 'HEAD']);
  routes.add('/v1/orders/:id/cancel', 'POST');
  expect(routes.at('/v1/orders?limit=1')).toEqual(['GET', 'HEAD', 'POST']);
  expect(routes.at('/v1/orders/ord_1/cancel')).toEqual(['POST']);
  expect(routes.at('/v1/orders/ord_1')).toEqual([]);
  expect(routes.at('/v1/orders/a/b/cancel')).toEqual([]);
});
