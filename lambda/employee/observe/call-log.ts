/** What is known of a call when it is over. */
export interface CallRecord {
  readonly requestId: string;
  readonly lambdaRequestId: string | undefined;
  readonly method: string;
  /** As the contract spells it. */
  readonly route: string;
  /** Of the user pool, `service` for callers in the cluster; undefined for whoever is not known. */
  readonly subject: string | undefined;
  readonly role: string | undefined;
  /** What the path names, `employee 7`. Numbers and no names, so that nobody is known by the log alone. */
  readonly target: string | undefined;
  readonly status: number;
  readonly latencyMs: number;
  readonly databaseMs: number;
  readonly cold: boolean;
}

/**
 * The one line of each call: a log entry that is also a set of metrics, in CloudWatch's embedded metric format. The
 * dimensions are the service and the environment: the route is a property, for Logs Insights, because each combination
 * of dimensions is billed as a metric of its own.
 */
export function callLog(
  version: string,
  environment: string,
  write: (line: string) => void,
): (call: CallRecord) => void {
  const service = `"service":"employee","environment":${JSON.stringify(environment)},"version":${JSON.stringify(version)}`;
  const metrics = JSON.stringify([
    {
      Namespace: 'ERP/Employee',
      Dimensions: [['service', 'environment']],
      Metrics: [
        { Name: 'LatencyMs', Unit: 'Milliseconds' },
        { Name: 'DatabaseMs', Unit: 'Milliseconds' },
        { Name: 'Faults', Unit: 'Count' },
        { Name: 'ColdStarts', Unit: 'Count' },
      ],
    },
  ]);
  // Put together by hand: writing the constant part anew would be a third of what the service adds to a short query.
  return (call) => {
    const now = new Date();
    const failure = call.status >= 500;
    write(
      `{"time":"${now.toISOString()}","level":"${failure ? 'error' : 'info'}","message":"call",${service},` +
        `"requestId":${JSON.stringify(call.requestId)},"lambdaRequestId":${JSON.stringify(call.lambdaRequestId ?? null)},` +
        `"method":${JSON.stringify(call.method)},"route":"${call.route}","status":${call.status},` +
        `"subject":${JSON.stringify(call.subject ?? null)},"role":${JSON.stringify(call.role ?? null)},` +
        `"target":${JSON.stringify(call.target ?? null)},` +
        `"LatencyMs":${round(call.latencyMs)},"DatabaseMs":${round(call.databaseMs)},` +
        `"Faults":${failure ? 1 : 0},"ColdStarts":${call.cold ? 1 : 0},` +
        `"_aws":{"Timestamp":${now.getTime()},"CloudWatchMetrics":${metrics}}}\n`,
    );
  };
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
