/** The demo, which shows what Aether does with real events in a few seconds. */
@NullMarked
package dev.aether.server.cli.demo;

import org.jspecify.annotations.NullMarked;
