/** Tests of the package of the same name. */
@NullMarked
package dev.aether.server.codec;

import org.jspecify.annotations.NullMarked;
