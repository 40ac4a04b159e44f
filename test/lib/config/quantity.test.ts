import { parseQuantity } from '../../../lib/config/quantity';

test.each([
  ['500m', 0.5],
  ['2', 2],
  [1.5, 1.5],
  ['256Mi', 268435456],
  ['1Gi', 1073741824],
  ['1G', 1e9],
  ['', undefined],
  ['-1', undefined],
  ['1Xi', undefined],
  [undefined, undefined],
])('%j is %j', (quantity, expected) => {
  expect(parseQuantity(quantity)).toBe(expected);
});
