/** Tests of the test kit, and of the Java client with it. */
@NullMarked
package dev.aether.testkit;

import org.jspecify.annotations.NullMarked;
