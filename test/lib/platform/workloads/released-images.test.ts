import type * as http from 'node:http';
import { EventEmitter } from 'node:events';
import type { Manifest } from '../../../../lib/assembly/kubernetes/manifests';
import { chartWith, config, helmValues, only, resources, synth, upstream } from '../../synth';
import { delivery } from '../delivery/fixture';
import { release } from './release';

const send = jest.fn();
jest.mock(
  '@aws-sdk/client-ssm',
  () => ({
    SSMClient: jest.fn(() => ({ send })),
    GetParametersCommand: jest.fn((input) => input),
  }),
  { virtual: true },
);
const put = jest.fn();
jest.mock('node:https', () => ({
  request: (url: string, _options: object, callback: (response: http.IncomingMessage) => void) => ({
    on: jest.fn(),
    end: (body: string) => {
      put(url, JSON.parse(body));
      const response = Object.assign(new EventEmitter(), { statusCode: 200, resume: jest.fn() });
      callback(response as unknown as http.IncomingMessage);
      response.emit('end');
    },
  }),
}));

const app = synth({ configs: [config('dev', { delivery })] });
const template = app.template('ErpDev');
const tags = only(template, 'Custom::ReleasedImages');

describe('a deployment of the workloads never puts an old image back', () => {
  test('its tags are what the reader answers, not what the template says', () => {
    const { services } = helmValues(template, 'erp-microservices');
    for (const [key, { image }] of Object.entries<{ image: { tag: string } }>(services)) {
      const [reader] = Object.keys(resources(template, 'Custom::ReleasedImages'));
      expect(image.tag).toBe(`<{'Fn::GetAtt':['${reader}','${key}']}>`);
    }
  });

  test('its pods run the image of their own repository at that tag', () => {
    const deployments = release(template, 'erp-dev').filter(({ kind }) => kind === 'Deployment') as (Manifest & {
      spec: { template: { spec: { containers: { image: string }[] } } };
    })[];
    const images = deployments
      .flatMap(({ spec }) => spec.template.spec.containers)
      .map(({ image }) => image)
      .filter((image) => image.includes('/erp/'));
    const registry = '111111111111.dkr.ecr.ap-northeast-2.amazonaws.com';
    expect(images.sort()).toEqual([
      `${registry}/erp/approval-processing-service:released-approvalProcessing`,
      `${registry}/erp/approval-request-service:released-approvalRequest`,
      `${registry}/erp/notification-service:released-notification`,
    ]);
  });

  test('no stack creates or changes the parameters that the pipeline writes', () => {
    for (const { id } of app.assembly().stacks) {
      for (const { Properties } of Object.values(resources(app.template(id), 'AWS::SSM::Parameter')))
        expect(JSON.stringify(Properties.Name ?? '')).not.toContain('/images/');
    }
    expect(JSON.stringify(template.toJSON())).not.toMatch(/ssm:Put|ssm:Delete|resolve:ssm/);
  });

  test('the reader looks again whenever the chart or its values change, so also on a rollback of those', () => {
    const releaseOf = (chart?: string) =>
      JSON.stringify(
        only(synth({ configs: [config('dev', { delivery })], chart }).template('ErpDev'), 'Custom::ReleasedImages')
          .Properties.Release,
      );
    const now = releaseOf();
    expect(now).toMatch(/\\"chart\\":\\"[0-9a-f]{64}\\"/);
    expect(releaseOf()).toBe(now);
    expect(releaseOf(chartWith('dev', { services: { notification: { hpa: { maxReplicas: 4 } } } }))).not.toBe(now);
    // Everything that reaches the chart reaches the reader, references to other stacks included.
    const references = (value: unknown) => [...JSON.stringify(value).matchAll(/"Fn::\w+":/g)].length;
    const chart = only(template, 'Custom::AWSCDK-EKS-HelmChart', { Release: 'erp-microservices' }).Properties;
    expect(references(chart.Values) - 3).toBe(references(tags.Properties.Release));
  });

  test('the reader may read before it is asked', () => {
    const [id] = Object.keys(resources(template, 'Custom::ReleasedImages'));
    const [policy] = Object.entries(resources(template, 'AWS::IAM::ManagedPolicy')).filter(([each]) =>
      each.startsWith('ReleasedImages'),
    );
    expect(upstream(template, id!)).toContain(policy![0]);
    const [read] = policy![1].Properties.PolicyDocument.Statement;
    expect(read.Action).toBe('ssm:GetParameters');
    expect(JSON.stringify(read.Resource)).toContain(':parameter/erp/dev/images/notification-service');
  });

  test('what the values file says counts until the first release', () => {
    expect(tags.Properties.Defaults).toEqual({
      approvalProcessing: 'latest',
      approvalRequest: 'latest',
      notification: 'latest',
    });
    expect(tags.Properties.Parameters.notification).toBe('/erp/dev/images/notification-service');
  });
});

test('without a pipeline the values file decides', () => {
  expect(helmValues(synth().template('ErpDev'), 'erp-microservices').services.notification).not.toHaveProperty('image');
});

describe('the reader', () => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a plain JavaScript module, after its mocks
  const { handler, tags: read } = require('../../../../lambda/released-images') as {
    handler: (event: object) => Promise<void>;
    tags: (properties: object) => Promise<Record<string, string>>;
  };
  const properties = {
    Parameters: { one: '/erp/dev/images/one', two: '/erp/dev/images/two' },
    Defaults: { one: 'latest', two: '1.0.0' },
  };
  const event = {
    RequestType: 'Update',
    ResponseURL: 'https://cloudformation.example/answer',
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Tags',
    PhysicalResourceId: 'Tags',
    ResourceProperties: properties,
  };

  beforeEach(() => {
    jest.spyOn(console, 'log').mockImplementation();
    jest.spyOn(console, 'error').mockImplementation();
    send.mockReset();
    put.mockReset();
  });

  test('answers what has been released, and the default for what has not', async () => {
    send.mockResolvedValue({ Parameters: [{ Name: '/erp/dev/images/two', Value: 'abc' }] });
    await handler(event);
    expect(put).toHaveBeenCalledWith(
      event.ResponseURL,
      expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: 'Tags', Data: { one: 'latest', two: 'abc' } }),
    );
  });

  test('fails the deployment when it cannot read, instead of guessing', async () => {
    send.mockRejectedValue(new Error('throttled'));
    await handler(event);
    expect(put).toHaveBeenCalledWith(
      event.ResponseURL,
      expect.objectContaining({ Status: 'FAILED', Reason: 'Reading the released image tags: throttled' }),
    );
  });

  test('lets itself be deleted without reading anything', async () => {
    await handler({ ...event, RequestType: 'Delete' });
    expect(send).not.toHaveBeenCalled();
    expect(put).toHaveBeenCalledWith(event.ResponseURL, expect.objectContaining({ Status: 'SUCCESS', Data: {} }));
  });

  test('asks for ten parameters at a time', async () => {
    const names = Array.from({ length: 23 }, (_, i) => [`s${i}`, `/p/${i}`]);
    send.mockImplementation(({ Names }: { Names: string[] }) => ({
      Parameters: Names.map((Name) => ({ Name, Value: `tag of ${Name}` })),
    }));
    const found = await read({ Parameters: Object.fromEntries(names), Defaults: {} });
    expect(send.mock.calls.map(([{ Names }]) => Names.length)).toEqual([10, 10, 3]);
    expect(found.s22).toBe('tag of /p/22');
  });
});
