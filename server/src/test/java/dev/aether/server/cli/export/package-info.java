@NullMarked
package dev.aether.server.cli.export;

import org.jspecify.annotations.NullMarked;
