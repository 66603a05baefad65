/**
 * What all calls share: validating requests, filling in defaults, deadlines, and unary responses.
 */
@NullMarked
package dev.aether.server.grpc.requests;

import org.jspecify.annotations.NullMarked;
