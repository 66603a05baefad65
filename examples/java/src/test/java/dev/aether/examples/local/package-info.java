@NullMarked
package dev.aether.examples.local;

import org.jspecify.annotations.NullMarked;
