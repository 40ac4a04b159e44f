import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Manifest } from '../../lib/assembly/kubernetes/manifests';
import { platformValues, type Profile, render, specificationValues } from './render';

const platform = parse(readFileSync(platformValues, 'utf8')) as Record<string, object>;

/** A service as short as an entry may be. */
export const leastService = {
  name: 'expense-service',
  port: 8085,
  image: { repository: 'erp/expense-service', tag: '1.2.3' },
  api: { route: 'expenses' },
};

/** Everything that is off by default. */
export const allOptions = {
  global: { imagePullSecrets: ['registry'] },
  commonLabels: { team: 'erp' },
  serviceDefaults: {
    env: { LOG_LEVEL: 'info' },
    secretEnv: { DB_PASSWORD: { secret: 'mysql-secret', key: 'password' } },
    config: { 'application.yaml': 'logging.level.root: INFO\n' },
    hpa: { enabled: false },
    podAnnotations: { note: 'all options' },
    serviceAccount: { annotations: { note: 'all options' } },
    readinessGates: ['example.com/ready'],
    nodeSelector: { 'kubernetes.io/arch': 'amd64' },
    tolerations: [{ key: 'spot', operator: 'Exists', effect: 'NoSchedule' }],
  },
  networkPolicy: { vpcEndpoints: true },
  kafka: {
    env: { KAFKA_COMPRESSION_TYPE: 'zstd' },
    topics: [{ name: 'audit', partitions: 6, config: { 'retention.ms': '604800000' } }],
  },
  zookeeper: { env: { ZOOKEEPER_MAX_CLIENT_CNXNS: '30' } },
  storageClass: { create: true },
  xray: { daemonSet: { tolerations: [{ operator: 'Exists' }] } },
  resourceQuota: { enabled: true },
  limitRange: { enabled: true },
  priorityClasses: { create: true },
};

const inputs: Record<string, [Profile, object]> = {
  'no services': ['values', {}],
  'one service': ['values', { services: { expense: leastService } }],
  dev: ['values-dev', {}],
  'dev as the platform installs it': ['values-dev', platform],
  'dev with KRaft': ['values-dev', { kafka: { mode: 'kraft' } }],
  'dev with one broker': ['values-dev', { kafka: { replicas: 1 }, zookeeper: { replicas: 1 } }],
  'dev with every option': ['values-dev', allOptions],
  'dev with stand-ins': ['values-dev', { ...platform, standIn: { enabled: true } }],
  'dev without sidecars': ['values-dev', { xray: { sidecar: { enabled: false } } }],
  "the specification's entries": ['values', parse(readFileSync(specificationValues, 'utf8')) as object],
  prod: ['values-prod', {}],
  'prod as the platform installs it': ['values-prod', platform],
};

/** The renderings that every general rule is checked on. */
export const variants: [string, Manifest[]][] = Object.entries(inputs).map(([name, [profile, values]]) => [
  name,
  render(profile, values),
]);
