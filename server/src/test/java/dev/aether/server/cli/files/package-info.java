@NullMarked
package dev.aether.server.cli.files;

import org.jspecify.annotations.NullMarked;
