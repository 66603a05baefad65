// A subscription that resumes where it stopped.

import { ATTEMPTS, connectBus, explain, isFinal, pause } from './connection.js';

// This example limits a subscription. In production it has no deadline: treat 20 s without a frame as a lost connection.
const PATIENCE_MS = 10_000;

/** Adds the versions of events to seen until it has the last one, across lost connections. */
export async function follow(request, seen, until) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const bus = connectBus();
    const frames = bus.subscribe(request, { deadline: Date.now() + PATIENCE_MS });
    frames.on('error', () => {}); // the loop gets errors; this handles the cancellation after the loop was left
    try {
      for await (const response of frames) {
        const commits = response.events?.commits ?? [];
        seen.push(...commits.flatMap((at) => at.commit.events.map((event) => event.version)));
        goOnAfter(response, request);
        if (seen.includes(until)) return;
      }
    } catch (error) {
      if (isFinal(explain(error).reason)) throw error;
    } finally {
      frames.cancel();
      bus.close();
    }
    await pause(attempt);
  }
  throw new Error(`the subscription was lost ${ATTEMPTS} times`);
}

/** Makes the request resume after this frame. A projection stores it together with what the events changed. */
function goOnAfter(response, request) {
  const { cursor, commits = [] } = response[response.frame];
  if (cursor) {
    delete request.beginning;
    Object.assign(request, { cursor, after: {} });
    return;
  }
  // Some frames have no cursor: then the positions say how far it got since the last one.
  for (const { partition, position, commit } of commits) {
    request.after[commit.namespace] ??= { positions: {} };
    request.after[commit.namespace].positions[partition] = position;
  }
}
