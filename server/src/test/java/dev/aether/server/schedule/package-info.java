@NullMarked
package dev.aether.server.schedule;

import org.jspecify.annotations.NullMarked;
