/** The stored form of commits and snapshots, and the digest that recognises a repeated save. */
@NullMarked
package dev.aether.server.codec;

import org.jspecify.annotations.NullMarked;
