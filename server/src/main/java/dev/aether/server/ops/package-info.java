/** Health checks over HTTP, for operators and orchestrators. */
@NullMarked
package dev.aether.server.ops;

import org.jspecify.annotations.NullMarked;
