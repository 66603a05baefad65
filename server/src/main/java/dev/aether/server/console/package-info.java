/** A web page that shows what a node and its store contain and do. It only reads. */
@NullMarked
package dev.aether.server.console;

import org.jspecify.annotations.NullMarked;
