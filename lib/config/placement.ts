/** Label of every node: what it is for. */
const WORKLOAD = 'workload';

/** Nodes that carry Kafka and ZooKeeper and nothing else, in the terms of Kubernetes; the chart's `messagingNodes` says the same. */
export const KAFKA_NODES = { key: WORKLOAD, value: 'kafka', effect: 'NoSchedule' } as const;

/** Nodes that carry everything else. */
export const SERVICE_NODES = { key: WORKLOAD, value: 'service' } as const;
