/** Unit tests of reads. */
@NullMarked
package dev.aether.client.internal.reads;

import org.jspecify.annotations.NullMarked;
