@NullMarked
package dev.aether.client.retry;

import org.jspecify.annotations.NullMarked;
