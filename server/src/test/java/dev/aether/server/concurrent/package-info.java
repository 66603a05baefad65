@NullMarked
package dev.aether.server.concurrent;

import org.jspecify.annotations.NullMarked;
