/**
 * CloudWatch's embedded metric format, carried by the one log line of each call. The only dimension is the service: the
 * route is a property of the line, for Logs Insights, because each combination of dimensions is billed as a metric.
 */
export function embeddedMetrics(now: number, values: Readonly<Record<string, number>>): Record<string, unknown> {
  return {
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        {
          Namespace: 'ERP/Employee',
          Dimensions: [['service']],
          Metrics: Object.keys(values).map((Name) => ({ Name, Unit: Name.endsWith('Ms') ? 'Milliseconds' : 'Count' })),
        },
      ],
    },
    ...values,
  };
}
