/** Tests of the test kit, and of the Java client on it. */
@NullMarked
package dev.aether.testkit;

import org.jspecify.annotations.NullMarked;
