// Free TCP ports.

import { createServer } from 'node:net';

/** A server on a local port, 0 for any free one. */
const listen = (port) =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });

const close = (server) => new Promise((resolve) => server.close(resolve));

/** So many different ports that are free at this moment. */
export async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map(close));
  return ports;
}

/** Whether a local port is free. */
export const isFree = (port) =>
  listen(port).then(
    (server) => close(server).then(() => true),
    () => false,
  );
