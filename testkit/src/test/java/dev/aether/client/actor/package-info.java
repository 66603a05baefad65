@NullMarked
package dev.aether.client.actor;

import org.jspecify.annotations.NullMarked;
