import { type Container, type PodTemplateSpec } from 'kubernetes-types/core/v1';
import { isKind, type Manifest, ofKind } from '../../lib/assembly/kubernetes/manifests';
import { validateManifests } from '../lib/assembly/kubernetes/validate';
import { find } from './render';
import { variants } from './variants';

/** Every pod template with the object it belongs to. */
function podTemplates(manifests: readonly Manifest[]): [Manifest, PodTemplateSpec][] {
  return manifests.flatMap((manifest): [Manifest, PodTemplateSpec][] => {
    if (
      isKind(manifest, 'apps/v1/Deployment') ||
      isKind(manifest, 'apps/v1/StatefulSet') ||
      isKind(manifest, 'apps/v1/DaemonSet') ||
      isKind(manifest, 'batch/v1/Job')
    ) {
      return [[manifest, manifest.spec!.template]];
    }
    return [];
  });
}

function containers(template: PodTemplateSpec): Container[] {
  return [...(template.spec!.initContainers ?? []), ...template.spec!.containers];
}

const allContainers = (manifests: readonly Manifest[]): Container[] =>
  podTemplates(manifests).flatMap(([, template]) => containers(template));

const includes = (labels: Record<string, string> = {}, selector: Record<string, string> = {}): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

/** Bytes or cores of a quantity. */
function amount(quantity: string): number {
  const [, digits, unit] = /^([0-9.]+)([a-zA-Z]*)$/.exec(quantity)!;
  const factors: Record<string, number> = { m: 1e-3, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };
  return Number(digits) * (unit ? factors[unit]! : 1);
}

describe.each(variants)('%s', (_, manifests) => {
  test('is what an API server with strict validation accepts', () => {
    expect(validateManifests(manifests)).toEqual([]);
  });

  test('selects pods that exist, with selectors that never change', () => {
    const pods = podTemplates(manifests).map(([owner, template]) => ({
      namespace: owner.metadata.namespace,
      labels: template.metadata!.labels!,
    }));
    const selectors = [
      ...podTemplates(manifests)
        .filter(([owner]) => owner.kind !== 'Job')
        .map(([owner]): [Manifest, unknown] => [
          owner,
          (owner as unknown as { spec: { selector: { matchLabels: unknown } } }).spec.selector.matchLabels,
        ]),
      ...ofKind(manifests, 'v1/Service')
        .filter(({ spec }) => spec?.type !== 'ExternalName')
        .map((service): [Manifest, unknown] => [service, service.spec?.selector]),
      ...ofKind(manifests, 'policy/v1/PodDisruptionBudget').map((budget): [Manifest, unknown] => [
        budget,
        budget.spec?.selector?.matchLabels,
      ]),
    ] as [Manifest, Record<string, string>][];
    for (const [owner, selector] of selectors) {
      expect(Object.keys(selector)).toEqual(['app', 'app.kubernetes.io/name', 'app.kubernetes.io/instance']);
      expect(
        pods.filter(({ namespace, labels }) => namespace === owner.metadata.namespace && includes(labels, selector)),
      ).toHaveLength(1);
    }
  });

  test('labels pods with their selector only, so that a new chart version restarts nothing', () => {
    for (const [, template] of podTemplates(manifests)) {
      expect(Object.keys(template.metadata!.labels!)).toEqual([
        'app',
        'app.kubernetes.io/name',
        'app.kubernetes.io/instance',
      ]);
    }
    for (const { metadata, spec } of ofKind(manifests, 'apps/v1/StatefulSet')) {
      expect(spec!.volumeClaimTemplates!.map((claim) => claim.metadata)).toEqual([{ name: `${metadata!.name}-data` }]);
    }
  });

  test('labels every object with the standard labels', () => {
    for (const { metadata } of manifests) {
      expect(metadata.labels).toMatchObject({
        app: expect.any(String),
        'app.kubernetes.io/name': metadata.labels!.app,
        'app.kubernetes.io/instance': 'erp',
        'app.kubernetes.io/part-of': 'erp-microservices',
        'app.kubernetes.io/managed-by': 'Helm',
        'helm.sh/chart': expect.stringMatching(/^erp-microservices-/),
      });
    }
  });

  test('names objects within 63 characters, and every one in a namespace', () => {
    for (const { kind, metadata } of manifests) {
      expect(metadata.name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
      const clusterWide = ['Namespace', 'PriorityClass', 'StorageClass'].includes(kind);
      expect(metadata.namespace === undefined).toBe(clusterWide);
    }
  });

  test('has service ports, probes, bindings and policies that lead to a container port', () => {
    const templates = podTemplates(manifests).map(([, template]) => template);
    for (const { spec } of ofKind(manifests, 'v1/Service').filter(({ spec }) => spec?.type !== 'ExternalName')) {
      const target = templates.find(({ metadata }) => includes(metadata!.labels, spec!.selector))!;
      const ports = containers(target).flatMap(({ ports }) => ports ?? []);
      for (const { targetPort } of spec!.ports!) expect(ports.map(({ name }) => name)).toContain(targetPort);
    }
    for (const { ports = [], ...container } of allContainers(manifests)) {
      const known = [...ports.flatMap(({ name, containerPort }) => [name, containerPort]), 2000];
      for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
        const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port ?? probe?.grpc?.port;
        if (port !== undefined) expect(known).toContain(port);
      }
    }
    for (const { spec } of ofKind(manifests, 'elbv2.k8s.aws/v1beta1/TargetGroupBinding')) {
      const service = find(ofKind(manifests, 'v1/Service'), spec.serviceRef.name);
      expect(service.spec!.ports!.map(({ port }) => port)).toContain(spec.serviceRef.port);
    }
  });

  test('mounts volumes that exist and refers to accounts and secrets that exist', () => {
    const accounts = ofKind(manifests, 'v1/ServiceAccount').map(({ metadata }) => metadata.name);
    const secrets = ofKind(manifests, 'external-secrets.io/v1/ExternalSecret').map(({ spec }) => spec.target!.name);
    for (const [owner, { spec }] of podTemplates(manifests)) {
      expect(accounts).toContain(spec!.serviceAccountName);
      const claims = isKind(owner, 'apps/v1/StatefulSet') ? owner.spec!.volumeClaimTemplates! : [];
      const volumes = [
        ...(spec!.volumes ?? []).map(({ name }) => name),
        ...claims.map(({ metadata }) => metadata!.name),
      ];
      for (const container of spec!.containers) {
        for (const { name } of container.volumeMounts ?? []) expect(volumes).toContain(name);
        for (const { valueFrom } of container.env ?? []) {
          if (valueFrom?.secretKeyRef) expect(secrets).toContain(valueFrom.secretKeyRef.name);
        }
      }
    }
  });

  test('gives every variable once', () => {
    for (const { env = [] } of allContainers(manifests)) {
      const names = env.map(({ name }) => name);
      expect(names).toEqual([...new Set(names)]);
    }
  });

  test('pins every image; only dev lets its own services move', () => {
    for (const { image, imagePullPolicy } of allContainers(manifests)) {
      expect(image).toMatch(/(:[\w.-]+|@sha256:[0-9a-f]{64})$/);
      expect(imagePullPolicy).toBe(image!.endsWith(':latest') ? 'Always' : 'IfNotPresent');
      if (!image!.includes('erp/')) expect(image).not.toMatch(/:latest$/);
    }
  });

  test('requests and limits CPU, memory and node disk for every container, requests within limits', () => {
    for (const { resources } of allContainers(manifests)) {
      for (const name of ['cpu', 'memory', 'ephemeral-storage']) {
        const request = amount(resources!.requests![name]!);
        expect(request).toBeGreaterThan(0);
        expect(request).toBeLessThanOrEqual(amount(resources!.limits![name]!));
      }
    }
  });

  test('hardens every pod', () => {
    for (const [owner, { spec }] of podTemplates(manifests)) {
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: expect.any(Number),
          seccompProfile: { type: 'RuntimeDefault' },
        },
      });
      expect(spec!.hostNetwork).toBe(owner.kind === 'DaemonSet' ? true : undefined);
    }
    for (const { securityContext } of allContainers(manifests)) {
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  test('puts services on any node but those of Kafka, and Kafka and ZooKeeper on those alone', () => {
    for (const [{ kind }, { spec }] of podTemplates(manifests)) {
      const taint = { key: 'workload', operator: 'Equal', value: 'kafka', effect: 'NoSchedule' };
      if (kind === 'StatefulSet') {
        expect(spec!.nodeSelector).toEqual({ workload: 'kafka' });
        expect(spec!.tolerations).toEqual([taint]);
      } else if (kind === 'DaemonSet') {
        expect(spec!.nodeSelector).toBeUndefined();
        expect(spec!.tolerations).toContainEqual(taint);
      } else {
        expect(spec!.tolerations ?? []).not.toContainEqual(taint);
        expect(spec!.affinity!.nodeAffinity!.requiredDuringSchedulingIgnoredDuringExecution!.nodeSelectorTerms).toEqual(
          [{ matchExpressions: [{ key: 'workload', operator: 'NotIn', values: ['kafka'] }] }],
        );
      }
    }
  });

  test('leaves the number of pods to the autoscaler where there is one', () => {
    const scaled = ofKind(manifests, 'autoscaling/v2/HorizontalPodAutoscaler').map(
      ({ spec }) => spec!.scaleTargetRef.name,
    );
    for (const { metadata, spec } of ofKind(manifests, 'apps/v1/Deployment')) {
      expect(spec!.replicas === undefined).toBe(scaled.includes(metadata!.name!));
    }
  });
});
