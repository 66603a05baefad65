// Saves, meets a conflict, reads, and subscribes with resume: Aether from Node, with nothing but proto/.
// Exits with 0 only if the subscriber gets each event once and in order although it loses its connection.

import { randomUUID } from 'node:crypto';
import { ATTEMPTS, connectStore } from './connection.js';
import { follow } from './following.js';
import { Conflict, newSave, read, save } from './saving.js';

/** Cancels the order with this history. If others were faster, reads what they saved and decides again. */
async function cancel(store, actorId, history) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const isPaid = history.some((event) => event.eventType === 'OrderPaid');
    const decision = isPaid ? 'RefundOrdered' : 'OrderCancelled';
    try {
      return { decision, saved: await save(store, newSave(actorId, history.length, decision)) };
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      const { currentVersion, attemptedVersion } = error.details;
      console.log(`   VersionConflict: ${actorId} is at version ${currentVersion}, attempted ${attemptedVersion}`);
      const missed = await read(store, actorId, attemptedVersion);
      console.log(`   missed: ${listed(missed)}`);
      history = [...history, ...missed];
    }
  }
  throw new Error(`others were faster ${ATTEMPTS} times`);
}

const listed = (events) => events.map((event) => `v${event.version} ${event.eventType}`).join(', ');

process.on('uncaughtException', (error) => {
  console.error('quickstart.js:', error.metadata ? error.message : error); // of gRPC, or with the stack
  process.exit(1);
});

const actorId = `order-${randomUUID().slice(0, 8)}`;
const store = connectStore();

console.log('1. Save');
const placed = await save(store, newSave(actorId, 0, 'OrderPlaced'));
console.log(`   ${actorId}: OrderPlaced is version ${placed.lastVersion}`);
const known = await read(store, actorId);
const payment = newSave(actorId, 1, 'OrderPaid');
const paid = await save(store, payment);
console.log(`   ${actorId}: OrderPaid is version ${paid.lastVersion}`);
const again = await save(store, { ...payment, retry: true }); // as if its answer had been lost
console.log(`   sent again: still version ${again.lastVersion}, replayed ${again.replayed}`);

console.log('2. Cancel, having seen version 1 only');
const { decision, saved } = await cancel(store, actorId, known);
console.log(`   decided again: ${decision} is version ${saved.lastVersion}`);

console.log('3. Read');
console.log(`   ${listed(await read(store, actorId))}`);

console.log('4. Subscribe');
const seen = [];
const request = { beginning: {}, filter: { actorPattern: actorId }, after: {} };
await follow(request, seen, 3);
console.log('   from the beginning: %j; then the connection is lost', seen);
await save(store, newSave(actorId, 3, 'RefundPaid'));
console.log('   meanwhile RefundPaid is saved');
await follow(request, seen, 4);
console.log('   resumed at the cursor: %j', seen);
store.close();

if (seen.join() !== '1,2,3,4') {
  console.error('events were missed or came twice');
  process.exitCode = 1;
}
