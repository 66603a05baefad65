/** Measures saves that are on disk before they are acknowledged, beside other durable stores. */
@NullMarked
package dev.aether.bench.durable;

import org.jspecify.annotations.NullMarked;
