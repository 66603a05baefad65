/**
 * Connections to the nodes, and one call with its retries and its errors. Not part of the public
 * API.
 */
@NullMarked
package dev.aether.client.internal.calls;

import org.jspecify.annotations.NullMarked;
