@NullMarked
package dev.aether.client.jackson;

import org.jspecify.annotations.NullMarked;
