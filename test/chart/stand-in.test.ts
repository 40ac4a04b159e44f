import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Manifest, ofKind } from '../../lib/assembly/kubernetes/manifests';
import { platformValues, refusal, render } from './render';

const platform = parse(readFileSync(platformValues, 'utf8')) as object;
const standIn = { enabled: true };
const real = render('values-dev', platform);
const standIns = render('values-dev', {
  ...platform,
  standIn,
  services: {
    approvalProcessing: { probes: { readiness: { type: 'grpc' } } },
    notification: { probes: { readiness: { type: 'http', path: '/notifications/health' } } },
  },
});

const containers = (manifests: readonly Manifest[]) =>
  ofKind(manifests, 'apps/v1/Deployment').map(({ metadata, spec }) => ({
    name: metadata!.name!,
    container: spec!.template.spec!.containers.find(({ name }) => name === metadata!.name)!,
    spec: spec!.template.spec!,
  }));

test('every service is the stand-in, on its own port', () => {
  expect(containers(standIns)).toHaveLength(3);
  for (const { container } of containers(standIns)) {
    expect(container.image).toBe('docker.io/hashicorp/http-echo:1.0.0');
    expect(container.args).toEqual(['-listen=:$(SERVER_PORT)', '-text=stand-in']);
    const port = container.ports!.find(({ name }) => name === 'http')!.containerPort;
    expect(container.env).toContainEqual({ name: 'SERVER_PORT', value: String(port) });
  }
});

test('a stand-in is as confined as the service, and gets no secret', () => {
  for (const { name, container, spec } of containers(standIns)) {
    const service = containers(real).find((one) => one.name === name)!;
    expect(container.securityContext).toEqual(service.container.securityContext);
    expect(spec.securityContext).toEqual(service.spec.securityContext);
    expect(container.resources).toEqual(service.container.resources);
    expect(container.env!.filter(({ valueFrom }) => valueFrom)).toEqual([]);
  }
});

test('its probes ask for what it has: an open port, or 200 on a path; never gRPC', () => {
  const probes = containers(standIns).map(({ name, container }) => [name, container.readinessProbe]);
  expect(Object.fromEntries(probes)).toEqual({
    'approval-processing-service': expect.objectContaining({ tcpSocket: { port: 'http' } }),
    'approval-request-service': expect.objectContaining({ tcpSocket: { port: 'http' } }),
    'notification-service': expect.objectContaining({ httpGet: { path: '/notifications/health', port: 'http' } }),
  });
});

test('everything else of the release stays as it is', () => {
  const rest = (manifests: readonly Manifest[]) => manifests.filter(({ kind }) => kind !== 'Deployment');
  expect(rest(render('values-dev', { ...platform, standIn }))).toEqual(rest(real));
});

test('another image brings arguments of its own', () => {
  const image = { registry: 'public.ecr.aws', repository: 'example/echo', tag: '2.0.0' };
  const { container } = containers(
    render('values-prod', { ...platform, standIn: { enabled: true, image, args: ['--port', '$(SERVER_PORT)'] } }),
  )[0]!;
  expect(container).toMatchObject({ image: 'public.ecr.aws/example/echo:2.0.0', args: ['--port', '$(SERVER_PORT)'] });
});

test('a stand-in of a moving tag is refused', () => {
  expect(refusal('values-dev', { standIn: { image: { tag: 'latest' } } })).toContain(
    'standIn.image.tag: "latest" moves; set a fixed tag or digest',
  );
});
