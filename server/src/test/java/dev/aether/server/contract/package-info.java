/** The contract: each promise of the API once, held against every store through real gRPC. */
@NullMarked
package dev.aether.server.contract;

import org.jspecify.annotations.NullMarked;
