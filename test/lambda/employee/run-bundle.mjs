// Calls a built function as Lambda's runtime does: `import()`, then one event at a time.
import { pathToFileURL } from 'node:url';

const { handler } = await import(pathToFileURL(process.argv[2]).href);
process.on('message', async (event) => {
  try {
    process.send({
      result: await handler(event, { awsRequestId: 'lambda-id', getRemainingTimeInMillis: () => 10_000 }),
    });
  } catch (error) {
    process.send({ error: String(error) });
  }
});
process.send('ready');
