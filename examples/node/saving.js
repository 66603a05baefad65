// Saves until the outcome is known, and reads.

import { randomUUID } from 'node:crypto';
import { ATTEMPTS, TIMEOUT_MS, explain, isFinal, pause } from './connection.js';

/** A save was refused because of newer events; details is the VersionConflict. */
export class Conflict extends Error {
  constructor(details) {
    super(`${details.actorId} is at version ${details.currentVersion}`);
    this.details = details;
  }
}

/** A new save with a new commitId, which stays the same however often it is sent. */
export function newSave(actorId, expectedVersion, eventType) {
  const event = { eventType, data: Buffer.from(JSON.stringify({ by: 'node' })) };
  return { actorId, commitId: randomUUID(), expectedVersion, events: [event] };
}

/** Sends a save until its outcome is known. Throws Conflict if the actor has newer events. */
export async function save(store, request) {
  let last;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      return await saveOnce(store, request);
    } catch (error) {
      const { reason, conflict } = explain(error);
      if (conflict) throw new Conflict(conflict);
      if (isFinal(reason)) throw error;
      // OUTCOME_UNKNOWN, DEADLINE_EXCEEDED, a lost connection …: it may be stored. Sending it again finds out.
      last = error;
    }
    request.retry = true;
    await pause(attempt);
  }
  throw last; // The outcome is still unknown: keep the request to send it again later.
}

const saveOnce = (store, request) =>
  new Promise((resolve, reject) => {
    store.saveEvents(request, { deadline: Date.now() + TIMEOUT_MS }, (error, saved) =>
      error ? reject(error) : resolve(saved),
    );
  });

export async function read(store, actorId, fromVersion = 1) {
  const events = [];
  for await (const frame of store.getEvents({ actorId, fromVersion }, { deadline: Date.now() + TIMEOUT_MS })) {
    events.push(...frame.events);
  }
  return events;
}
