@NullMarked
package dev.aether.examples.projection;

import org.jspecify.annotations.NullMarked;
