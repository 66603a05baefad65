/** The save stream: pending saves, and the calls they are sent on. Not part of the public API. */
@NullMarked
package dev.aether.client.internal.saves;

import org.jspecify.annotations.NullMarked;
