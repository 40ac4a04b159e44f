import type { Node, PersistentVolume, PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import type { StorageClass } from 'kubernetes-types/storage/v1';
import type { KubernetesApi } from '../control-plane/api';

/** The provisioner that is stood in for. */
const DRIVER = 'ebs.csi.aws.com';

/**
 * Stands in for the EBS driver: gives each claim whose node is chosen a volume in the zone of the node, and deletes volumes
 * whose claim is gone, where their class says so.
 *
 * @returns ends it
 */
export function provisionVolumes(api: KubernetesApi): () => void {
  const stops = [
    api.watch<PersistentVolumeClaim>('/api/v1/persistentvolumeclaims', (claim, exists) => {
      if (exists && isWaiting(claim)) provision(api, claim).catch(() => undefined);
    }),
    api.watch<PersistentVolume>('/api/v1/persistentvolumes', ({ metadata, spec, status }, exists) => {
      const isLeft = status?.phase === 'Released' && spec?.persistentVolumeReclaimPolicy === 'Delete';
      if (exists && isLeft) api.delete(`/api/v1/persistentvolumes/${metadata?.name}`).catch(() => undefined);
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

/** Whether a claim has a node and no volume yet. */
function isWaiting({ metadata, status }: PersistentVolumeClaim): boolean {
  return status?.phase === 'Pending' && selectedNode(metadata) !== undefined;
}

function selectedNode(metadata: PersistentVolumeClaim['metadata']): string | undefined {
  return metadata?.annotations?.['volume.kubernetes.io/selected-node'];
}

async function provision(api: KubernetesApi, claim: PersistentVolumeClaim): Promise<void> {
  const [node, storageClass] = await Promise.all([
    api.get<Node>(`/api/v1/nodes/${selectedNode(claim.metadata)}`),
    api.get<StorageClass>(`/apis/storage.k8s.io/v1/storageclasses/${claim.spec?.storageClassName}`),
  ]);
  if (storageClass.provisioner !== DRIVER) return;
  const zone = node.metadata?.labels?.['topology.kubernetes.io/zone'] ?? '';
  await api.create('/api/v1/persistentvolumes', volumeOf(claim, storageClass, zone));
}

/** The volume of a claim: in one zone, as every EBS volume. */
export function volumeOf(
  { metadata, spec }: PersistentVolumeClaim,
  { reclaimPolicy }: StorageClass,
  zone: string,
): object {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${metadata?.uid}`, annotations: { 'pv.kubernetes.io/provisioned-by': DRIVER } },
    spec: {
      capacity: spec?.resources?.requests,
      accessModes: spec?.accessModes,
      storageClassName: spec?.storageClassName,
      persistentVolumeReclaimPolicy: reclaimPolicy,
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace: metadata?.namespace,
        name: metadata?.name,
        uid: metadata?.uid,
      },
      csi: { driver: DRIVER, volumeHandle: `vol-${metadata?.uid}` },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [zone] }] },
          ],
        },
      },
    },
  };
}
