/**
 * Streamed reads that resume after a broken call, and the shapes in which users receive them. Not
 * part of the public API.
 */
@NullMarked
package dev.aether.client.internal.reads;

import org.jspecify.annotations.NullMarked;
