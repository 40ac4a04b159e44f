import type { Finding } from '../../../report/findings';
import { tail } from './commands';
import type { Deployment } from './deployment';

/** The build that preflight names for an image that is missing. */
const BUILD =
  /docker buildx build --platform (?<os>\w+)\/(?<architecture>\w+) --tag [^/\s]+\/(?<repository>\S+):(?<tag>\S+) --push/;

/** Puts the images into the registry whose builds preflight names, for the platform that it names. */
export async function pushImages({ rehearsal, commands }: Deployment, findings: readonly Finding[]): Promise<void> {
  for (const finding of findings) {
    const build = BUILD.exec('fix' in finding ? finding.fix : '')?.groups;
    if (!build) continue;
    const { os, architecture, repository = '', tag = '' } = build;
    const digest = `sha256:${'0'.repeat(64)}`;
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const manifest = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [{ mediaType, digest, size: 1, platform: { os, architecture } }],
    };
    const image = ['--repository-name', repository, '--image-tag', tag, '--image-manifest', JSON.stringify(manifest)];
    const done = await commands.aws(['ecr', 'put-image', ...image]);
    if (done.code !== 0)
      rehearsal.journal.row({ part: 'aws', what: 'images', verdict: 'gap', detail: tail(done), seconds: done.seconds });
  }
}
