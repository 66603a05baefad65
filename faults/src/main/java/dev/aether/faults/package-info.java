/** Runs servers under load and faults, and checks what they stored. */
@NullMarked
package dev.aether.faults;

import org.jspecify.annotations.NullMarked;
