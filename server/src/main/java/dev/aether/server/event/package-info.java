/**
 * The words of the domain: names, expectations, cursors and everything that can go wrong. JDK only.
 */
@NullMarked
package dev.aether.server.event;

import org.jspecify.annotations.NullMarked;
