// Signatures with ML-DSA-65, made by as many threads as there are processors: one takes about 10 ms.

import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa';

if (!isMainThread) {
  const sign = ({ secretKey, payloads }) => payloads.map((payload) => ml_dsa65.sign(secretKey, payload));
  parentPort.postMessage(workerData.map(sign));
}

const signInThread = (jobs) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: jobs });
    worker.once('message', resolve).once('error', reject);
  });

/**
 * Signs payloads of several keys.
 *
 * @param {{ secretKey: Uint8Array, payloads: Uint8Array[] }[]} jobs
 * @returns {Promise<Uint8Array[][]>} the signatures, in the order of jobs and payloads
 */
export async function signAll(jobs) {
  const threads = Math.min(availableParallelism(), jobs.length);
  const share = Math.ceil(jobs.length / threads);
  const shares = Array.from({ length: threads }, (_, index) =>
    jobs.slice(index * share, (index + 1) * share),
  );
  return (await Promise.all(shares.map(signInThread))).flat();
}
