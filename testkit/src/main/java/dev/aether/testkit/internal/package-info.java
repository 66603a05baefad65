/** Not part of the test kit's API: it may change at any time. */
@NullMarked
package dev.aether.testkit.internal;

import org.jspecify.annotations.NullMarked;
