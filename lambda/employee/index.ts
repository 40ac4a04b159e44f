import { createService } from './service';

const service = createService(process.env);
// The connection is made, and the keys of tokens are fetched, while Lambda still initializes; the first call waits for what is left of them.
service.database.open();
service.callers.open();

export const handler = service.handler;
