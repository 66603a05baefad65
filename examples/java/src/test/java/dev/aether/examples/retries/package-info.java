@NullMarked
package dev.aether.examples.retries;

import org.jspecify.annotations.NullMarked;
