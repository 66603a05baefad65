// The connection to a node, and what its errors mean.

import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { getProtoPath } from 'google-proto-files';
import { fromEnvironment } from './credentials.js';

const SERVER = process.env.AETHER_SERVER ?? '127.0.0.1:7450';
export const TIMEOUT_MS = 10_000; // for a call
export const ATTEMPTS = 10; // before a loop gives up

// After these, nothing was stored or the outcome is unknown: the same request may be sent again.
const SEND_AGAIN = ['OUTCOME_UNKNOWN', 'STORE_UNAVAILABLE', 'SHUTTING_DOWN', 'OVERLOADED'];

const types = protoLoader.loadSync(
  ['aether/v1/event_store.proto', 'aether/v1/event_bus.proto', 'google/rpc/error_details.proto'],
  {
    includeDirs: [fileURLToPath(new URL('../../proto', import.meta.url)), getProtoPath('..')],
    longs: Number, // versions and positions are far below 2^53
    enums: String,
    defaults: true,
    oneofs: true,
    json: true, // details are decoded, with their '@type'
  },
);
const { EventStore, EventBus } = grpc.loadPackageDefinition(types).aether.v1;

const credentials = fromEnvironment();
const connect = (Service) =>
  new Service(SERVER, credentials, {
    // Use a connection of its own: otherwise all clients of one address share one.
    'grpc.use_local_subchannel_pool': 1,
    // Pings detect connections that died silently.
    'grpc.keepalive_time_ms': 20_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });

export const connectStore = () => connect(EventStore);
export const connectBus = () => connect(EventBus);

/** Returns the reason and the VersionConflict of an error; undefined if it comes from a proxy or a lost connection. */
export function explain(error) {
  const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? [];
  const details = bytes ? types['google.rpc.Status'].deserialize(bytes).details : [];
  const find = (type) => details.find((detail) => detail['@type'].endsWith(`/${type}`));
  const info = find('google.rpc.ErrorInfo');
  return {
    reason: info?.domain === 'aether' ? info.reason : undefined,
    conflict: find('aether.v1.VersionConflict'),
  };
}

export const isFinal = (reason) => reason !== undefined && !SEND_AGAIN.includes(reason);

export const pause = (attempt) => sleep(Math.min(50 * 2 ** attempt, 2_000));
