/** What is stored: commits as bytes, and the digest that recognises a repeated request. */
@NullMarked
package dev.aether.server.codec;

import org.jspecify.annotations.NullMarked;
