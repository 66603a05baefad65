@NullMarked
package dev.aether.server.cli.json;

import org.jspecify.annotations.NullMarked;
