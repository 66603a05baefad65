/** What is stored: the names of streams and subjects, and the headers and records of messages. */
@NullMarked
package dev.aether.server.store.jetstream.format;

import org.jspecify.annotations.NullMarked;
