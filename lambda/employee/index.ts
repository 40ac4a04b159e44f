import { createService } from './service';

const service = createService(process.env);
// The connection is made while Lambda still initializes; the first call waits for what is left of it.
service.database.open();

export const handler = service.handler;
