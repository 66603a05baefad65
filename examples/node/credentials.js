// TLS and the token for a secured node, from the variables that the command line uses as well.

import { readFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';

const { AETHER_TLS, AETHER_TLS_CA, AETHER_CLIENT_TLS_CERT, AETHER_CLIENT_TLS_KEY } = process.env;
const { AETHER_TOKEN_FILE, AETHER_TOKEN } = process.env;

/** The credentials of a connection; plain text if no variable is set. */
export function fromEnvironment() {
  const hasToken = AETHER_TOKEN_FILE || AETHER_TOKEN;
  if (!AETHER_TLS_CA && !AETHER_CLIENT_TLS_CERT && !hasToken && AETHER_TLS !== 'true') {
    return grpc.credentials.createInsecure();
  }
  // Without AETHER_TLS_CA, the authorities that come with Node.
  const [authorities, key, certificate] = [AETHER_TLS_CA, AETHER_CLIENT_TLS_KEY, AETHER_CLIENT_TLS_CERT].map(content);
  const tls = grpc.credentials.createSsl(authorities, key, certificate);
  return hasToken ? grpc.credentials.combineChannelCredentials(tls, bearer) : tls;
}

/** Adds the token to a call. gRPC asks for each call, so the file may be renewed, and does so only with TLS. */
const bearer = grpc.credentials.createFromMetadataGenerator((_, callback) => {
  try {
    const metadata = new grpc.Metadata();
    const token = AETHER_TOKEN_FILE ? content(AETHER_TOKEN_FILE).toString().trim() : AETHER_TOKEN;
    metadata.set('authorization', `Bearer ${token}`);
    callback(null, metadata);
  } catch (error) {
    callback(error);
  }
});

const content = (file) => (file ? readFileSync(file) : null);
