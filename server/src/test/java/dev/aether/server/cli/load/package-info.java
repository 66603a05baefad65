@NullMarked
package dev.aether.server.cli.load;

import org.jspecify.annotations.NullMarked;
