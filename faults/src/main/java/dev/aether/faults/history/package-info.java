/** What a run has seen: what was sent and answered, and what was stored and delivered. */
@NullMarked
package dev.aether.faults.history;

import org.jspecify.annotations.NullMarked;
