@NullMarked
package dev.aether.server.cli;

import org.jspecify.annotations.NullMarked;
