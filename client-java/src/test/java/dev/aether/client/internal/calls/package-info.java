/** Unit tests of calls. */
@NullMarked
package dev.aether.client.internal.calls;

import org.jspecify.annotations.NullMarked;
