/** What operators and orchestrators see over HTTP. */
@NullMarked
package dev.aether.server.ops;

import org.jspecify.annotations.NullMarked;
