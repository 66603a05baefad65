@NullMarked
package dev.aether.server.ops;

import org.jspecify.annotations.NullMarked;
