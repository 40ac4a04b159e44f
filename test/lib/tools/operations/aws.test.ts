import { Aws, explainAwsError } from '../../../../lib/tools/operations/aws';

describe('an error of AWS', () => {
  const named = (name: string, message = '') => Object.assign(new Error(message), { name });
  test.each([
    [named('CredentialsProviderError', 'Could not load credentials from any providers'), 'no AWS credentials found'],
    [named('ExpiredTokenException'), 'AWS does not accept the credentials (ExpiredTokenException)'],
    [named('AccessDeniedException', 'kim may not'), 'not allowed: kim may not'],
    [
      named('Error', 'getaddrinfo ENOTFOUND eks.amazonaws.com'),
      'AWS cannot be reached: getaddrinfo ENOTFOUND eks.amazonaws.com',
    ],
    [named('TimeoutError'), 'AWS cannot be reached: TimeoutError'],
    [named('InternalFailure', 'oh'), 'InternalFailure: oh'],
  ])('%s becomes one line', (error, found) => {
    expect(explainAwsError(error)).toMatchObject({ result: 'not run', found });
  });

  test('is the same in another region of the same caller', () => {
    const aws = new Aws('ap-northeast-2', 'http://127.0.0.1:1');
    expect(aws.in('ap-northeast-2')).toBe(aws);
    expect(aws.in('us-east-1')).toMatchObject({ region: 'us-east-1', endpoint: 'http://127.0.0.1:1' });
  });
});
