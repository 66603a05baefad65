/** Measures Aether beside what it stands on: the command line and the order of things. */
@NullMarked
package dev.aether.bench;

import org.jspecify.annotations.NullMarked;
