/**
 * The domain types: names, expected versions, cursors and errors. Depends on nothing but the JDK.
 */
@NullMarked
package dev.aether.server.event;

import org.jspecify.annotations.NullMarked;
