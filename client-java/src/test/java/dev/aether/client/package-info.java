/**
 * Tests of the Java client against a scripted server, which produces faults that a real server
 * cannot.
 */
@NullMarked
package dev.aether.client;

import org.jspecify.annotations.NullMarked;
