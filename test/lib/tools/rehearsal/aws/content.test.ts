import { wrongIn } from '../../../../../lib/tools/rehearsal/aws/content';

const PAGE = { key: 'index.html', type: 'text/html', body: '<html></html>' };
const CONFIG = { key: 'config.json', type: 'application/json', body: '{"apiUrl":"https://d1.example.com"}' };

describe('the bucket of the frontend', () => {
  test('is right with its page and its values', () => {
    expect(wrongIn([PAGE, CONFIG])).toEqual([]);
  });

  test.each([
    ['nothing in it', [], ['index.html is not in the bucket', 'config.json is not in the bucket']],
    [
      'a page that browsers download',
      [{ ...PAGE, type: 'binary/octet-stream' }, CONFIG],
      ['index.html is binary/octet-stream and not text/html'],
    ],
    [
      'a value that nobody filled in',
      [PAGE, { ...CONFIG, body: '{"apiUrl":"<<marker:0xbaba:0>>"}' }],
      ['config.json has a marker in place of a value'],
    ],
    ['values that are no JSON', [PAGE, { ...CONFIG, body: '{' }], ['config.json is not JSON: {']],
  ])('is wrong with %s', (_, objects, problems) => {
    expect(wrongIn(objects)).toEqual(problems);
  });
});
