import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { chartWithNotes } from './notes';
import { platformValues, type Profile, runHelm, templateArgs, withoutServices } from './render';

const copy = chartWithNotes();

function notes(profile: Profile, values: object = {}, folder = copy): string {
  const output = runHelm(templateArgs(profile, ['--show-only', 'templates/notes.yaml'], folder), values);
  return (parse(output) as { notes: string }).notes;
}

test('list the services with their routes', () => {
  const text = notes('values-dev');
  expect(text).toContain('approval-request-service:8082  /api/approvals');
  expect(text).toContain('approval-processing-service:8083  /api/process  gRPC 9090 inside the cluster');
  expect(text).toContain('notification-service:8084  /api/notifications');
  expect(text).toContain('Kafka: kafka-service:9092 (mode zookeeper)');
});

test('say what is missing without the platform', () => {
  expect(
    notes('values-prod')
      .split('Not complete:')[1]!
      .trim()
      .split('\n')
      .map((line) => line.trim()),
  ).toEqual([
    '- approval-processing-service is not registered with a load balancer: services.approvalProcessing.targetGroup.arn is empty.',
    '- approval-processing-service cannot find employee-service: employeeService.host is empty.',
    '- approval-processing-service has no Kafka: kafka.msk.bootstrapServers is empty.',
    '- approval-processing-service has no Redis: redis.host is empty.',
    '- approval-request-service is not registered with a load balancer: services.approvalRequest.targetGroup.arn is empty.',
    '- approval-request-service cannot find employee-service: employeeService.host is empty.',
    '- approval-request-service has no Kafka: kafka.msk.bootstrapServers is empty.',
    '- notification-service is not registered with a load balancer: services.notification.targetGroup.arn is empty.',
    '- notification-service has no Kafka: kafka.msk.bootstrapServers is empty.',
    '- notification-service has no Redis: redis.host is empty.',
    ...['approval-processing-service', 'approval-request-service', 'notification-service'].map(
      (name) =>
        `- ${name} is pulled from Docker Hub, where erp/${name}:1.0.0 belongs to somebody else: global.imageRegistry is empty.`,
    ),
    '- All of 10.0.0.0/16 may reach the services: networkPolicy.loadBalancerCidrs is empty.',
  ]);
});

test('say what Kafka waits for on a cluster that nobody has prepared', () => {
  expect(notes('values-dev')).toContain(
    'Kafka stays pending without the StorageClass gp3 (storageClass.create makes it) and nodes with the label and the taint workload=kafka.',
  );
  expect(notes('values-dev', { storageClass: { create: true } })).not.toContain('Kafka stays pending');
});

test('have nothing to complain about when the platform has filled everything in', () => {
  const platform = parse(readFileSync(platformValues, 'utf8')) as object;
  for (const profile of ['values-dev', 'values-prod'] as const) {
    expect(notes(profile, platform)).not.toContain('Not complete');
  }
});

test('say when stand-ins run', () => {
  const platform = parse(readFileSync(platformValues, 'utf8')) as object;
  expect(
    notes('values-dev', { ...platform, standIn: { enabled: true } })
      .split('Not complete:')[1]!
      .trim(),
  ).toBe(
    '- Stand-ins run in place of the services: docker.io/hashicorp/http-echo:1.0.0 answers 200 to every HTTP path and nothing to gRPC.',
  );
});

test('do without services', () => {
  expect(notes('values', {}, withoutServices(chartWithNotes()))).toContain('Services:\n  none');
});
