/**
 * Tests of the Java client, against a scripted server for faults that a real one can't be made to
 * have.
 */
@NullMarked
package dev.aether.client;

import org.jspecify.annotations.NullMarked;
