/**
 * Custom resource that answers which image tag each service runs: the one its parameter names, or the default where
 * nothing has been released yet. It writes nothing, so nothing it does can undo a release.
 *
 * Properties: Parameters, a map of service key to parameter name; Defaults, a map of service key to tag; Release, whatever
 * must make it look again when it changes. Attributes: the tags by service key.
 */
const https = require('node:https');
const { SSMClient, GetParametersCommand } = require('@aws-sdk/client-ssm');

const client = new SSMClient({});

/** Names that one call may ask for. */
const MOST_NAMES = 10;

exports.tags = async ({ Parameters: parameters, Defaults: defaults }) => {
  const names = Object.values(parameters);
  const found = new Map();
  for (let i = 0; i < names.length; i += MOST_NAMES) {
    const answer = await client.send(new GetParametersCommand({ Names: names.slice(i, i + MOST_NAMES) }));
    for (const { Name, Value } of answer.Parameters ?? []) found.set(Name, Value);
  }
  return Object.fromEntries(Object.entries(parameters).map(([key, name]) => [key, found.get(name) ?? defaults[key]]));
};

exports.handler = async (event) => {
  let result;
  try {
    const data = event.RequestType === 'Delete' ? {} : await exports.tags(event.ResourceProperties);
    console.log(JSON.stringify({ request: event.RequestType, tags: data }));
    result = { Status: 'SUCCESS', Data: data };
  } catch (error) {
    console.error(error);
    result = { Status: 'FAILED', Reason: `Reading the released image tags: ${error.message}` };
  }
  await respond(event, result);
};

const respond = (event, result) =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify({
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId,
      PhysicalResourceId: event.PhysicalResourceId ?? event.LogicalResourceId,
      ...result,
    });
    const request = https.request(
      event.ResponseURL,
      { method: 'PUT', headers: { 'content-type': '', 'content-length': Buffer.byteLength(body) } },
      (response) => {
        response.resume();
        response.on('end', () =>
          response.statusCode < 300 ? resolve() : reject(new Error(`CloudFormation answered ${response.statusCode}`)),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
