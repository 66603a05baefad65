/** The demo: what Aether does, shown on real events in a few seconds. */
@NullMarked
package dev.aether.server.cli.demo;

import org.jspecify.annotations.NullMarked;
